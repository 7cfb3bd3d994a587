package simulate_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// One request decodes 20 tokens; with its third, a prompt of 2,000 tokens
// arrives that is to put out 1. A step takes 10 ms and 0.1 ms for each token in
// it, and up to 500 tokens of prompt: 10.1 ms alone, 60.1 ms with a chunk.
func TestPrefillInterferes(t *testing.T) {
	for _, tt := range []struct {
		name      string
		prefill   bool
		slow      int           // gaps of 60.1 ms; all others are 10.1 ms
		firstTTFT time.Duration // of a prompt of 100 tokens: 10 ms + 100 × 0.1 ms
		ttft      time.Duration // of the prompt of 2,000: four chunks, each with the other's token beside it
	}{
		{"one pool", false, 4, 20 * ms, 4 * 60100 * time.Microsecond},
		// The KV cache of a token takes 1 us to transfer, and any 1 ms.
		{"two pools", true, 0, 21100 * time.Microsecond, 4*60*ms + 3*ms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := simulate.Config{Pool: tenthMs(10 * ms), TransferLatency: ms, TransferBytesPerSecond: 1e9}
				cfg.Pool.ChunkTokens, cfg.Pool.KVBytesPerToken = 500, 1e3
				if tt.prefill {
					cfg.Prefill = new(cfg.Pool)
				}
				s := system(t, cfg)
				c := client(t, s)
				done := make(chan timed)
				third := tt.firstTTFT + 2*10100*time.Microsecond
				time.AfterFunc(third, func() { done <- must(t, c, body(1, message("b", 2000))) })
				got := events(t, s, body(20, message("a", 100)))
				if r := <-done; r.ttft() != tt.ttft {
					t.Errorf("TTFT of the long prompt %v, want %v", r.ttft(), tt.ttft)
				}
				if first := time.Duration(got[0].us) * time.Microsecond; first != tt.firstTTFT {
					t.Errorf("TTFT of the short prompt %v, want %v", first, tt.firstTTFT)
				}
				var gaps []int
				for i := 1; i < len(got); i++ {
					gaps = append(gaps, got[i].us-got[i-1].us)
				}
				want := slices.Repeat([]int{10100}, 19)
				for i := range tt.slow {
					want[2+i] = 60100
				}
				if !slices.Equal(gaps, want) {
					t.Errorf("gaps %v\nwant %v", gaps, want)
				}
			})
		})
	}
}

// The cache is the prefill pool's; what the decode pool drives out is computed
// there again. As in TestPreemption, but each step of the decode pool is beside
// one that computes prompts: both first tokens come at 10 ms, and then each
// comes to 80 tokens after 31 steps of decoding, at 320 ms. The first ends at
// 480 ms. The second computes 32 tokens from 320 to 330 ms, which gives its
// 33rd token, waits for room until 480 ms, and takes 15 more steps.
func TestPoolsPreempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{KVTokens: 160}, Prefill: &simulate.Pool{}})
		got := together(t, s, 2, 48, 48)
		if want := []time.Duration{480 * ms, 630 * ms}; !slices.Equal(got, want) {
			t.Errorf("ended after %v, want %v", got, want)
		}
		if st := s.Stats(); st.Preemptions != 1 || st.ComputedTokens != 48+48+32 || st.HeldTokens != 0 {
			t.Errorf("%+v", st)
		}
		if r := must(t, client(t, s), body(1, message("0", 48))); r.Usage.Cached != 32 {
			t.Errorf("%d tokens cached, want 32", r.Usage.Cached)
		}
	})
}

// Two replicas serve two prompts side by side, and each goes on where its
// prefix is.
func TestReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := tenthMs(0)
		pool.Replicas = 2
		s := system(t, simulate.Config{Pool: pool})
		// 1,000 tokens take 100 ms, also when there are two, and a third shares
		// a replica with one of them.
		if got, want := together(t, s, 2, 1000, 1), []time.Duration{100 * ms, 100 * ms}; !slices.Equal(got, want) {
			t.Errorf("two prompts took %v, want %v", got, want)
		}
		c := client(t, s)
		for _, prompt := range []string{"0", "1"} {
			if r := must(t, c, body(1, message(prompt, 1000), message("x", 100))); r.Usage.Cached != 992 {
				t.Errorf("prompt %s: %d tokens cached, want 62 blocks of 16", prompt, r.Usage.Cached)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		pool := tenthMs(0)
		pool.Replicas, pool.ChunkTokens = 2, 1000
		s := system(t, simulate.Config{Pool: pool})
		if got, want := together(t, s, 3, 1000, 1), []time.Duration{100 * ms, 100 * ms, 200 * ms}; !slices.Equal(got, want) {
			t.Errorf("three prompts took %v, want %v", got, want)
		}
	})
}
