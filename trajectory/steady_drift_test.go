package trajectory_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// From the first minute on, the answers that end are those of the steady state, by turn and
// by length: no drift, and no bias against long ones. Agents that begin at turns 0 to 10
// are far from it for as long as a trajectory lasts.
func TestSteadyDoesNotDrift(t *testing.T) {
	var store trajectory.Store
	w := &trajectory.Workload{}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		tr := build(t, &store, fmt.Sprint("t", i), 5+3*i)
		for k := range tr.Turns {
			turn := &tr.Turns[k]
			turn.PromptTokens, turn.OutputTokens, turn.ToolDelay = 3000+2000*k, 50+int(-200*math.Log(rng.Float64())), sec
		}
		w.Trajectories = append(w.Trajectories, tr)
	}
	pace := trajectory.Pace{Token: 0.02, Context: 2e-7}
	steady := trajectory.NewSteady(w, trajectory.Policy{}, pace)
	const agents, minutes = 300, 5
	// measure returns how far the means of each minute are above those of the steady
	// state, in standard errors: agents are independent of each other.
	measure := func(s trajectory.Schedule) (turn, output [minutes]float64) {
		var n, turns, outputs [minutes][agents]float64
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
			defer cancel()
			for agent := range agents {
				go func() {
					p := &pacer{pace: pace, began: time.Now()}
					r := trajectory.NewReplayer(p.connect, trajectory.Policy{}, nil)
					for play := range s.Plays(agent) {
						for res := range r.Play(ctx, play) {
							if m := int(time.Since(p.began) / time.Minute); m < minutes && res.Err == nil {
								n[m][agent]++
								turns[m][agent] += float64(res.Turn)
								outputs[m][agent] += float64(res.Recorded.OutputTokens)
							}
						}
						if ctx.Err() != nil {
							return
						}
					}
				}()
			}
			time.Sleep(minutes * time.Minute)
			synctest.Wait()
		})
		want := steady.Means()
		for m := range minutes {
			turn[m], output[m] = apart(n[m][:], turns[m][:], want.Turn), apart(n[m][:], outputs[m][:], want.Output)
		}
		return turn, output
	}
	turn, output := measure(trajectory.Schedule{Workload: w, Seed: 4, Steady: steady})
	for m := range minutes {
		if math.Abs(turn[m]) > 4 || math.Abs(output[m]) > 4 {
			t.Errorf("minute %d: %.1f and %.1f standard errors off", m, turn[m], output[m])
		}
	}
	early, _ := measure(trajectory.Schedule{Workload: w, Seed: 4, MaxStart: 10})
	if early[0] > -10 || early[1] > -8 {
		t.Errorf("agents that begin early are only %.1f standard errors off", early)
	}
	t.Logf("standard errors by minute: turn %.1f, output %.1f; with MaxStart %.1f", turn, output, early)
}

// apart returns how many standard errors a ratio of sums over agents is above want.
func apart(n, sums []float64, want float64) float64 {
	above, squares := 0.0, 0.0
	for i := range n {
		d := sums[i] - want*n[i]
		above += d
		squares += d * d
	}
	return above / math.Sqrt(squares)
}
