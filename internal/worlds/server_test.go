package worlds

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// tally is what agents that walk whole trajectories saw.
type tally struct {
	mu                   sync.Mutex
	requests, slow, late int
}

func (t *tally) add(w *World, r metrics.Timing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	speed, ok := r.OutputSpeed()
	if w.E2E {
		speed, ok = r.E2ESpeed()
	}
	if ok && float64(speed) < w.Floor {
		t.slow++
	}
	if ttft, _ := r.TTFT(); w.Ceiling > 0 && ttft > w.Ceiling {
		t.late++
	}
}

// walk drives the double as the simulation drives its own system.
func (w *World) walk(ctx context.Context, n int, warm time.Duration, seed uint64) *tally {
	server, began, sum := w.Serve(seed), time.Now(), new(tally)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			c := server.Connect(i).(*sender)
			defer c.Close()
			pause := time.Duration(600 * rng.Float64() * float64(time.Second))
			paths := w.Workload().Trajectories
			for session := 0; ; {
				for _, path := range rng.Perm(len(paths)) {
					session++
					from := 0
					if session == 1 { // as in the simulation
						from = rng.IntN(len(paths[path].Turns))
					}
					for j := from; j < len(paths[path].Turns); j++ {
						if sleep(ctx, pause) != nil {
							return
						}
						turn := &paths[path].Turns[j]
						r := &trajectory.Request{Session: fmt.Sprint(seed, i, session), Turn: turn, Index: j, ForcedTokens: turn.OutputTokens}
						var clock metrics.Clock
						if c.Send(ctx, r, &clock) != nil {
							return
						}
						if time.Since(began) > warm {
							sum.add(w, clock.Timing())
						}
						if pause = turn.ToolDelay; j == len(paths[path].Turns)-1 {
							pause = 0
						}
					}
				}
			}
		})
	}
	all.Wait()
	return sum
}

// TestDoublesAgree compares long runs of the doubles with the simulation.
func TestDoublesAgree(t *testing.T) {
	for _, w := range chosen(t) {
		if w.Hours == 0 {
			continue // drifts
		}
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && !slices.Contains(quick, w.Name) {
				t.Skip("the doubles of two worlds stand for the others")
			}
			n, runs := cmp.Or(w.Truth, 5), 4
			h := w.Hours / 30
			if *hours > 0 {
				h = *hours
			}
			warm := 1.0
			if w.Model.SlowShare > 0 || w.Model.SlowTurn > 0 {
				warm = 5 // a starved answer takes up to 8192 s, a session of 200 turns an hour
			}
			var slow, late []float64
			for run := range runs {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration((warm+h)*float64(time.Hour)))
					defer cancel()
					s := w.walk(ctx, n, time.Duration(warm*float64(time.Hour)), uint64(run))
					slow = append(slow, float64(s.slow)/float64(s.requests))
					late = append(late, float64(s.late)/float64(s.requests))
				})
			}
			want := w.Shares(n, max(h, w.Hours/2), 2, 2)
			for _, c := range []struct {
				what string
				got  []float64
				want float64
			}{{"slow", slow, want.Slow}, {"late", late, want.Late}} {
				mean, se := meanSE(c.got)
				t.Logf("%d agents: %.2f +- %.2f %% %s, the simulation says %.2f", n, 100*mean, 100*se, c.what, 100*c.want)
				// Five standard errors of four runs, a t of 0.7 % two-sided, for two shares
				// in each of 17 worlds whose seeds are fixed; half a percent for shares near
				// 0 and for what the simulation does not know either.
				if math.Abs(mean-c.want) > 5*se+0.005 {
					t.Errorf("%.4f +- %.4f are %s, the simulation says %.4f", mean, se, c.what, c.want)
				}
			}
		})
	}
}

func meanSE(x []float64) (mean, se float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / float64(len(x)-1) / float64(len(x)))
}

// A stream that shares its speed ends when the integral of that speed says so.
func TestSharedSpeedIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &World{Model: Model{Capacity: 100}}
		s, turn := w.Serve(1), trajectory.Turn{PromptTokens: 10}
		var all sync.WaitGroup
		answer := func(delay time.Duration, out int, want time.Duration) {
			all.Go(func() {
				time.Sleep(delay)
				var clock metrics.Clock
				if err := s.Connect(0).Send(t.Context(), &trajectory.Request{Turn: &turn, MaxTokens: out}, &clock); err != nil {
					t.Error(err)
				}
				if d := clock.Timing().E2E - want; d.Abs() > time.Microsecond {
					t.Errorf("%d tokens after %v took %v, want %v", out, delay, clock.Timing().E2E, want)
				}
			})
		}
		answer(0, 1001, 12500*time.Millisecond)    // 500 alone, 250 with the other in 5 s, 250 alone
		answer(5*time.Second, 251, 5*time.Second)  // at half of the speed
		answer(20*time.Second, 101, 1*time.Second) // alone
		all.Wait()
	})
}
