package worlds

import (
	"math"
	"math/rand/v2"
)

// Shares are the parts of all requests that broke a bound in a long run.
type Shares struct {
	Requests   int
	Slow, Late float64
}

// Holds reports whether the service level holds: 25 % may be slow and 5 % late.
func (s Shares) Holds() bool { return s.Slow <= 0.25 && s.Late <= 0.05 }

// walker is one agent of the simulation. Times are in seconds, at is when its present state
// ends; that of streaming ends when left is 0.
type walker struct {
	state    int
	at       float64
	order    []int // of trajectories still to walk
	path     int
	turn     int
	replica  int
	prompt   int     // the latest
	cached   int     // of the session
	begun    float64 // the request
	first    float64
	left     float64 // tokens
	own      float64 // factor of its speed
	fixed    float64 // its speed, where nothing else decides it
	unseated bool    // it has walked nothing yet
}

const (
	resting = iota
	prefilling
	streaming
	heldBack
)

// Shares simulates n agents that walk whole trajectories in random order for so many hours,
// after as many hours of warm-up, and counts all requests that end.
func (w *World) Shares(n int, hours, warm float64, seed uint64) (sum Shares) {
	m, rng := &w.Model, rand.New(rand.NewPCG(seed, uint64(n)))
	paths := w.Workload().Trajectories
	agents := make([]walker, n)
	for i := range agents { // out of step
		agents[i] = walker{at: 600 * rng.Float64(), unseated: true}
	}
	replicas := max(1, m.Replicas)
	active, rate := make([]int, replicas), make([]float64, replicas)
	var now, held, prefillUntil, heat, mood float64
	mood = m.Wander * rng.NormFloat64()
	lateAt, nextLate := math.Inf(-1), m.LateEvery.Seconds()*rng.Float64() // when spells begin
	step := math.Inf(1)
	if m.Heat+m.Wander+m.Drift > 0 {
		step = 0.5
	}
	slot, slotSlow, share := -1.0, false, m.SlowShare
	if m.SlowHalf > 0 {
		odds := math.Pow(float64(n)/m.SlowHalf, m.SlowPower) / 3
		share = odds / (1 + odds)
	}
	alone := (share - m.SlowCommon*share) / (1 - m.SlowCommon*share) // outside of common slots
	slow, late := 0, 0
	end := (warm + hours) * 3600
	for now < end {
		total := 0
		for _, a := range active {
			total += a
		}
		for r := range rate {
			v := m.Speed
			if m.Capacity > 0 && active[r] > 0 {
				if part := m.Capacity / float64(replicas) / float64(active[r]); v == 0 || part < v {
					v = part
				}
			}
			if m.Held > 0 && held > m.Held {
				v *= m.Held / held
			}
			if total > 1 {
				v /= 1 + m.Crowd*float64(total-1)
			}
			v *= math.Exp(mood) * math.Pow(1-m.Drift, now/3600) / (1 + heat)
			if n >= m.GapFrom && n <= m.GapTo {
				v *= m.GapSpeed
			}
			rate[r] = v
		}
		next, who := now+step, -1
		for i := range agents {
			a := &agents[i]
			t := a.at
			if a.state == streaming {
				v := a.fixed
				if v == 0 {
					v = rate[a.replica] * a.own
				}
				t = now + a.left/v
			}
			if t < next {
				next, who = t, i
			}
		}
		dt := next - now
		for i := range agents {
			if a := &agents[i]; a.state == streaming {
				v := a.fixed
				if v == 0 {
					v = rate[a.replica] * a.own
				}
				a.left -= v * dt
			}
		}
		if m.Heat > 0 {
			heat += (m.Heat*float64(total) - heat) * (1 - math.Exp(-dt/m.HeatLag.Seconds()))
		}
		if m.Wander > 0 {
			keep := math.Exp(-dt / m.WanderLag.Seconds())
			mood = mood*keep + m.Wander*math.Sqrt(1-keep*keep)*rng.NormFloat64()
		}
		now = next
		if who < 0 {
			continue
		}
		a := &agents[who]
		switch a.state {
		case resting: // a request begins
			if a.unseated || a.turn == len(paths[a.path].Turns) {
				if len(a.order) == 0 {
					a.order = rng.Perm(len(paths))
				}
				a.path, a.order = a.order[0], a.order[1:]
				a.turn, a.cached, a.replica = 0, 0, rng.IntN(replicas)
				if a.unseated { // sessions of one length would stay in step for many of them
					a.unseated, a.turn = false, rng.IntN(len(paths[a.path].Turns))
				}
			}
			turn := &paths[a.path].Turns[a.turn]
			held += float64(turn.PromptTokens - a.prompt)
			a.prompt, a.begun = turn.PromptTokens, now
			a.own, a.fixed = 1, 0
			if m.Context > 0 {
				a.own = 1 / (1 + float64(turn.PromptTokens)/m.Context)
			}
			if m.Spread > 0 {
				a.own *= math.Exp(m.Spread * rng.NormFloat64())
			}
			if m.SlowTurn > 0 && a.turn >= m.SlowTurn {
				a.own *= m.SlowTurnSpeed
			}
			if share > 0 {
				if m.SlowSpell > 0 {
					if s := math.Floor(now / m.SlowSpell.Seconds()); s != slot {
						slot, slotSlow = s, rng.Float64() < m.SlowCommon*share
					}
				}
				if slotSlow || rng.Float64() < alone {
					a.fixed = m.SlowSpeed
				}
			}
			wait := m.TTFT.Seconds()
			if m.LateEvery > 0 {
				for now >= nextLate {
					lateAt = nextLate
					gap := (m.LateEvery - m.LateFor).Seconds()
					if m.LateRandom {
						gap *= rng.ExpFloat64()
					}
					nextLate += m.LateFor.Seconds() + gap
				}
				if now < lateAt+m.LateFor.Seconds() && rng.Float64() < m.LateShare {
					wait += m.Late.Seconds()
				}
			}
			a.at = now
			if m.Prefill > 0 {
				prefillUntil = max(now, prefillUntil) + float64(max(0, turn.PromptTokens-a.cached))/m.Prefill
				a.at = prefillUntil
			}
			a.at += wait
			a.cached = turn.PromptTokens + turn.OutputTokens
			a.state = prefilling
		case prefilling:
			a.state, a.first = streaming, now
			a.left = float64(paths[a.path].Turns[a.turn].OutputTokens - 1)
			if a.fixed == 0 {
				active[a.replica]++
			}
		case streaming:
			if a.fixed == 0 {
				active[a.replica]--
			}
			a.state, a.at = heldBack, now+m.HoldBack.Seconds()
			turn := &paths[a.path].Turns[a.turn]
			if now < warm*3600 {
				break
			}
			sum.Requests++
			speed := float64(turn.OutputTokens-1) / (now - a.first)
			if w.E2E {
				speed = float64(turn.OutputTokens) / (a.at - a.begun)
			}
			if speed < w.Floor {
				slow++
			}
			if w.Ceiling > 0 && a.first-a.begun > w.Ceiling.Seconds() {
				late++
			}
		case heldBack:
			turn := &paths[a.path].Turns[a.turn]
			a.state, a.at = resting, now
			if a.turn++; a.turn < len(paths[a.path].Turns) {
				a.at += turn.ToolDelay.Seconds()
			}
		}
	}
	sum.Slow, sum.Late = float64(slow)/float64(sum.Requests), float64(late)/float64(sum.Requests)
	return sum
}
