package decide

import (
	"math"
	"math/rand/v2"
	"testing"
)

// searching returns the numbers of agents of a search's n phases: it doubles, bisects and then
// goes back and forth between two numbers near a limit, some phases at each.
func searching(rng *rand.Rand, n int) (agents []float64) {
	agents = []float64{1, 2, 4, 8, 16, 32, 64, 45, 32, 22, 16, 11}
	for len(agents) < n {
		at := float64(7 + 3*rng.IntN(2))
		for range 1 + rng.IntN(8) {
			agents = append(agents, at)
		}
	}
	return agents[:n]
}

// lagging returns the pulses of phases of 90 s that are measured in their last 60, of a system
// whose speed is that of the agents at once but for the given part, which follows with a lag,
// by steps of half a second. speed is a logarithm by agents and by seconds of time.
func lagging(rng *rand.Rand, agents []float64, lag, part, noise float64, speed func(agents, at float64) float64) (ps []pulse) {
	const step = 0.5
	var past exposure
	late, now := 0.0, 0.0
	for _, n := range agents {
		p := pulse{agents: n, at: now + 60, load: 0.2 * rng.NormFloat64(), variance: noise * noise, past: past.after(n, 60)}
		for i := range 180 {
			late += (n - late) * step / lag
			now += step
			if i >= 60 {
				p.mean += speed(n+part*(late-n), now) / 120
			}
		}
		p.mean += noise*rng.NormFloat64() - 0.1*p.load
		past = past.after(n, 90)
		ps = append(ps, p)
	}
	return ps
}

// By construction speed falls as 1/(1 + 0.2 agents), a part of it late. That is found early in a
// search, and what the phases of a system that is not steady say of the steady state is right.
func TestHeat(t *testing.T) {
	law := func(agents, _ float64) float64 { return math.Log(60 / (1 + 0.2*agents)) }
	for _, tt := range []struct{ lag, part float64 }{{600, 1}, {300, 1}, {1200, 1}, {600, 0.5}} {
		for _, phases := range []int{15, 30, 90} {
			found, drifts, off := 0, 0, 0.0
			const runs = 20
			for seed := range uint64(runs) {
				rng := rand.New(rand.NewPCG(1, seed))
				ps := lagging(rng, searching(rng, phases), tt.lag, tt.part, 0.05, law)
				h := findHeat(ps)
				if h == nil {
					continue
				}
				found++
				for _, p := range ps[10:] {
					off += math.Abs(h.settled(p).mean+0.1*p.load-law(p.agents, 0)) / float64(len(ps)-10) / runs
				}
				// The same phases without heat drift by chance at times.
				rng = rand.New(rand.NewPCG(1, seed))
				cold := lagging(rng, searching(rng, phases), tt.lag, 0, 0.05, law)
				if remember(settledPulses(h, ps)).drift != 0 && remember(cold).drift == 0 {
					drifts++
				}
			}
			t.Logf("%+v, %d phases: found in %d of %d, off by %.3f", tt, phases, found, runs, off)
			if phases >= 30 && found < runs*9/10 || off > 0.08 {
				t.Errorf("%+v, %d phases: found in %d of %d, off by %.3f", tt, phases, found, runs, off)
			}
			if drifts > 1 {
				t.Errorf("%+v, %d phases: what heat explains is taken for drift in %d of %d", tt, phases, drifts, runs)
			}
		}
	}
}

func settledPulses(h *heat, ps []pulse) (all []pulse) {
	for _, p := range ps {
		all = append(all, h.settled(p))
	}
	return all
}

// Where speed follows the agents at once there is no heat, whether it is steady, wanders with
// a memory of many phases, drifts, or jumps; and heat that drifts is seen to.
func TestNoHeat(t *testing.T) {
	const runs = 200
	law := func(agents, _ float64) float64 { return math.Log(60 / (1 + 0.2*agents)) }
	for _, tt := range []struct {
		name          string
		rho, spread   float64
		perHour, jump float64
	}{
		{name: "steady"},
		{name: "wild", spread: 0.2},
		{name: "moods", rho: 0.8, spread: 0.18},
		{name: "slow moods", rho: 0.95, spread: 0.18},
		{name: "slower", perHour: -0.25},
		{name: "faster", perHour: 0.25},
		{name: "jump", jump: -0.3},
	} {
		found := 0
		for seed := range uint64(runs) {
			rng := rand.New(rand.NewPCG(2, seed))
			n := []int{12, 20, 40, 90}[seed%4]
			ps := lagging(rng, searching(rng, n), 600, 0, 0.05, func(agents, at float64) float64 {
				y := law(agents, 0) + math.Log1p(tt.perHour)*at/3600
				if at > 1800 {
					y += tt.jump
				}
				return y
			})
			mood := rng.NormFloat64()
			for i := range ps {
				ps[i].mean += tt.spread * mood
				mood = tt.rho*mood + math.Sqrt(1-tt.rho*tt.rho)*rng.NormFloat64()
			}
			if findHeat(ps) != nil {
				found++
			}
		}
		t.Logf("%s: heat in %d of %d", tt.name, found, runs)
		if found > runs/50 {
			t.Errorf("%s: heat in %d of %d", tt.name, found, runs)
		}
	}
	unseen := 0
	for seed := range uint64(runs / 4) {
		rng := rand.New(rand.NewPCG(3, seed))
		ps := lagging(rng, searching(rng, 90), 600, 1, 0.03, func(agents, at float64) float64 {
			return law(agents, 0) + math.Log1p(-0.25)*at/3600
		})
		if h := findHeat(ps); h != nil && remember(settledPulses(h, ps)).drift >= 0 {
			unseen++
		}
	}
	if unseen > 1 {
		t.Errorf("drift of a system with heat is not seen in %d of %d", unseen, runs/4)
	}
}

// A phase at 10 agents in which the system felt 5 of them has the share of bad requests that
// the curve has for 5, a half, so that it is as expected; that for 10 is 2^6/(1 + 2^6).
func TestAssistAtHeat(t *testing.T) {
	f := loadCurve{b: 6, n0: 5}
	half := math.Log(0.5)
	cool := []sample{{n: 20, k: 10, warmth: half, inputs: []curvePoint{{n: 20}}}}
	if s, want := assist(&f, 10, []moment{{}}, 0, cool, 1, 0.25), 64.0/65; math.Abs(s.p-want) > 1e-9 {
		t.Errorf("a share of %v, want %v", s.p, want)
	}
}
