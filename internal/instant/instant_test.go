package instant_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

func TestLaterAndEarlier(t *testing.T) {
	a := time.Unix(100, 0)
	b := a.Add(1)
	if instant.Later(a, b) != b || instant.Later(b, a) != b || instant.Earlier(a, b) != a || instant.Earlier(b, a) != a {
		t.Error("the order of the arguments matters")
	}
	if got := instant.Later(time.Time{}, a); got != a {
		t.Errorf("the later of zero and %v is %v", a, got)
	}
	utc := a.UTC() // equal, and another value
	if instant.Later(a, utc) != a || instant.Earlier(a, utc) != a {
		t.Error("of equal instants the second is returned")
	}
}

func TestSleepUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		check := func(what string, ctx context.Context, until, slept time.Duration, want bool) {
			t.Helper()
			from := time.Now()
			got := instant.SleepUntil(ctx, from.Add(until))
			if d := time.Since(from); got != want || d != slept {
				t.Errorf("%s: %v after %v, want %v after %v", what, got, d, want, slept)
			}
		}
		ctx, cancel := context.WithDeadline(t.Context(), begin.Add(10*time.Second))
		defer cancel()
		check("ahead", ctx, 2*time.Second, 2*time.Second, true)
		check("now", ctx, 0, 0, true)
		check("past", ctx, -time.Hour, 0, true)
		check("ctx ends first", ctx, time.Hour, 8*time.Second, false)
		check("ctx has ended", ctx, time.Hour, 0, false)
		check("past, ctx has ended", ctx, -time.Hour, 0, false)

		ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(time.Second))
		defer cancel()
		// Which of two timers of one instant comes first is chance; the wait is not.
		from := time.Now()
		if alive := instant.SleepUntil(ctx, from.Add(time.Second)); time.Since(from) != time.Second {
			t.Errorf("together with ctx: %v after %v, want either after 1s", alive, time.Since(from))
		}
	})
}
