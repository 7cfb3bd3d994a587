package format

import (
	"math"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// instant parses a time: RFC 3339, the same without a zone, or seconds or
// milliseconds since 1970.
func instant(v gjson.Result) (t time.Time, ok bool) {
	switch v.Type {
	case gjson.String:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
			if t, err := time.Parse(layout, v.Str); err == nil {
				return t, true
			}
		}
	case gjson.Number:
		f := v.Num
		if f > 1e11 {
			f /= 1000
		}
		if f > 0 && f < 1e11 {
			return time.UnixMicro(int64(f * 1e6)), true
		}
	}
	return time.Time{}, false
}

// seconds converts to a duration in whole microseconds, so that it can be written
// and read back, at most maxMillis. A negative, that is absent, time is 0.
func seconds(s float64) time.Duration {
	s = min(max(0, s), maxMillis/1000)
	return time.Duration(math.Round(s*1e6)) * time.Microsecond
}

// bounded limits d to what can be written and read back: 0 to maxMillis.
func bounded(d time.Duration) time.Duration {
	return max(0, min(d, maxMillis*time.Millisecond))
}

// splitWait splits the time between the end of an answer and the next request,
// due at due: until the last tool result it was spent on tools, after that on the
// person who typed. result and typed are zero if there were none. A returned time
// is negative if the clock was set back.
func splitWait(end, result, typed, due time.Time) (tool, human time.Duration) {
	if typed.IsZero() || typed.Before(end) {
		return due.Sub(end), 0
	}
	done := end
	if result.After(end) && result.Before(typed) {
		done = result
	}
	return done.Sub(end), due.Sub(done)
}

// setWait sets the wait after a turn, in seconds: for a person if human is set,
// else for tools.
func setWait(t *trajectory.Turn, wait float64, human bool, origin trajectory.Origin) {
	t.ToolDelay, t.ToolDelayKnown, t.HumanDelay = 0, true, 0
	if human {
		t.HumanDelay = seconds(wait)
	} else {
		t.ToolDelay = seconds(wait)
	}
	t.Origins.Delay = origin
}
