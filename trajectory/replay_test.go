package trajectory_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

func TestDelays(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name   string
		policy trajectory.Policy
		fail   func(n int) (bool, error)
		want   []time.Duration // between sends; a send takes 100 ms
	}{
		{"recorded", trajectory.Policy{}, nil, []time.Duration{100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"scaled", trajectory.Policy{ToolDelayScale: 0.5}, nil, []time.Duration{100 * time.Millisecond, 600 * time.Millisecond, 1100 * time.Millisecond}},
		{"none", trajectory.Policy{ToolDelay: trajectory.ToolDelayNone}, nil, []time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond}},
		{"failed silently", trajectory.Policy{}, func(int) (bool, error) { return false, broken }, []time.Duration{1100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"failed after output", trajectory.Policy{}, func(int) (bool, error) { return true, broken }, []time.Duration{100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"longer pause", trajectory.Policy{FailurePause: 3 * time.Second}, func(n int) (bool, error) { return n > 0, broken }, []time.Duration{3100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var store trajectory.Store
				s := &sender{fail: tt.fail}
				n := 0
				for res := range trajectory.NewReplayer(func() trajectory.Sender { return s }, tt.policy, nil).Play(t.Context(), trajectory.Play{Trajectory: build(t, &store, "a", 4)}) {
					if res.Turn != n || (res.Err != nil) != (tt.fail != nil) || res.Timing.Lateness != 0 {
						t.Errorf("result %+v", res)
					}
					n++
				}
				if diff := cmp.Diff(tt.want, gaps(s.sentAt)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// Time that passes between the end of a response and the next request, beyond
// the tool delay, is the client's lateness, within a play and between plays.
func TestLateness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		slow := &lagging{sender: &sender{}}
		r := trajectory.NewReplayer(func() trajectory.Sender { return slow }, trajectory.Policy{}, nil)
		r.StartAt(time.Now().Add(-30 * time.Millisecond))
		tr := build(t, &store, "a", 3)
		tr.Turns[1].ToolDelay = 20 * time.Millisecond // less than the lag
		var got []time.Duration
		for range 2 {
			for res := range r.Play(t.Context(), trajectory.Play{Trajectory: tr}) {
				got = append(got, res.Timing.Lateness)
			}
		}
		const ms = time.Millisecond
		// 70 ms pass after each response; the tool delay of turn 1 hides 20.
		if diff := cmp.Diff([]time.Duration{30 * ms, 70 * ms, 50 * ms, 70 * ms, 70 * ms, 50 * ms}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// lagging is a Sender that comes back long after the response has ended.
type lagging struct{ *sender }

func (l *lagging) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	err := l.sender.Send(ctx, r, clock)
	time.Sleep(70 * time.Millisecond)
	return err
}

// A trajectory of one turn must not hammer a dead server either.
func TestPauseAfterTheLastTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 1)}}
		s := &sender{fail: func(int) (bool, error) { return false, errors.New("dead") }}
		r := trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{}, nil)
		plays := 0
		for p := range (trajectory.Schedule{Workload: w}).Plays(0) {
			for range r.Play(t.Context(), p) {
			}
			if plays++; plays == 4 {
				break
			}
		}
		for i, d := range gaps(s.sentAt) {
			if d != 1100*time.Millisecond {
				t.Errorf("request %d came %v after the one before", i+1, d)
			}
		}
	})
}

func TestSampledDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 500)}}
		s, _ := run(t, w, 3, 0, 0, 1, trajectory.Policy{ToolDelay: trajectory.ToolDelaySampled})
		p := metrics.Percentiles{Exact: -1}
		for _, d := range gaps(s.sentAt) {
			p.Record((d - 100*time.Millisecond).Seconds())
		}
		median, _ := p.At(50)
		least, _ := p.Min()
		most, _ := p.Max()
		if math.Abs(median-1) > 0.15 || least < 0.1 || most > 5 || most-least < 1 {
			t.Errorf("median %v, from %v to %v; want about 1 within 0.1 to 5", median, least, most)
		}
	})
}

func TestPlayEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond) // within a tool delay
		defer cancel()
		began, n := time.Now(), 0
		for range trajectory.NewReplayer(func() trajectory.Sender { return &sender{} }, trajectory.Policy{}, nil).Play(ctx, trajectory.Play{Trajectory: build(t, &store, "a", 9)}) {
			n++
		}
		if took := time.Since(began); n != 3 || took != 1500*time.Millisecond {
			t.Errorf("%d turns in %v", n, took)
		}
	})
}

// expecting is a sender that keeps how long answers will be.
type expecting struct {
	sender
	told []int
}

func (e *expecting) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	e.told = append(e.told, r.ForcedTokens)
	return e.sender.Send(ctx, r, clock)
}

func TestForcedTokens(t *testing.T) {
	for output, forced := range map[trajectory.Output]bool{trajectory.OutputExact: true, trajectory.OutputCap: false} {
		synctest.Test(t, func(t *testing.T) {
			var store trajectory.Store
			trajectories := build(t, &store, "a", 3)
			s := &expecting{}
			for res := range trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{Output: output}, nil).Play(t.Context(), trajectory.Play{Trajectory: trajectories}) {
				want := 0
				if forced {
					want = res.MaxTokens
				}
				if got := s.told[len(s.told)-1]; len(s.told) != res.Turn+1 || got != want {
					t.Errorf("%s: told %v at turn %d, want %d", output, s.told, res.Turn, want)
				}
			}
		})
	}
}

// A Sender that misuses its clock is told which call was wrong, and its request does not
// pass for one that went well; one that fails before it sends anything just fails.
func TestSenderMisusesItsClock(t *testing.T) {
	var store trajectory.Store
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 1)}}
	answer := func(clock *metrics.Clock, tokens func(i int) int) {
		for i := range 20 {
			time.Sleep(time.Millisecond)
			clock.Arrived(time.Now(), 4, tokens(i))
		}
	}
	for _, tt := range []struct {
		name string
		send func(clock *metrics.Clock) error
		want string
	}{
		{"as promised", func(c *metrics.Clock) error {
			c.Sent(time.Now())
			answer(c, func(int) int { return 1 })
			c.Done(time.Now())
			return nil
		}, ""},
		{"a running total", func(c *metrics.Clock) error {
			c.Sent(time.Now())
			answer(c, func(i int) int { return i + 1 })
			c.Done(time.Now())
			return nil
		}, "Clock.Arrived"},
		{"no Sent", func(c *metrics.Clock) error {
			answer(c, func(int) int { return 1 })
			c.Done(time.Now())
			return nil
		}, "Clock.Sent"},
		{"no Done", func(c *metrics.Clock) error {
			c.Sent(time.Now())
			answer(c, func(int) int { return 1 })
			return nil
		}, "Clock.Done"},
		{"an error at once", func(*metrics.Clock) error { return errors.New("no such host") }, "no such host"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := trajectory.SenderFunc(func(_ context.Context, _ *trajectory.Request, clock *metrics.Clock) error { return tt.send(clock) })
				for p := range (trajectory.Schedule{Workload: w}).Plays(0) {
					for res := range trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{}, nil).Play(t.Context(), p) {
						if tt.want == "" && res.Err != nil || tt.want != "" && (res.Err == nil || !strings.Contains(res.Err.Error(), tt.want)) {
							t.Errorf("%v, want %q", res.Err, tt.want)
						}
						local, ok := errors.AsType[trajectory.LocalError](res.Err)
						if clocked := strings.HasPrefix(tt.want, "Clock."); clocked != (ok && local.Local()) {
							t.Errorf("local: %t", !clocked)
						}
						if d, ok := res.Timing.TTFT(); ok && (d < 0 || d > time.Second) {
							t.Errorf("TTFT %v", d)
						}
					}
					break
				}
			})
		})
	}
}
