package simulate_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// Whole blocks that are the same up to their end are not computed again.
func TestCacheHitsByBlock(t *testing.T) {
	for _, tt := range []struct {
		name          string
		block         int
		first, second []string
		cached        int
	}{
		{"another last message", 0, []string{message("a", 64), message("b", 40)}, []string{message("a", 64), message("cc", 40)}, 64},
		{"the same: 6 whole blocks of 104 tokens", 0, []string{message("a", 64), message("b", 40)}, []string{message("a", 64), message("b", 40)}, 96},
		{"the same: one token is computed, so 5 blocks of 96", 0, []string{message("a", 96)}, []string{message("a", 96)}, 80},
		{"a longer one", 0, []string{message("a", 96)}, []string{message("a", 96), message("b", 40)}, 96},
		// The second message begins alike, to 70 + 25/4 tokens: 4 blocks and a part.
		{"nothing beyond whole blocks", 0, []string{message("a", 70), message("b", 40)}, []string{message("a", 70), message("c", 40)}, 64},
		{"blocks of 1", 1, []string{message("a", 70), message("b", 40)}, []string{message("a", 70), message("c", 40)}, 76},
		{"blocks of 64", 64, []string{message("a", 70), message("b", 40)}, []string{message("a", 70), message("c", 40)}, 64},
		{"another first block", 0, []string{message("a", 64), message("b", 40)}, []string{message("x", 64), message("b", 40)}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := system(t, simulate.Config{Pool: tenthMs(0), BlockTokens: tt.block})
				c := client(t, s)
				must(t, c, body(5, tt.first...))
				r := must(t, c, body(5, tt.second...))
				if r.Usage.Cached != tt.cached {
					t.Errorf("%d of %d tokens cached, want %d", r.Usage.Cached, r.Usage.Prompt, tt.cached)
				}
				if want := time.Duration(r.Usage.Prompt-tt.cached) * ms / 10; r.ttft() != want {
					t.Errorf("TTFT %v, want %v", r.ttft(), want)
				}
				if got := s.Stats().CachedTokens; got != tt.cached {
					t.Errorf("Stats: %d cached", got)
				}
			})
		})
	}
}

// Room for 10 blocks, prompts of 4 and answers of 1 token: 5 blocks to run, of
// which 4 stay known. A prefix is given up from its end. Requests in order,
// what is evicted for each, and what is known after it:
//
//	A  -                  A1-A4
//	B  -                  A1-A4 B1-B4
//	C  A4 A3 A2           A1 B1-B4 C1-C4
//	B  A1 (B1-B3 cached)  B1-B4 C1-C4, of which C are now the least recently used
//	A  C4 C3 C2           A1-A4 B1-B4 C1
//	C  B4 B3 B2 (C1 cached)
func TestEvictionIsLRU(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := tenthMs(0)
		pool.KVTokens = 165 // 10 blocks and a part
		s := system(t, simulate.Config{Pool: pool})
		c := client(t, s)
		for i, tt := range []struct {
			prompt          string
			cached, evicted int
		}{{"A", 0, 0}, {"B", 0, 0}, {"C", 0, 3}, {"B", 48, 4}, {"A", 0, 7}, {"C", 16, 10}} {
			r := must(t, c, body(1, message(tt.prompt, 64)))
			if r.Usage.Cached != tt.cached || r.ttft() != time.Duration(64-tt.cached)*ms/10 {
				t.Errorf("request %d (%s): %d tokens cached, TTFT %v; want %d", i, tt.prompt, r.Usage.Cached, r.ttft(), tt.cached)
			}
			if got := s.Stats(); got.EvictedBlocks != tt.evicted || got.HeldTokens != 0 {
				t.Errorf("after request %d: %+v, want %d blocks evicted", i, got, tt.evicted)
			}
		}
	})
}

// Sessions that take turns are LRU's worst case: each needs what was evicted for
// the one before it. Prompts have 4 whole blocks and a token, so 5 blocks to run,
// of which 4 stay known. Room for 13 blocks holds the 4 of each of 3 sessions
// beside 1 to run, and of 4 sessions none finds anything.
func TestThrashing(t *testing.T) {
	for sessions, cached := range map[int]int{3: 64, 4: 0} {
		synctest.Test(t, func(t *testing.T) {
			pool := tenthMs(0)
			pool.KVTokens = 13 * 16
			c := client(t, system(t, simulate.Config{Pool: pool}))
			for round := range 5 {
				for session := range sessions {
					want := cached
					if round == 0 {
						want = 0
					}
					r := must(t, c, body(1, message(fmt.Sprint(session), 65)))
					if r.Usage.Cached != want || r.ttft() != time.Duration(65-want)*ms/10 {
						t.Errorf("%d sessions, round %d: %d tokens cached and TTFT %v, want %d cached", sessions, round, r.Usage.Cached, r.ttft(), want)
					}
				}
			}
		})
	}
}

// Room for 10 blocks. A prompt of 96 tokens and the token after it take 7, so
// that one waits for the other, at 10 ms a step and 10 tokens each.
func TestNoRoomQueues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{KVTokens: 160}})
		got := together(t, s, 2, 96, 10)
		if want := []time.Duration{100 * ms, 200 * ms}; !slices.Equal(got, want) {
			t.Errorf("ended after %v, want %v", got, want)
		}
		if st := s.Stats(); st.Preemptions != 0 || st.MostQueued != 1 {
			t.Errorf("%+v", st)
		}
	})
}

// Room for 10 blocks, two prompts of 48 tokens that grow to 96, which is 6
// blocks each. Both have come to 80 tokens after 32 steps; the first needs a
// sixth block, so the second gives up its five. The first ends after step 48.
// Then the second computes what is not cached, 80 - 48 tokens, which puts out
// its 33rd token, and ends 15 steps later: after step 64.
func TestPreemption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{KVTokens: 160}})
		got := together(t, s, 2, 48, 48)
		if want := []time.Duration{480 * ms, 640 * ms}; !slices.Equal(got, want) {
			t.Errorf("ended after %v, want %v", got, want)
		}
		if st := s.Stats(); st.Preemptions != 1 || st.ComputedTokens != 48+48+32 || st.OutputTokens != 96 || st.CachedTokens != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// together sends n requests at once and returns how long they took, in order.
func together(t *testing.T, s *simulate.System, n, prompt, tokens int) []time.Duration {
	t.Helper()
	c := client(t, s)
	took := make([]time.Duration, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			r := must(t, c, body(tokens, message(fmt.Sprint(i), prompt)))
			if r.Tokens != tokens {
				t.Errorf("%d tokens, want %d", r.Tokens, tokens)
			}
			took[i] = r.E2E
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took
}

// A request that could never be held is refused at once; one that just can is
// served.
func TestTooLong(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config simulate.Config
		want   endpoint.Outcome
	}{
		{"context", simulate.Config{ContextTokens: 160}, endpoint.OutcomeContext},
		{"KV cache", simulate.Config{Pool: simulate.Pool{KVTokens: 160}}, endpoint.OutcomeStatus},
		{"prefill's KV cache", simulate.Config{Prefill: &simulate.Pool{KVTokens: 160}}, endpoint.OutcomeStatus},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, system(t, tt.config))
				must(t, c, body(60, message("a", 99)))
				r := send(t.Context(), c, body(62, message("a", 99)))
				if e := outcome(r.err); e != tt.want || r.E2E != 0 {
					t.Errorf("%v after %v, want a 400 at once", r.err, r.E2E)
				}
			})
		})
	}
}
