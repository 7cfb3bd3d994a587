package decide

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// fate returns the instant at which it became certain whether a request keeps the bound; ok
// is false if it had not by the instant at, or if the request says nothing of the bound.
//
// In a steady state as many requests meet their fate in a stretch of time as begin in it, of
// the good ones and of the bad ones alike. Requests that are counted by their fate are
// therefore a fair sample as they stand: none has to be waited for, and none that is still
// open is left out that would have been of another kind. That an answer takes longer than
// the bound allows is certain before it ends, when only the length that was forced remains
// to be written.
func (c *Criterion) fate(r *record.Row, at time.Duration) (t time.Duration, ok bool) {
	if r.Cold && c.Metric != OutputSpeed {
		return 0, false // the first token of an agent that was put into the middle of a session
	}
	end, ended := r.End, r.End >= 0 && r.End <= at && r.Outcome != record.Open && r.Outcome != record.Canceled
	early := time.Duration(record.None)
	switch c.Metric {
	case TTFT:
		early = r.Begun + time.Duration(c.Bound)
		if r.First >= 0 && r.First <= early {
			early = r.First
		}
	case OutputSpeed:
		if r.Forced && r.MaxTokens > 1 && r.First >= 0 {
			early = r.First + seconds(float64(r.MaxTokens-1)/c.Bound)
		}
	case E2ESpeed:
		if r.Forced && r.MaxTokens > 0 {
			early = r.Begun + seconds(float64(r.MaxTokens)/c.Bound)
		}
	}
	switch {
	case ended && (early < 0 || end <= early):
		return end, true
	case early >= 0 && early <= at && (r.Outcome != record.Canceled || early < r.End):
		return early, true
	}
	return 0, false
}
