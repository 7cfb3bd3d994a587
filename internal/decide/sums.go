package decide

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A LoadObservation is what the agents of a phase asked for.
type LoadObservation struct {
	// Held is the sum of the input tokens that the agents held in the middle of the window:
	// of the latest prompts of their live threads.
	Held float64 `json:"held_tokens"`
	// HeldMean is the mean of that over the window. Held has the distribution of a random
	// moment, HeldMean is what the speed of the phase depends on.
	HeldMean float64 `json:"held_tokens_mean"`
	// Requests is the number of requests that began in the window, and Input, Turn and
	// Output are sums over them: of the planned input tokens, of the places in their
	// sessions, and of the output tokens asked for where the length was forced.
	Requests float64 `json:"requests"`
	Input    float64 `json:"input_tokens"`
	Turn     float64 `json:"turns"`
	Output   float64 `json:"output_tokens"`
	Forced   float64 `json:"forced"`
}

// A SpeedObservation is about the logarithms of the output speeds of the answers that ended
// in the window: N of them, with their mean and the variance of that mean as far as
// differences between agents and between moments of the window explain it.
type SpeedObservation struct {
	N        float64 `json:"n"`
	Mean     float64 `json:"mean_log"`
	Variance float64 `json:"variance_of_mean"`
}

// PaceSums are the sums of a least-squares fit of the seconds for each output token (Y) on
// the input tokens (X), and the times to first token.
type PaceSums struct {
	W      float64 `json:"w"`
	WX     float64 `json:"wx"`
	WY     float64 `json:"wy"`
	WXX    float64 `json:"wxx"`
	WXY    float64 `json:"wxy"`
	Firsts float64 `json:"firsts"`
	First  float64 `json:"first_seconds"`
}

// heldInstants is the number of instants that stand for a window: agents go on by a few turns
// in it.
const heldInstants = 8

func (v *view) load() (l LoadObservation) {
	window := v.until - v.Settled
	l.Held = v.held(v.Settled + window/2)
	for i := range heldInstants {
		l.HeldMean += v.held(v.Settled+window*time.Duration(2*i+1)/(2*heldInstants)) / heldInstants
	}
	add := func(r *record.Row) {
		if r.Begun < v.Settled || r.Begun >= v.until || r.Planned < 0 || r.Play < 0 {
			return
		}
		l.Requests++
		l.Input += float64(r.Planned)
		l.Turn += float64(r.Turn)
		if r.Forced {
			l.Forced++
			l.Output += float64(r.MaxTokens)
		}
	}
	for i := range v.Rows {
		add(&v.Rows[i])
	}
	for i := range v.Open {
		add(&v.Open[i])
	}
	return l
}

// held returns the input tokens that the agents held at an instant.
func (v *view) held(at time.Duration) (sum float64) {
	type thread struct{ agent, thread int32 }
	type latest struct {
		begun, last time.Duration // of the latest request by then, and of the last of all
		end         time.Duration // of that
		planned     int32
	}
	threads := make(map[thread]latest)
	add := func(r *record.Row) {
		if r.Play < 0 || r.Planned < 0 {
			return
		}
		key := thread{r.Agent, r.Thread}
		t, ok := threads[key]
		if !ok {
			t = latest{begun: -1, last: -1}
		}
		if r.Begun <= at && r.Begun > t.begun {
			t.begun, t.planned = r.Begun, r.Planned
		}
		if r.Begun > t.last {
			t.last, t.end = r.Begun, r.End
		}
		threads[key] = t
	}
	for i := range v.Rows {
		add(&v.Rows[i])
	}
	for i := range v.Open {
		add(&v.Open[i])
	}
	began := make([]bool, v.Agents)
	for key, t := range threads {
		// A subagent is over once its last request has ended.
		if live := key.thread == 0 || t.last > at || t.end < 0 || t.end >= at; t.begun >= 0 && live {
			sum += float64(t.planned)
		}
		if t.begun >= 0 && int(key.agent) < len(began) {
			began[key.agent] = true
		}
	}
	for i, s := range v.Standings {
		if i < len(began) && !began[i] {
			sum += float64(s.Held)
		}
	}
	return sum
}

// answered calls f for each answer that ended well in the window and has a speed.
func (v *view) answered(f func(r *record.Row, perToken float64)) {
	for i := range v.Rows {
		r := &v.Rows[i]
		if r.Outcome != record.OK || r.End < v.Settled || r.End >= v.until {
			continue
		}
		t := v.fit.Timing(r)
		if s, ok := t.OutputSpeed(); ok && s > 0 {
			f(r, 1/float64(s))
		}
	}
}

func (v *view) speed() (s SpeedObservation) {
	type sum struct{ n, x float64 }
	agents := make([]sum, v.Agents)
	blocks := make(map[int64]sum)
	squares := 0.0
	v.answered(func(r *record.Row, perToken float64) {
		x := -math.Log(perToken)
		if int(r.Agent) < len(agents) {
			agents[r.Agent].n++
			agents[r.Agent].x += x
		}
		at := int64((r.End - v.Settled) / v.block)
		blocks[at] = sum{blocks[at].n + 1, blocks[at].x + x}
		s.N++
		s.Mean += x
		squares += x * x
	})
	if s.N == 0 {
		return s
	}
	s.Mean /= s.N
	// The variance under clustering by agent and by block of time, neighbors of which may be
	// alike (Cameron, Gelbach and Miller 2011).
	own := max(0, squares-s.N*s.Mean*s.Mean)
	byAgent, byBlock, k, last := 0.0, 0.0, 0.0, 0.0
	for _, a := range agents {
		if a.n > 0 {
			k++
			byAgent += (a.x - a.n*s.Mean) * (a.x - a.n*s.Mean)
		}
	}
	if k > 1 {
		byAgent *= k / (k - 1)
	}
	for _, at := range slices.Sorted(maps.Keys(blocks)) {
		d := blocks[at].x - blocks[at].n*s.Mean
		byBlock += d*d + 2*d*last
		last = d
	}
	s.Variance = max(own, byAgent, byBlock, byAgent+byBlock-own) / (s.N * s.N)
	return s
}

// longAnswer is the number of tokens from which an answer has its full weight in the fit of
// a pace. Weights by length favor answers whose speed is well measured; beyond some hundred
// tokens it is.
const longAnswer = 500

func (v *view) pace() (p PaceSums) {
	v.answered(func(r *record.Row, perToken float64) {
		w, x := float64(min(r.Tokens, longAnswer)), float64(max(0, r.Planned))
		p.W += w
		p.WX += w * x
		p.WY += w * perToken
		p.WXX += w * x * x
		p.WXY += w * x * perToken
	})
	for i := range v.Rows {
		r := &v.Rows[i]
		if !r.Cold && r.First >= v.Settled && r.First < v.until {
			p.Firsts++
			p.First += (r.First - r.Begun).Seconds()
		}
	}
	return p
}

// add adds another phase's sums with a weight.
func (p *PaceSums) add(o PaceSums, weight float64) {
	p.W += weight * o.W
	p.WX += weight * o.WX
	p.WY += weight * o.WY
	p.WXX += weight * o.WXX
	p.WXY += weight * o.WXY
	p.Firsts += weight * o.Firsts
	p.First += weight * o.First
}

// pace solves the fit; ok is false where there is nothing to fit.
func (p *PaceSums) pace() (pace record.Pace, ok bool) {
	if p.W <= 0 || p.WY <= 0 {
		return pace, false
	}
	if p.Firsts > 0 {
		pace.First = p.First / p.Firsts
	}
	mx, my := p.WX/p.W, p.WY/p.W
	// A thousandth of the square of the mean keeps inputs of about one length from setting
	// a slope.
	if spread := p.WXX/p.W - mx*mx; spread > 1e-3*mx*mx {
		pace.Context = max(0, (p.WXY/p.W-mx*my)/spread)
	}
	// An empty context costs something: a tenth of the mean at least.
	pace.Token = max(my-pace.Context*mx, my/10)
	pace.Context = max(0, (my-pace.Token)/max(mx, 1))
	return pace, true
}
