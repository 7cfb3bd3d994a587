package slt_test

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/slt"
)

// Events say how far the sweep has come. An engine of 2,000 tokens/s, 200 for each, grows up to
// 16 at a time: 32 and 64 show the plateau. A level takes 18 s, and those up to 4,096 are 70.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const level = 18 * sec
		var remaining, most []time.Duration // at the start, and after each level
		var from slt.Event                  // the first while measuring
		figures := 0
		cfg := slt.Config{InputTokens: 250, OutputTokens: 100, Measure: 12 * sec, Ramp: 3 * sec, Settle: 3 * sec}
		cfg.Progress = func(e slt.Event) {
			switch {
			case e.Stage == "calibrating":
			case e.Stage == "starting" || e.Result != nil:
				if remaining, most, from = append(remaining, e.Remaining), append(most, e.RemainingMost), (slt.Event{}); e.Result != nil && (e.Queries == 0 || e.InFlight != 0 || e.Succeeded+e.Failed > e.Queries) {
					t.Errorf("%+v", e)
				}
			case e.Estimate != level || e.Remaining > remaining[len(remaining)-1] || e.RemainingMost != most[len(most)-1]-e.Elapsed && e.Stage != "finishing":
				t.Errorf("%+v after %v and %v", e, remaining, most)
			case e.Stage == "measuring" && from.Stage == "":
				from = e
			case e.Stage == "measuring":
				if f := e.Figures; f != nil {
					figures++
					if want := min(200, 2000/float64(e.Concurrency)); e.Client == nil || f.Requests > 0 && (f.MedianOutputSpeed == nil || math.Abs(*f.MedianOutputSpeed-want) > want/20) {
						t.Errorf("at %v of concurrency %d: %+v", e.Elapsed, e.Concurrency, f)
					}
				}
				if e.InFlight > e.Concurrency || e.InFlight != e.Queries-e.Succeeded || e.Failed != 0 { // one may just have ended
					t.Errorf("%+v", e)
				}
				// Queries of 100 tokens end all at once, or one by one.
				n, seconds := float64(e.Concurrency), (e.Elapsed - from.Elapsed).Seconds()
				if got, want := float64(e.OutputTokens-from.OutputTokens), min(200*n, 2000)*seconds; math.Abs(got-want) > 100*n+1 {
					t.Errorf("concurrency %v: %v tokens in %v s, want about %v", n, got, seconds, want)
				}
			}
		}
		if _, err := slt.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 2000, PerRequest: 200}, cfg)); err != nil {
			t.Fatal(err)
		}
		if figures < 7*10 { // levels; after a second and from then on at each event
			t.Errorf("%d events have figures", figures)
		}
		if want := []time.Duration{3 * level, 2 * level, 2 * level, 2 * level, 2 * level, 2 * level, level, 0}; !slices.Equal(remaining, want) {
			t.Errorf("%v remain, want %v", remaining, want)
		}
		if want := []time.Duration{70 * level, 69 * level, 68 * level, 67 * level, 66 * level, 65 * level, 64 * level, 0}; !slices.Equal(most, want) {
			t.Errorf("%v remain at most, want %v", most, want)
		}
	})
}

// Of a list of levels it is known how long they take, and failures are counted as they come.
func TestEventsOfLevels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := short(2, 40)
		var remaining []time.Duration
		cfg.Progress = func(e slt.Event) {
			if e.Stage == "starting" || e.Result != nil {
				if remaining = append(remaining, e.Remaining); e.Remaining != e.RemainingMost {
					t.Errorf("%+v", e)
				}
			}
			if ended := e.Queries - e.InFlight; e.Concurrency == 40 && ended > 0 && (e.Failed < ended/10-20 || e.Failed > ended/10+20 || e.Result == nil && e.Succeeded+e.Failed != ended) {
				t.Errorf("%d of %d failed in %+v", e.Failed, ended, e)
			}
		}
		if _, err := slt.Run(t.Context(), inMemory(t, &endpointtest.Engine{Fault: every(10, endpointtest.Fault{Kind: endpointtest.FaultStatus})}, cfg)); err != nil {
			t.Fatal(err)
		}
		level := remaining[1]
		if want := []time.Duration{2 * level, level, 0}; level < cfg.Measure || !slices.Equal(remaining, want) {
			t.Errorf("%v remain, want %v", remaining, want)
		}
	})
}
