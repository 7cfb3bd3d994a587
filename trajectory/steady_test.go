package trajectory_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/trajectory"
)

// sizes sets prompts and answers of a trajectory, and the same delay after all turns.
func sizes(tr *trajectory.Trajectory, delay time.Duration, tokens ...[2]int) *trajectory.Trajectory {
	for i := range tr.Turns {
		turn := &tr.Turns[i]
		turn.PromptTokens, turn.OutputTokens, turn.ToolDelay = tokens[i][0], tokens[i][1], delay
	}
	return tr
}

// byHand has a trajectory of 12 s (3 s, a pause of 2 s, 7 s) and one of 9 s, at byHandPace.
func byHand(t *testing.T) *trajectory.Workload {
	var store trajectory.Store
	return &trajectory.Workload{Trajectories: []*trajectory.Trajectory{
		sizes(build(t, &store, "a", 2), 2*sec, [2]int{1000, 10}, [2]int{2000, 20}),
		sizes(build(t, &store, "b", 1), 2*sec, [2]int{3000, 20}),
	}}
}

var byHandPace = trajectory.Pace{First: 1, Token: 0.1, Context: 0.0001}

// firsts returns the first play of each of n agents.
func firsts(s trajectory.Schedule, n int) []trajectory.Play {
	plays := make([]trajectory.Play, n)
	for agent := range plays {
		for p := range s.Plays(agent) {
			plays[agent] = p
			break
		}
	}
	return plays
}

// frequent checks that something that happens with probability p happened k times of n,
// within 5 standard errors: once in two million tests it does not.
func frequent(t *testing.T, what any, k, n int, p float64) {
	t.Helper()
	if e := 5*math.Sqrt(float64(n)*p*(1-p)) + 1e-9; math.Abs(float64(k)-float64(n)*p) > e {
		t.Errorf("%v: %d of %d, want %.0f +- %.0f", what, k, n, float64(n)*p, e)
	}
}

func TestSteadyByHand(t *testing.T) {
	w := byHand(t)
	steady := trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)
	want := trajectory.Means{Input: 2000, NewInput: 5000. / 3, Output: 50. / 3, Turn: 1. / 3, Busy: 19. / 3, Seconds: 7}
	if diff := cmp.Diff(want, steady.Means(), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("means (-want +got)\n%s", diff)
	}
	held := make([]float64, 21) // 5 s of 21 at 1000, 7 at 2000, 9 at 3000
	for i := range held {
		held[i] = 1000
		if i >= 5 {
			held[i] = 2000
		}
		if i >= 12 {
			held[i] = 3000
		}
	}
	if diff := cmp.Diff(held, steady.Held(21)); diff != "" {
		t.Errorf("held (-want +got)\n%s", diff)
	}
	if got := steady.Held(0); len(got) != 0 {
		t.Errorf("no quantiles: %v", got)
	}

	// What is asked for: the whole answer before the first token, which is 1 s of 7, or at
	// the first of 20; 2 tokens instead of 1 and 2, and each other rest alike.
	const n = 4000
	counts := make(map[int]int)
	var pause, again, b, rests int
	var waited time.Duration
	synctest.Test(t, func(t *testing.T) {
		for _, p := range firsts(trajectory.Schedule{Workload: w, Seed: 5, Steady: steady}, n) {
			s := &asked{}
			r := trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{}, nil)
			began := time.Now()
			for res := range r.Play(t.Context(), p) {
				due := res.Timing.Sent.Sub(began)
				switch {
				case p.Trajectory.ID == "b":
					b++
				case res.Turn == 0:
					again++
				case due > 0:
					pause++
					waited += due
				default:
					rests++
					counts[res.MaxTokens]++
				}
				if res.MaxTokens != s.max || res.MaxTokens != s.forced || !s.says() || s.cold != (p.Start > 0) {
					t.Fatalf("result %+v of a request %+v", res, s)
				}
				held := p.Trajectory.Turns[res.Turn].PromptTokens
				if due > 0 {
					held = 1000 // of turn 0
				}
				if p.Held() != held {
					t.Fatalf("holds %d tokens, want %d: %+v", p.Held(), held, res)
				}
				if whole := p.Start == 0 && res.MaxTokens == p.Trajectory.Turns[0].OutputTokens; p.Whole() != whole {
					t.Fatalf("turn %d, %d tokens: whole %t", p.Start, res.MaxTokens, p.Whole())
				}
				break
			}
		}
	})
	frequent(t, "turn 0 of a", again, n, 3./21)
	frequent(t, "its pause", pause, n, 2./21)
	frequent(t, "turn 1 of a", rests, n, 7./21)
	frequent(t, "b", b, n, 9./21)
	for tokens := 1; tokens <= 20; tokens++ {
		p := 6. / 7 / 20
		switch tokens {
		case 1:
			p = 0
		case 2:
			p *= 2
		case 20:
			p += 1. / 7
		}
		frequent(t, tokens, counts[tokens], rests, p)
	}
	if mean, e := waited.Seconds()/float64(pause), 5*2/math.Sqrt(12*float64(pause)); math.Abs(mean-1) > e {
		t.Errorf("the rest of a pause of 2 s is %.3f s on average, want 1 +- %.3f", mean, e)
	}
}

// Where the policy leaves the length to the model there is no rest to ask for.
func TestSteadyOfOpenLength(t *testing.T) {
	w := byHand(t)
	w.Trajectories[1].Turns[0].OutputTokens = 0
	for _, tt := range []struct {
		policy trajectory.Policy
		output float64
		cut    bool
	}{
		{trajectory.Policy{Output: trajectory.OutputFree}, 530. / 3, false},
		{trajectory.Policy{Output: trajectory.OutputFree, MaxTokens: 15}, 40. / 3, false},
		{trajectory.Policy{Output: trajectory.OutputCap}, 530. / 3, true},
		{trajectory.Policy{Output: trajectory.OutputCap, MaxTokens: 15}, 40. / 3, true},
	} {
		steady := trajectory.NewSteady(w, tt.policy, byHandPace)
		if got := steady.Means().Output; math.Abs(got-tt.output) > 1e-9 {
			t.Errorf("%+v: %v output tokens, want %v", tt.policy, got, tt.output)
		}
		cut := false
		synctest.Test(t, func(t *testing.T) {
			for _, p := range firsts(trajectory.Schedule{Workload: w, Steady: steady}, 100) {
				s := &asked{}
				for res := range trajectory.NewReplayer(func() trajectory.Sender { return s }, tt.policy, nil).Play(t.Context(), p) {
					limit, _ := tt.policy.Limit(res.Recorded)
					if res.MaxTokens < limit {
						cut = true
						if p.Trajectory.ID == "b" {
							t.Errorf("%+v: %d tokens of an answer of unknown length", tt.policy, res.MaxTokens)
						}
					}
					break
				}
			}
		})
		if cut != tt.cut {
			t.Errorf("%+v: answers asked for in part: %t", tt.policy, cut)
		}
	}
}

// The mean of sampled delays, scaled and bounded, against a sum over the quantiles.
func TestSteadySampledDelays(t *testing.T) {
	w := byHand(t)
	for _, policy := range []trajectory.Policy{
		{}, {ToolDelayScale: 3}, {ToolDelayMax: 2 * sec}, {ToolDelayScale: 3, ToolDelayMax: 2 * sec}, {ToolDelayScale: 0.5, ToolDelayMax: 20 * time.Millisecond},
	} {
		policy.ToolDelay = trajectory.ToolDelaySampled
		const n = 1_000_000
		want := 0.0
		for i := range n {
			z := math.Sqrt2 * math.Erfinv(2*(float64(i)+0.5)/n-1)
			d := max(0.1, min(math.Exp(0.8*z), 5)) * policy.Resolve().ToolDelayScale
			if most := policy.ToolDelayMax.Seconds(); most > 0 {
				d = min(d, most)
			}
			want += d / n
		}
		m := trajectory.NewSteady(w, policy, byHandPace).Means()
		if got := 3 * (m.Seconds - m.Busy); math.Abs(got-want) > 1e-5 { // one of three turns waits
			t.Errorf("%+v: mean delay %v, want %v", policy, got, want)
		}
	}
}

// The first play is somewhere in a round of both trajectories: with the same chance the
// other one follows, or a round in any order. Agents that all began a round after their
// first play would drift together.
func TestSteadyRounds(t *testing.T) {
	w := byHand(t)
	steady := trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)
	const n = 4000
	other := 0
	for agent := range n {
		var names []string
		for p := range (trajectory.Schedule{Workload: w, Seed: 1, Steady: steady}).Plays(agent) {
			if len(names) > 0 && (p.Start != 0 || !p.Whole() || p.Held() != p.Trajectory.Turns[0].PromptTokens) {
				t.Fatalf("a later play begins in the middle: %+v", p)
			}
			if names = append(names, p.Trajectory.ID); len(names) == 5 {
				break
			}
		}
		if names[0] != names[1] {
			other++
			continue
		}
		if names[2] == names[1] || names[3] == names[4] {
			t.Fatalf("%s are not rounds of a and b", names)
		}
	}
	frequent(t, "the other trajectory", other, n, 3./4)
}

// The same draw gives the same standings, whatever the phase; another draw others.
func TestSteadyDraws(t *testing.T) {
	w := byHand(t)
	steady := trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)
	draw := func(phase, draw int) (work []trajectory.Play) {
		return firsts(trajectory.Schedule{Workload: w, Seed: 3, Phase: phase, Draw: draw, Steady: steady}, 400)
	}
	a, b, c := draw(0, 0), draw(1, 0), draw(1, 1)
	alike := 0
	for i := range a {
		if a[i].Held() != b[i].Held() || a[i].Start != b[i].Start || a[i].Trajectory != b[i].Trajectory || a[i].Session == b[i].Session {
			t.Fatalf("agent %d in two phases of a draw: %+v, %+v", i, a[i], b[i])
		}
		if a[i].Trajectory == c[i].Trajectory {
			alike++
		}
	}
	frequent(t, "the same trajectory in two draws", alike, len(a), (12.*12+9*9)/(21*21))
	defer func() {
		if recover() == nil {
			t.Error("the steady state of another workload was taken")
		}
	}()
	firsts(trajectory.Schedule{Workload: byHand(t), Steady: steady}, 1)
}
