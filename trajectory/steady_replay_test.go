package trajectory_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// clan has everything that threads can do: a subagent that starts with its parent, some
// that are joined, one of which has one of its own, one that runs on when its parent has
// ended, one that starts only then, and pauses for people and tools that the policy cuts.
func clan(t *testing.T, s *trajectory.Store, id string, k int) *trajectory.Trajectory {
	thread := func(name string, prompt int, outputs ...int) *trajectory.Trajectory {
		tr := build(t, s, id+name, len(outputs))
		for i, n := range outputs {
			tr.Turns[i].PromptTokens, tr.Turns[i].OutputTokens = prompt*(i+1), n*k
			tr.Turns[i].ToolDelay = time.Duration(i+1) * 700 * time.Millisecond
		}
		return tr
	}
	parent := thread("", 10_000, 1000, 3000, 2000, 1000, 2000)
	parent.Turns[1].HumanDelay = time.Hour
	parent.Turns[3].ToolDelay = time.Hour
	nested := thread("/nested", 110, 1500, 1000)
	joined := thread("/joined", 1300, 2000, 1000, 2500)
	joined.Subagents = []trajectory.Subagent{{Trajectory: nested, After: 0, Join: 2}}
	parent.Subagents = []trajectory.Subagent{
		{Trajectory: thread("/with", 17, 1700, 900), After: -1, Delay: 400 * time.Millisecond, Join: 1},
		{Trajectory: joined, After: 1, Delay: 1500 * time.Millisecond, Join: 3},
		{Trajectory: thread("/short", 19, 300), After: 1, Join: 3},
		{Trajectory: thread("/on", 23, 2000, 2000, 6000, 3000), After: 3, Delay: sec},
		{Trajectory: thread("/late", 29, 1000), After: 4, Delay: 3 * sec},
	}
	return parent
}

func clans(t *testing.T) *trajectory.Workload {
	var store trajectory.Store
	return &trajectory.Workload{Trajectories: []*trajectory.Trajectory{
		clan(t, &store, "a", 1), clan(t, &store, "b", 3),
		sizes(build(t, &store, "c", 3), sec, [2]int{7000, 4000}, [2]int{8000, 1000}, [2]int{9000, 9000}),
	}}
}

var (
	clanPolicy = trajectory.Policy{ToolDelayMax: 2 * sec, HumanWaits: 4 * sec}
	clanPace   = trajectory.Pace{First: 0.002, Token: 0.001, Context: 2e-8}
)

// played returns the requests of a play at a pace, in order of time, and how long it took.
func played(t *testing.T, p trajectory.Play, pace trajectory.Pace) ([]sentRequest, time.Duration) {
	s := &pacer{pace: pace, began: time.Now()}
	for res := range trajectory.NewReplayer(s.connect, clanPolicy, nil).Play(t.Context(), p) {
		if res.Err != nil || res.Timing.Lateness != 0 {
			t.Fatalf("%+v", res)
		}
	}
	threads := make(map[string]bool)
	for _, r := range s.log {
		threads[r.thread] = true
	}
	if s.open > len(threads) {
		t.Fatalf("%d senders for %d threads", s.open, len(threads))
	}
	slices.SortFunc(s.log, func(a, b sentRequest) int {
		return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.thread, b.thread))
	})
	return s.log, time.Since(s.began)
}

// What is played from an instant in the middle is what a play from the beginning does
// after it, at the same times, in all threads.
func TestSteadyPlaysTheRest(t *testing.T) {
	w := clans(t)
	steady := trajectory.NewSteady(w, clanPolicy, clanPace)
	const slack = 10 * time.Millisecond // the first token once more, and a token or two
	var instants []float64
	synctest.Test(t, func(t *testing.T) {
		whole := make(map[*trajectory.Trajectory][]sentRequest)
		length := make(map[*trajectory.Trajectory]time.Duration)
		for _, tr := range w.Trajectories {
			whole[tr], length[tr] = played(t, trajectory.Play{Trajectory: tr}, clanPace)
		}
		for agent, p := range firsts(trajectory.Schedule{Workload: w, Seed: 1, Steady: steady}, 600) {
			rest, took := played(t, p, clanPace)
			at := length[p.Trajectory] - took
			instants = append(instants, at.Seconds()/length[p.Trajectory].Seconds())
			if wait := p.Wait(); len(rest) > 0 && rest[0].sent != wait {
				t.Fatalf("agent %d: the first request is sent after %v, want %v", agent, rest[0].sent, wait)
			}
			left := make(map[string]sentRequest)
			for _, r := range rest {
				left[fmt.Sprint(r.thread, r.turn)] = r
			}
			for _, want := range whole[p.Trajectory] {
				name := fmt.Sprint(want.thread, want.turn)
				got, ok := left[name]
				delete(left, name)
				if (want.ended - at).Abs() <= slack {
					continue // too close to say
				}
				if ok != (want.ended > at) {
					t.Fatalf("agent %d from %v: %s, which ended at %v, sent: %t", agent, at, name, want.ended, ok)
				}
				if !ok {
					continue
				}
				due, first := max(0, want.sent-at), true
				for _, r := range rest {
					if r.thread == want.thread && r.turn < want.turn {
						first = false
					}
				}
				if (got.sent-due).Abs() > slack || (got.ended-(want.ended-at)).Abs() > slack {
					t.Errorf("agent %d from %v: %s at %v to %v, want %v to %v", agent, at, name, got.sent, got.ended, due, want.ended-at)
				}
				tokens := float64(want.tokens)
				if stream := (want.ended - want.sent).Seconds() - clanPace.First; want.sent < at {
					tokens = min(tokens, tokens*(want.ended-at).Seconds()/stream)
				}
				if math.Abs(float64(got.tokens)-tokens) > 2+slack.Seconds()/clanPace.Token {
					t.Errorf("agent %d from %v: %s asks for %d tokens, want %v", agent, at, name, got.tokens, tokens)
				}
				if got.cold != (first && want.turn > 0) {
					t.Errorf("agent %d from %v: %s is cold: %t", agent, at, name, got.cold)
				}
			}
			if len(left) > 0 {
				t.Errorf("agent %d from %v: also sent %v", agent, at, left)
			}
		}
	})
	// The instants are uniform: Kolmogorov-Smirnov, once in 10^5 tests above 2.47.
	slices.Sort(instants)
	far := 0.0
	for i, u := range instants {
		far = max(far, math.Abs(u-(float64(i)+0.5)/float64(len(instants))))
	}
	if d := far * math.Sqrt(float64(len(instants))); d > 2.47 {
		t.Errorf("the instants are not uniform: %v", d)
	}
}

// On a system that is slower than the pace, turn 3 of clan waits all the same for the live
// subagents that it joins, and then for the whole delay.
func TestSteadyJoinsOnASlowSystem(t *testing.T) {
	w := clans(t)
	steady := trajectory.NewSteady(w, clanPolicy, clanPace)
	slow := trajectory.Pace{Token: 3 * clanPace.Token}
	waited := 0
	synctest.Test(t, func(t *testing.T) {
		for _, p := range firsts(trajectory.Schedule{Workload: w, Seed: 1, Steady: steady}, 600) {
			log, _ := played(t, p, slow)
			ends := make(map[string]time.Duration)
			for _, r := range log {
				ends[fmt.Sprint(strings.TrimPrefix(r.thread, p.Trajectory.ID), r.turn)] = r.ended
			}
			free := max(ends["2"], ends["/joined2"], ends["/short0"])
			for _, r := range log {
				if r.thread == "" && r.turn == 3 && free > 0 && r.sent != free+2*sec {
					t.Fatalf("turn 3 was sent at %v, want 2 s after %v", r.sent, free)
				}
			}
			if p.Start == 3 && ends["/joined2"] > 0 {
				waited++
			}
		}
	})
	if waited < 20 {
		t.Errorf("only %d plays began with a join", waited)
	}
}

// The first plays are in each state with the share of time that agents spend in it who
// play all trajectories from beginning to end.
func TestSteadyIsTheLongRun(t *testing.T) {
	w := clans(t)
	type state struct {
		trajectory  string
		start, held int
	}
	spent := make(map[state]time.Duration)
	total := time.Duration(0)
	synctest.Test(t, func(t *testing.T) {
		for _, tr := range w.Trajectories {
			log, length := played(t, trajectory.Play{Trajectory: tr}, clanPace)
			total += length
			times := []time.Duration{length}
			for _, r := range log {
				times = append(times, r.sent, r.ended)
			}
			slices.Sort(times)
			for k := 1; k < len(times); k++ {
				at := times[k-1]
				latest, ended := make(map[string]sentRequest), make(map[string]time.Duration)
				start := 0
				for _, r := range log {
					ended[r.thread] = max(ended[r.thread], r.ended)
					if r.sent <= at {
						latest[r.thread] = r
					}
					if r.thread == "" && r.ended <= at {
						start++
					}
				}
				held := 0
				for _, th := range slices.Collect(tr.All()) {
					name := th.ID
					if th == tr {
						name = ""
					}
					if r, ok := latest[name]; ok && ended[name] > at {
						held += th.Turns[r.turn].PromptTokens
					}
				}
				spent[state{tr.ID, start, held}] += times[k] - at
			}
		}
	})
	steady := trajectory.NewSteady(w, clanPolicy, clanPace)
	const n = 20_000
	drawn := make(map[state]int)
	for _, p := range firsts(trajectory.Schedule{Workload: w, Seed: 2, Steady: steady}, n) {
		drawn[state{p.Trajectory.ID, p.Start, p.Held()}]++
	}
	mean := 0.0
	for s, d := range spent {
		share := d.Seconds() / total.Seconds()
		mean += share * float64(s.held)
		frequent(t, s, drawn[s], n, share)
		delete(drawn, s)
	}
	if len(drawn) > 0 || len(spent) < 30 {
		t.Errorf("%d states; also drawn: %v", len(spent), drawn)
	}
	sum := 0.0
	const quantiles = 10_000
	for _, q := range steady.Held(quantiles) {
		sum += q
	}
	if got := sum / quantiles; math.Abs(got/mean-1) > 0.001 {
		t.Errorf("mean held %v, want %v", got, mean)
	}
}
