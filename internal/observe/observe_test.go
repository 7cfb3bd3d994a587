package observe

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/telemetry"
)

// A fake observes a function of the time since the test began.
type fake struct {
	every  time.Duration
	start  func(context.Context) error
	sample func(context.Context, time.Duration) ([]telemetry.Sample, error)
	stop   func(context.Context, telemetry.Instants) ([]telemetry.Sample, error)

	from                     time.Time
	starts, samples, stopped atomic.Int32 // a call that does not return is not waited for
	at                       telemetry.Instants
}

func (f *fake) Target() telemetry.Target { return telemetry.Target{Name: "fake", Every: f.every} }

func (f *fake) Start(ctx context.Context) error {
	if f.starts.Add(1); f.from.IsZero() {
		f.from = time.Now()
	}
	if f.start != nil {
		return f.start(ctx)
	}
	return nil
}

func (f *fake) Sample(ctx context.Context) ([]telemetry.Sample, error) {
	f.samples.Add(1)
	return f.sample(ctx, time.Since(f.from))
}

func (f *fake) Stop(ctx context.Context, at telemetry.Instants) ([]telemetry.Sample, error) {
	f.at = at
	f.stopped.Add(1)
	if f.stop != nil {
		return f.stop(ctx, at)
	}
	return nil, nil
}

func sample(name string, value float64, labels ...telemetry.Label) telemetry.Sample {
	return telemetry.Sample{Time: time.Now(), Name: name, Labels: labels, Value: value}
}

// phase lets a phase of 10 s pass.
func phase(ctx context.Context, team *Team) []telemetry.Observed {
	begin := time.Now()
	w := team.Begin(ctx)
	select {
	case <-time.After(10 * time.Second):
	case <-ctx.Done():
	}
	return w.End(telemetry.Instants{Begin: begin, Settled: begin.Add(2 * time.Second), WindowEnd: begin.Add(9 * time.Second), End: time.Now()})
}

// values returns the points of a series as seconds since the first sample and values.
func values(t *testing.T, o telemetry.Observed, name string, from time.Time) (xy [][2]float64) {
	t.Helper()
	for _, s := range o.Series {
		if s.Name == name {
			for _, p := range s.Points {
				xy = append(xy, [2]float64{time.Duration(p.Nanos - from.UnixNano()).Seconds(), p.Value})
			}
			return xy
		}
	}
	t.Fatalf("no %s among %d series", name, len(o.Series))
	return nil
}

// A gauge and a counter that are known functions of time are seen each second, from before the
// phase to the tick after it.
func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{sample: func(_ context.Context, at time.Duration) ([]telemetry.Sample, error) {
			return []telemetry.Sample{sample("gauge", math.Abs(5-at.Seconds())), sample("total", 7*at.Seconds(), telemetry.Label{Name: "engine", Value: "0"}), sample("total", 1, telemetry.Label{Name: "engine", Value: "1"})}, nil
		}}
		o := phase(t.Context(), New([]telemetry.Observer{f}))[0]
		want := [][2]float64{{0, 5}, {1, 4}, {2, 3}, {3, 2}, {4, 1}, {5, 0}, {6, 1}, {7, 2}, {8, 3}, {9, 4}, {10, 5}, {11, 6}}
		// The tick at 10 s and the end of the phase are one instant: either may be first.
		if got := values(t, o, "gauge", f.from); cmp.Diff(want, got) != "" && cmp.Diff(want[:11], got) != "" {
			t.Error(got)
		}
		if len(o.Series) != 3 || o.Failed != 0 || o.Scrapes != int(f.samples.Load()) || o.Scrapes < 11 || o.Cut || o.Failure != "" || o.Took != 0 {
			t.Errorf("%+v", o)
		}
		if f.starts.Load() != 1 || f.stopped.Load() != 1 || f.at.WindowEnd.Sub(f.at.Settled) != 7*time.Second {
			t.Errorf("%d starts, %+v", f.starts.Load(), f.at)
		}
	})
}

// The first sample is before the load, however long it takes.
func TestFirstIsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{sample: func(context.Context, time.Duration) ([]telemetry.Sample, error) {
			time.Sleep(3 * time.Second)
			return []telemetry.Sample{sample("x", 1)}, nil
		}}
		begin := time.Now()
		w := New([]telemetry.Observer{f}).Begin(t.Context())
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("began after %v", took)
		}
		o := w.End(telemetry.Instants{})[0]
		if o.Took != 6*time.Second || o.Scrapes != 2 { // and one after the end
			t.Errorf("%+v", o)
		}
	})
}

// What fails is tried again at the next tick, and leaves a gap.
func TestFailuresAreGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{every: 2 * time.Second, sample: func(_ context.Context, at time.Duration) ([]telemetry.Sample, error) {
			if at == 4*time.Second || at == 6*time.Second {
				return nil, errors.New("refused at " + at.String())
			}
			return []telemetry.Sample{sample("x", at.Seconds()), sample("odd", math.NaN()), sample("odd", math.Inf(1))}, nil
		}}
		f.start = func(context.Context) error {
			if f.starts.Load() == 1 {
				return errors.New("not yet")
			}
			f.from = f.from.Add(2 * time.Second) // of the first Sample
			return nil
		}
		begin := time.Now()
		o := phase(t.Context(), New([]telemetry.Observer{f}))[0]
		f.from = begin
		got := values(t, o, "x", begin)
		want := [][2]float64{{2, 0}, {4, 2}, {10, 8}, {11, 9}}
		if cmp.Diff(want, got) != "" && cmp.Diff(want[:3], got) != "" {
			t.Error(got)
		}
		if o.Failed != 3 || o.Failure != "not yet" || f.stopped.Load() != 1 || len(o.Series) != 1 {
			t.Errorf("%+v", o)
		}
	})
}

// An observer that never returns, whatever its context says, holds up neither a phase nor the
// observers beside it, and is called again when it has returned.
func TestStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := &fake{sample: func(_ context.Context, at time.Duration) ([]telemetry.Sample, error) {
			if at == 3*time.Second {
				<-release
			}
			return []telemetry.Sample{sample("x", at.Seconds())}, nil
		}}
		good := &fake{sample: func(_ context.Context, at time.Duration) ([]telemetry.Sample, error) {
			return []telemetry.Sample{sample("y", at.Seconds())}, nil
		}}
		team := New([]telemetry.Observer{stuck, good})
		begin := time.Now()
		all := phase(t.Context(), team)
		if took := time.Since(begin); took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		if got, want := values(t, all[0], "x", begin), [][2]float64{{0, 0}, {1, 1}, {2, 2}}; cmp.Diff(want, got) != "" {
			t.Error(got)
		}
		if all[0].Failed < 2 || !strings.Contains(all[0].Failure, "does not return") || stuck.samples.Load() != 4 || stuck.stopped.Load() != 0 {
			t.Errorf("%+v, %d", all[0], stuck.samples.Load())
		}
		if len(values(t, all[1], "y", begin)) < 11 || all[1].Failed != 0 {
			t.Errorf("%+v", all[1])
		}
		begin = time.Now()
		if w := team.Begin(t.Context()); time.Since(begin) != 0 {
			t.Errorf("the next phase began after %v", time.Since(begin))
		} else {
			w.End(telemetry.Instants{})
		}
		close(release)
		synctest.Wait()
		if o := phase(t.Context(), team)[0]; o.Failed != 0 || len(o.Series) != 1 || stuck.stopped.Load() != 2 { // late, and of this phase
			t.Errorf("%+v, %d", o, stuck.stopped.Load())
		}
	})
}

// Slow answers are cut where the context is heeded.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{sample: func(ctx context.Context, at time.Duration) ([]telemetry.Sample, error) {
			if at >= time.Second {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return []telemetry.Sample{sample("x", 1)}, nil
		}}
		begin := time.Now()
		o := phase(t.Context(), New([]telemetry.Observer{f}))[0]
		if took := time.Since(begin); took > 18*time.Second || o.Failed != o.Scrapes-1 || !strings.Contains(o.Failure, "longer than it may") || f.stopped.Load() != 1 {
			t.Errorf("%v: %+v", took, o)
		}
	})
}

// What Stop brings counts, whenever it was, in the order of time.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		f := &fake{sample: func(context.Context, time.Duration) ([]telemetry.Sample, error) { return nil, nil }}
		f.stop = func(_ context.Context, at telemetry.Instants) (samples []telemetry.Sample, err error) {
			for _, s := range []int{9, 1, 5, 5} {
				samples = append(samples, telemetry.Sample{Time: at.Begin.Add(time.Duration(s) * time.Second).Round(0), Name: "w", Value: float64(s)})
			}
			return samples, nil
		}
		o := phase(t.Context(), New([]telemetry.Observer{f}))[0]
		if got, want := values(t, o, "w", begin), [][2]float64{{1, 1}, {5, 5}, {9, 9}}; cmp.Diff(want, got) != "" {
			t.Error(got)
		}
	})
}

// A run that is interrupted ends at once, and Stop is called all the same.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fake{sample: func(ctx context.Context, at time.Duration) ([]telemetry.Sample, error) {
			if at == 2*time.Second {
				cancel()
			}
			return nil, ctx.Err()
		}}
		f.stop = func(ctx context.Context, _ telemetry.Instants) ([]telemetry.Sample, error) {
			if ctx.Err() != nil {
				t.Error("Stop with a context that is done")
			}
			return nil, nil
		}
		begin := time.Now()
		if o := phase(ctx, New([]telemetry.Observer{f}))[0]; time.Since(begin) != 2*time.Second || f.stopped.Load() != 1 || o.Failed != 0 {
			t.Errorf("%v, %+v", time.Since(begin), o)
		}
	})
}

// Memory is bounded; the first and the latest points stay, and points are as far apart in all
// series.
func TestBounded(t *testing.T) {
	start := time.Now()
	s := newStore(start, time.Second)
	s.most = 256
	for i := range 1000 {
		at := start.Add(time.Duration(i) * time.Second)
		s.add([]telemetry.Sample{{Time: at, Name: "a", Value: float64(i)}, {Time: at, Name: "b", Value: float64(i)}})
		if s.points > s.most {
			t.Fatalf("%d points", s.points)
		}
	}
	all := s.all()
	if len(all) != 2 || !s.cut || cmp.Diff(all[0].Points, all[1].Points) != "" && len(all[0].Points) != len(all[1].Points)+1 {
		t.Errorf("%d series, %d and %d points", len(all), len(all[0].Points), len(all[1].Points))
	}
	if p := all[0].Points; p[0].Value != 0 || p[len(p)-1].Value != 999 || len(p) < 50 {
		t.Errorf("%v", p)
	}
	for i := range 100 {
		s.add([]telemetry.Sample{{Time: start, Name: "many", Labels: []telemetry.Label{{Name: "i", Value: string(rune('a' + i))}}}})
	}
	if len(s.series) != 16 { // of 16 points each
		t.Errorf("%d series", len(s.series))
	}
}
