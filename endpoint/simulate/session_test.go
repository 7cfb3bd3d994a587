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
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// replicas is four replicas on which a decoding step takes 0.1 ms for each
// sequence, so that the time of a step tells how many share one.
func replicas(sticky bool) simulate.Config {
	pool := tenthMs(0)
	pool.Replicas = 4
	return simulate.Config{Pool: pool, Sticky: sticky, SessionHeader: "X-Session"}
}

// ask sends requests at once, each in a session, and returns the time of each one's
// steps after all of them have begun, in tenths of a millisecond, and the tokens
// cached. The prompts are too short to matter.
func ask(t *testing.T, s *simulate.System, sessions []string, prompts [][]string) (share, cached []int) {
	t.Helper()
	server := memnet.Serve(s)
	c, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial, SessionHeader: "X-Session"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	defer c.Close()
	share, cached = make([]int, len(prompts)), make([]int, len(prompts))
	var wg sync.WaitGroup
	for i := range prompts {
		wg.Go(func() {
			conn := c.Conn()
			defer conn.Close()
			var clock metrics.Clock
			if _, err := conn.Stream(t.Context(), sessions[i], body(101, prompts[i]...), &clock); err != nil {
				t.Error(err)
			}
			r := clock.Timing()
			share[i], cached[i] = int((r.Last-r.First+5*ms)/(10*ms)), r.Usage.Cached
		})
	}
	wg.Wait()
	return share, cached
}

// grouped reports whether shares are those of groups: where m share a replica,
// all m see it.
func grouped(share []int) bool {
	count := make(map[int]int)
	for _, m := range share {
		count[m]++
	}
	groups := 0
	for m, n := range count {
		if m == 0 || n%m != 0 {
			return false
		}
		groups += n / m
	}
	return groups <= 4
}

// Eight sessions of five turns, all at once. Without stickiness each replica takes
// two. With it a session has the same company in all turns and finds all of its
// prefix, whole blocks of 16 but for what is new.
func TestSticky(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free, sticky := system(t, replicas(false)), system(t, replicas(true))
		prompts := make([][]string, 8)
		sessions := make([]string, 8)
		var first []int
		for turn := range 5 {
			for i := range prompts {
				prompts[i] = append(prompts[i], message(fmt.Sprint(i, " ", turn), 32))
			}
			if share, _ := ask(t, free, sessions, prompts); turn == 0 && !slices.Equal(share, slices.Repeat([]int{2}, 8)) {
				t.Errorf("not sticky: shares %v, want 2 each", share)
			}
			share, cached := ask(t, sticky, sessions, prompts)
			if turn == 0 {
				first = share
			}
			if !slices.Equal(share, first) || !grouped(share) {
				t.Errorf("turn %d: shares %v, at first %v", turn, share, first)
			}
			if want := slices.Repeat([]int{32 * turn}, 8); !slices.Equal(cached, want) {
				t.Errorf("turn %d: cached %v, want %v", turn, cached, want)
			}
		}
		if slices.Max(first) == 2 {
			t.Errorf("shares %v: hashing would be as even as choosing", first)
		}
	})
}

// What makes a session: of eight requests at once, all in one session share a
// replica.
func TestSessions(t *testing.T) {
	system32 := `{"role":"system","content":"............................................................................................"}`
	var different, sameStart, named, names [][]string
	for i := range 8 {
		last := message(fmt.Sprint(i), 32)
		different = append(different, []string{system32, last})
		sameStart = append(sameStart, []string{system32, message("task", 32), last})
		named = append(named, []string{last})
		names = append(names, []string{message("task", 32)})
	}
	nobody, one, each := make([]string, 8), slices.Repeat([]string{"one"}, 8), []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, tt := range []struct {
		name     string
		sessions []string
		prompts  [][]string
		together bool
	}{
		{"another first message of the user", nobody, different, false},
		{"the same first message of the user", nobody, sameStart, true},
		{"one session by header", one, named, true},
		{"a session each by header", each, names, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				share, _ := ask(t, system(t, replicas(true)), tt.sessions, tt.prompts)
				if together := slices.Equal(share, slices.Repeat([]int{8}, 8)); together != tt.together || !grouped(share) {
					t.Errorf("shares %v; all together %v, want %v", share, together, tt.together)
				}
			})
		})
	}
}

// A pool that computes prompts is as sticky: two prompts of a session one after
// the other, although the other replica is idle. They share less than a block.
func TestStickyPrefill(t *testing.T) {
	for sticky, want := range map[bool][]time.Duration{false: {100 * ms, 100 * ms}, true: {100 * ms, 200 * ms}} {
		synctest.Test(t, func(t *testing.T) {
			pool := tenthMs(0)
			pool.Replicas, pool.ChunkTokens = 2, 1000
			c := client(t, system(t, simulate.Config{Prefill: &pool, Sticky: sticky}))
			ttfts := make([]time.Duration, 2)
			var wg sync.WaitGroup
			for i := range ttfts {
				wg.Go(func() {
					ttfts[i] = must(t, c, body(1, message("", 8), message(fmt.Sprint(i), 992))).ttft()
				})
			}
			wg.Wait()
			slices.Sort(ttfts)
			if !slices.Equal(ttfts, want) {
				t.Errorf("sticky %v: TTFT %v, want %v", sticky, ttfts, want)
			}
		})
	}
}
