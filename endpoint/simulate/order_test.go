package simulate_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// What was driven out goes before what has waited, as in TestPreemption, where
// the second gives up its blocks at 320 ms. A third request of 4 blocks waits
// since 15 ms. From then on it would fit beside the first, which has 6 of 10;
// the second, which needs 6, would not, and holds it up until the first ends at
// 480 ms. Then both begin.
func TestPreemptedGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{KVTokens: 160}})
		third := client(t, s)
		done := make(chan timed, 1)
		time.AfterFunc(15*ms, func() { done <- must(t, third, body(1, message("third", 48))) })
		if got, want := together(t, s, 2, 48, 48), []time.Duration{480 * ms, 640 * ms}; !slices.Equal(got, want) {
			t.Errorf("ended after %v, want %v", got, want)
		}
		if r := <-done; r.ttft() != 475*ms {
			t.Errorf("TTFT of the third %v, want %v", r.ttft(), 475*ms)
		}
	})
}

// A request is looked up in the cache when its prompt's turn comes and not
// before: of two that are the same, at 0.1 ms a token, the first takes two
// chunks of 500 and the second finds 62 blocks of 16 and computes 8 tokens.
func TestLooksUpWhenItsTurnComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := tenthMs(0)
		pool.ChunkTokens = 500
		c := client(t, system(t, simulate.Config{Pool: pool}))
		done := make(chan timed)
		for range 2 {
			go func() { done <- must(t, c, body(1, message("a", 1000))) }()
		}
		first, second := <-done, <-done
		if first.ttft() != 100*ms || second.ttft() != 100800*time.Microsecond || second.Usage.Cached != 992 {
			t.Errorf("TTFT %v and %v with %d tokens cached, want 100ms and 100.8ms with 992", first.ttft(), second.ttft(), second.Usage.Cached)
		}
	})
}

// Blocks in the cache take room too once they are used again. Room for 5 blocks:
// the first request takes 5 and leaves 4, the second takes 2 for 160 ms and so
// drives out one, and the first again, 5 ms later, would wake 3 and need 2 more:
// it waits until 160 ms.
func TestCachedBlocksTakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{KVTokens: 80}})
		c := client(t, s)
		must(t, c, body(1, message("a", 64)))
		done := make(chan timed, 1)
		go func() { done <- must(t, c, body(16, message("b", 16))) }()
		time.Sleep(5 * ms)
		if r := must(t, c, body(1, message("a", 64))); r.ttft() != 165*ms || r.Usage.Cached != 48 {
			t.Errorf("TTFT %v with %d tokens cached, want 165ms with 48", r.ttft(), r.Usage.Cached)
		}
		if r := <-done; r.E2E != 160*ms {
			t.Errorf("the second took %v", r.E2E)
		}
		if st := s.Stats(); st.HeldTokens != 0 || st.Preemptions != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// The decode pool has no cache: all of a prompt goes over, 1 us a token, also
// what was not computed again, 992 of 1,000 tokens at 0.1 ms.
func TestAllIsTransferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := tenthMs(0)
		pool.KVBytesPerToken = 1e3
		c := client(t, system(t, simulate.Config{Pool: pool, Prefill: &pool, TransferBytesPerSecond: 1e9}))
		for _, want := range []time.Duration{101 * ms, 1800 * time.Microsecond} {
			if r := must(t, c, body(1, message("a", 1000))); r.ttft() != want {
				t.Errorf("TTFT %v, want %v", r.ttft(), want)
			}
		}
	})
}
