package agentperf_test

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// simulation is the engine and the agents once more, without HTTP, goroutines
// or any code of the packages under test: events on a list, times in float64
// seconds. Only who plays what is taken from the schedule.
type simulation struct {
	capacity, perRequest float64
	ttft, ttftPerOther   float64
	spawn                float64
	settle, measure      float64
	schedule             trajectory.Schedule
	delay                float64
}

type simAgent struct {
	next    func() (trajectory.Play, bool)
	play    trajectory.Play
	turn    int
	at      float64 // when the next request begins, while idle
	active  bool
	begin   float64
	first   float64 // time of the first token, when known
	left    float64 // tokens still to come after the first; before it, all of them when there is no TTFT
	prefill bool
	length  float64
}

// run returns the P25 of speed and the P95 of TTFT of the measured requests.
func (s simulation) run(n int) (p25, p95 float64) {
	agents := make([]*simAgent, n)
	for i := range agents {
		next, stop := iter.Pull(s.schedule.Plays(i))
		defer stop()
		agents[i] = &simAgent{next: next, at: float64(i) / s.spawn}
		agents[i].play, _ = next()
		agents[i].turn = agents[i].play.Start
	}
	settled := float64(n-1)/s.spawn + s.settle
	end := settled + s.measure
	var speeds, ttfts []float64
	open, now := 0, 0.0 // open measured requests
	for active := 0; ; {
		rate := s.perRequest
		if active > 0 {
			rate = min(rate, s.capacity/float64(active))
		}
		// The next event: a request begins, its first token or its last comes.
		when, who := math.Inf(1), -1
		for i, a := range agents {
			t := a.at
			switch {
			case a.active && a.prefill && s.ttft > 0:
				t = a.first
			case a.active:
				need := a.left
				if a.prefill { // the first token takes as long as any other
					need = 1
				}
				t = now + need/rate
			}
			if t < when {
				when, who = t, i
			}
		}
		for _, a := range agents {
			if a.active && !(a.prefill && s.ttft > 0) {
				if a.prefill {
					a.length -= (when - now) * rate // part of the first token
				} else {
					a.left -= (when - now) * rate
				}
			}
		}
		now = when
		a := agents[who]
		turn := &a.play.Trajectory.Turns[a.turn]
		switch {
		case !a.active:
			if now >= end && open == 0 {
				p25, p95 = quantile(speeds, 0.25), quantile(ttfts, 0.95)
				return p25, p95
			}
			a.active, a.prefill, a.begin = true, true, now
			a.first = now + s.ttft + s.ttftPerOther*float64(active)
			active++
			if now >= settled && now < end {
				open++
			}
		case a.prefill:
			a.prefill, a.first, a.left = false, now, float64(turn.OutputTokens-1)
		default:
			a.active = false
			active--
			if a.begin >= settled && a.begin < end {
				open--
				speeds = append(speeds, float64(turn.OutputTokens-1)/(now-a.first))
				ttfts = append(ttfts, a.first-a.begin)
			}
			a.at = now + s.delay
			if a.turn++; a.turn == len(a.play.Trajectory.Turns) {
				a.play, _ = a.next()
				a.turn, a.at = a.play.Start, now
			}
		}
	}
}

func quantile(values []float64, q float64) float64 {
	slices.Sort(values)
	h := q * float64(len(values)-1)
	i := int(h)
	if i+1 == len(values) {
		return values[i]
	}
	return values[i] + (h-float64(i))*(values[i+1]-values[i])
}

// With pauses between requests floor(C/s) is no longer the answer; that of the
// simulation, by linear scan, is. (A TTFT alone changes nothing, since a request
// holds its share from its arrival on.)
func TestAnswerIsTheSimulations(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name            string
		capacity, floor float64
		ttft, perOther  time.Duration
		ceiling         time.Duration
		delay           time.Duration
		lengths         []int
	}{
		{"tool delays", 103, 10.3, 170 * ms, 0, time.Minute, 1370 * ms, []int{23, 11, 41, 17}},
		{"TTFT", 97, 9.1, 731 * ms, 0, time.Minute, 0, []int{23, 11, 41, 17, 29}},
		{"TTFT grows", 1009, 50, 21 * ms, 19 * ms, 213 * ms, 113 * ms, []int{23, 11, 41, 17}},
		{"everything", 211, 17, 57 * ms, 13 * ms, 307 * ms, 419 * ms, []int{31, 12, 47, 8, 19}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && tt.name == "TTFT grows" {
				t.Skip("long with the race detector, which the others serve as well")
			}
			synctest.Test(t, func(t *testing.T) {
				w := workload(t, 7, tt.lengths, tt.delay)
				rules := agentperf.Point{SpawnRate: 3.7, Settle: 11 * time.Second, Measure: 60 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 5 * time.Second}
				tier := agentperf.Tier{SpeedFloor: metrics.TokensPerSecond(tt.floor), TTFTCeiling: tt.ceiling}
				sim := simulation{
					capacity: tt.capacity, perRequest: math.Inf(1), ttft: tt.ttft.Seconds(), ttftPerOther: tt.perOther.Seconds(),
					spawn: rules.SpawnRate, settle: rules.Settle.Seconds(), measure: rules.Measure.Seconds(), delay: tt.delay.Seconds(),
					schedule: trajectory.Schedule{Workload: w, Seed: 42, MaxStart: 10},
				}
				want, scan := 0, ""
				for n, failed := 1, 0; failed < 8; n++ {
					p25, p95 := sim.run(n)
					scan += fmt.Sprintf("%d: %.4f %.4f\n", n, p25, p95)
					switch holds := p25 >= tt.floor && p95 <= tt.ceiling.Seconds(); {
					case !holds:
						failed++
					case failed > 0:
						t.Fatalf("not a case to test: %d holds after a failure\n%s", n, scan)
					default:
						want = n
					}
				}
				if tt.delay > 0 && math.Floor(tt.capacity/tt.floor) == float64(want) {
					t.Fatalf("not a case to test: floor(C/s) is right\n%s", scan)
				}
				report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{
					Capacity: tt.capacity, TTFT: tt.ttft, TTFTPerOther: tt.perOther,
				}, agentperf.Config{Workload: w, Tiers: []agentperf.Tier{tier}, Rule: rules}))
				if err != nil {
					t.Fatal(err)
				}
				got := report.Tiers[0]
				if got.MaxAgents != want || got.FirstFailingAgents == nil || *got.FirstFailingAgents != want+1 {
					t.Errorf("%+v, the simulation says %d\n%s", got, want, scan)
					logPhases(t, report)
				}
				for _, p := range report.Phases {
					p25, p95 := sim.run(p.Agents)
					// The queue is chaotic: a nanosecond's rounding grows to
					// milliseconds in ten seconds. What is compared is the
					// statistics of two runs of one system.
					if math.Abs(*p.Figures.P25Speed-p25) > 0.05*p25 || math.Abs(*p.Figures.P95TTFT-p95) > 0.05*p95 {
						t.Errorf("%d agents: P25 %.4f and P95 %.4f, the simulation says %.4f and %.4f", p.Agents, *p.Figures.P25Speed, *p.Figures.P95TTFT, p25, p95)
					}
				}
			})
		})
	}
}
