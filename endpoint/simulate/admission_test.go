package simulate_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// refused reports whether a request got a 429.
func refused(t *testing.T, r timed) bool {
	t.Helper()
	e, ok := errors.AsType[*endpoint.Error](r.err)
	if r.err != nil && (!ok || e.Status != http.StatusTooManyRequests) {
		t.Error(r.err)
	}
	return r.err != nil
}

// Of ten at once, two run, two wait and six are refused at once; when all is
// done, there is room again. Which ones they are is the same in each run.
func TestMaxActive(t *testing.T) {
	run := func() (who []int) {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{MaxActive: 4, EarlyRole: true, Pool: simulate.Pool{Slots: 2}})
			c := client(t, s)
			var mu sync.Mutex
			var took []time.Duration
			var wg sync.WaitGroup
			for i := range 10 {
				wg.Go(func() {
					r := send(t.Context(), c, body(10, message(fmt.Sprint(i), 20)))
					mu.Lock()
					defer mu.Unlock()
					if !refused(t, r) {
						took = append(took, r.E2E)
						return
					}
					who = append(who, i)
					if r.E2E > time.Nanosecond {
						t.Errorf("refused after %v", r.E2E)
					}
				})
			}
			wg.Wait()
			slices.Sort(took)
			if want := []time.Duration{100 * ms, 100 * ms, 200 * ms, 200 * ms}; !slices.Equal(took, want) {
				t.Errorf("served after %v, want %v", took, want)
			}
			if got := s.Stats(); got.Refused != 6 || got.Requests != 10 || got.Active != 0 || got.MostQueued != 2 {
				t.Errorf("%+v", got)
			}
			together(t, s, 4, 20, 10)
		})
		slices.Sort(who)
		return who
	}
	if first, second := run(), run(); !slices.Equal(first, second) {
		t.Errorf("%v were refused, and then %v", first, second)
	}
}

// A place is free for whoever comes when the last token does, and when a client
// hangs up, if the system notices.
func TestPlacesBecomeFree(t *testing.T) {
	for _, finish := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{MaxActive: 1, FinishAbandoned: finish})
			c := client(t, s)
			for range 20 {
				must(t, c, body(2, message("a", 20)))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 45*ms)
			defer cancel()
			send(ctx, c, body(10, message("a", 20)))
			time.Sleep(10 * ms)
			if got := refused(t, send(t.Context(), c, body(1, message("a", 20)))); got != finish {
				t.Errorf("FinishAbandoned %v: refused %v", finish, got)
			}
			time.Sleep(45 * ms)
			must(t, c, body(1, message("a", 20)))
		})
	}
}

// Random arrivals, 11 a second, at one slot that serves 10 a second and two
// places to wait, against a queue of three numbers.
func TestRefusedOfRandomArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{MaxActive: 3, Pool: simulate.Pool{Slots: 1}})
		c := client(t, s)
		rng := rand.New(rand.NewPCG(1, 2))
		var arrival time.Duration
		var ends []time.Duration // of those inside
		want := 0
		var wg sync.WaitGroup
		began := time.Now()
		for i := range 1000 {
			arrival += time.Duration(rng.ExpFloat64() * float64(time.Second) / 11)
			ends = slices.DeleteFunc(ends, func(end time.Duration) bool { return end <= arrival })
			if len(ends) == 3 {
				want++
			} else {
				ends = append(ends, max(arrival, slices.Max(append(ends, 0)))+100*ms)
			}
			time.Sleep(time.Until(began.Add(arrival)))
			wg.Go(func() { refused(t, send(t.Context(), c, body(10, message(fmt.Sprint(i), 20)))) })
		}
		wg.Wait()
		// By chance alone 100 to 300; the exact number is what counts.
		if got := s.Stats().Refused; got != want || want < 100 || want > 300 {
			t.Errorf("%d refused, want %d", got, want)
		}
	})
}

// A system that does not notice hang-ups refuses, after a spell's delay, who has
// long gone, and counts them out.
func TestRefusedAfterHangingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{
			MaxActive: 1, FinishAbandoned: true,
			Spells: simulate.Spells{Every: time.Hour, Length: time.Minute, First: time.Second, Delay: time.Second},
		})
		c := client(t, s)
		done := make(chan timed, 1)
		go func() { done <- must(t, c, body(300, message("a", 20))) }() // until 3 s
		time.Sleep(1500 * ms)
		ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
		defer cancel()
		send(ctx, c, body(1, message("b", 20)))
		if got := s.Stats(); got.Active != 2 || got.Queued != 1 || got.Refused != 0 {
			t.Errorf("held up: %+v", got)
		}
		time.Sleep(time.Second) // at 2.6 s
		if got := s.Stats(); got.Active != 1 || got.Refused != 1 || got.Abandoned != 1 {
			t.Errorf("refused: %+v", got)
		}
		<-done
	})
}
