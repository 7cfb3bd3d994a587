package simulate_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// tenthMs is a pool that computes a token in 0.1 ms: 10,000 tokens/s.
func tenthMs(overhead time.Duration) simulate.Pool {
	return simulate.Pool{StepOverhead: overhead, FLOPS: 1e12, FLOPsPerToken: 1e8}
}

// The TTFT of a lone request is its prompt divided by the prefill rate, however
// it is cut, and a step's overhead for each chunk: ceil(1000/chunk) of them.
func TestTTFTIsPromptOverRate(t *testing.T) {
	for _, tt := range []struct {
		chunk    int
		overhead time.Duration
		want     time.Duration
	}{
		{0, 0, 100 * ms}, {1, 0, 100 * ms}, {16, 0, 100 * ms}, {300, 0, 100 * ms}, {1000, 0, 100 * ms}, {4096, 0, 100 * ms},
		{0, 2 * ms, 102 * ms}, {1, 2 * ms, 2100 * ms}, {16, 2 * ms, 226 * ms}, {300, 2 * ms, 108 * ms}, {999, 2 * ms, 104 * ms}, {1000, 2 * ms, 102 * ms},
	} {
		t.Run(fmt.Sprintf("%d/%v", tt.chunk, tt.overhead), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pool := tenthMs(tt.overhead)
				pool.ChunkTokens = tt.chunk
				s := system(t, simulate.Config{Pool: pool})
				r := must(t, client(t, s), body(1, message("a", 1000)))
				if r.ttft() != tt.want || r.Usage.Prompt != 1000 || r.Usage.Cached != 0 {
					t.Errorf("TTFT %v for %d tokens, %d cached; want %v for 1000, 0", r.ttft(), r.Usage.Prompt, r.Usage.Cached, tt.want)
				}
			})
		})
	}
}

// The terms of a step's time one by one, for n requests of 100 tokens at once
// that put out 11: the first at the end of the step that takes all prompts,
// then 10 steps of decoding; before the k-th of these, each has come to 100+k
// tokens, in all 10×100 + 55 = 1055 over the 10 steps.
func TestStepTime(t *testing.T) {
	const tera = 1e12
	for _, tt := range []struct {
		name        string
		pool        simulate.Pool
		n           int
		ttft, after time.Duration
	}{
		{"zero value", simulate.Pool{}, 1, 10 * ms, 100 * ms},
		{"overhead does not grow", simulate.Pool{StepOverhead: 3 * ms}, 5, 3 * ms, 30 * ms},
		// 8 ms to read the weights, whatever the batch, beside 2 ms.
		{"weights", simulate.Pool{StepOverhead: 2 * ms, BandwidthBytesPerSecond: tera, WeightBytes: 8e9}, 1, 10 * ms, 100 * ms},
		{"weights are shared", simulate.Pool{StepOverhead: 2 * ms, BandwidthBytesPerSecond: tera, WeightBytes: 8e9}, 5, 10 * ms, 100 * ms},
		// 1 us for each token of context: 10 × 1 ms + 1055 us, and n times that.
		{"context", simulate.Pool{StepOverhead: ms, BandwidthBytesPerSecond: tera, KVBytesPerToken: 1e6}, 1, ms, 11055 * time.Microsecond},
		{"context of all", simulate.Pool{StepOverhead: ms, BandwidthBytesPerSecond: tera, KVBytesPerToken: 1e6}, 4, ms, 14220 * time.Microsecond},
		// 64 ms for all experts, a quarter for one token, 1-(3/4)^2 = 7/16 for
		// two; a prompt leaves out (3/4)^100 of them, which is less than 1 ns.
		{"experts", simulate.Pool{BandwidthBytesPerSecond: tera, ExpertBytes: 64e9, ExpertShare: 0.25}, 1, 64 * ms, 160 * ms},
		{"experts of two", simulate.Pool{BandwidthBytesPerSecond: tera, ExpertBytes: 64e9, ExpertShare: 0.25}, 2, 64 * ms, 280 * ms},
		// 0.1 ms for each token computed, so n times that for each step.
		{"compute", tenthMs(0), 1, 10 * ms, ms},
		{"compute for all", tenthMs(0), 5, 50 * ms, 5 * ms},
		// 1 us for each pair: 100×101/2 in the prompt, then 101+k in step k.
		{"attention", simulate.Pool{FLOPS: 1e15, AttentionFLOPs: 1e9}, 1, 5050 * time.Microsecond, 1065 * time.Microsecond},
		// The longer of reading and computing counts: the prompts take 20 ms to
		// compute, decoding 8 ms to read.
		{"roofline", simulate.Pool{BandwidthBytesPerSecond: tera, WeightBytes: 8e9, FLOPS: 1e12, FLOPsPerToken: 1e8}, 2, 20 * ms, 80 * ms},
	} {
		t.Run(fmt.Sprintf("%s/%d", tt.name, tt.n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, system(t, simulate.Config{Pool: tt.pool}))
				var wg sync.WaitGroup
				for i := range tt.n {
					wg.Go(func() {
						r := must(t, c, body(11, message(fmt.Sprint(i), 100)))
						if r.ttft() != tt.ttft || r.Last-r.First != tt.after || r.Tokens != 11 || r.Events != 11 {
							t.Errorf("TTFT %v, then %v for %d tokens in %d events; want %v, then %v", r.ttft(), r.Last-r.First, r.Tokens, r.Events, tt.ttft, tt.after)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

// All decode at the speed that their contexts together allow, at 5 ms a step and
// 1 us for each token of context. Over 10 steps, a context that begins at c adds
// up to 10 c + 55 tokens.
func TestHeldContextSlowsAll(t *testing.T) {
	pool := simulate.Pool{StepOverhead: 5 * ms, BandwidthBytesPerSecond: 1e12, KVBytesPerToken: 1e6, ChunkTokens: 1 << 20}
	for _, contexts := range [][]int{{1000}, {6000}, {1000, 3000, 6000}, {1000, 2000, 3000, 4000, 50_000}} {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, system(t, simulate.Config{Pool: pool}))
			held := 0
			for _, n := range contexts {
				held += 10*n + 55
			}
			want := 50*ms + time.Duration(held)*time.Microsecond
			var wg sync.WaitGroup
			for i, n := range contexts {
				wg.Go(func() {
					r := must(t, c, body(11, message(fmt.Sprint(i), n)))
					if r.Last-r.First != want {
						t.Errorf("contexts %v: 10 tokens after the first took %v, want %v", contexts, r.Last-r.First, want)
					}
				})
			}
			wg.Wait()
		})
	}
}

// The chunk bounds the AttentionFLOPs term exactly: however a prompt is cut, the
// pairs are the same.
func TestAttentionIsIndependentOfChunks(t *testing.T) {
	for _, chunk := range []int{1, 7, 64, 100} {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{Pool: simulate.Pool{FLOPS: 1e15, AttentionFLOPs: 1e9, ChunkTokens: chunk}})
			if r := must(t, client(t, s), body(1, message("a", 100))); r.ttft() != 5050*time.Microsecond {
				t.Errorf("chunks of %d: TTFT %v, want 5.05ms", chunk, r.ttft())
			}
		})
	}
}

// With 3 slots and steps of 10 ms, answers of 10 tokens take 100 ms. The fourth
// request begins when the first three have ended, the seventh when the next
// three have.
func TestQueueBeginsAboveSlots(t *testing.T) {
	for n := 1; n <= 7; n++ {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{Pool: simulate.Pool{Slots: 3}})
			c := client(t, s)
			ttfts := make([]time.Duration, n)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() { ttfts[i] = must(t, c, body(10, message(fmt.Sprint(i), 20))).ttft() })
			}
			time.Sleep(15 * ms)
			if got, want := s.Stats(), max(0, n-3); got.Queued != want || got.Active != n {
				t.Errorf("%d requests: %d queued and %d in the system, want %d and %d", n, got.Queued, got.Active, want, n)
			}
			wg.Wait()
			slices.Sort(ttfts)
			for i, got := range ttfts {
				if want := time.Duration(i/3)*100*ms + 10*ms; got != want {
					t.Errorf("%d requests: TTFT %v of number %d, want %v", n, got, i, want)
				}
			}
			if got, want := s.Stats().MostQueued, max(0, n-3); got != want {
				t.Errorf("%d requests: MostQueued %d, want %d", n, got, want)
			}
		})
	}
}

// With a mean of 2.4, after n steps floor(2.4 n) tokens have come after the
// first: 2, 4, 7, 9, 12, 14, 16, 19. Each step checks 2 guesses and computes so
// 3 tokens, 0.3 ms, after 20 × 0.1 ms for the prompt.
func TestSpeculation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: tenthMs(0), AcceptedTokens: 2.4})
		got := events(t, s, body(20, message("a", 20)))
		want := []event{{2000, 1}}
		for i, n := range []int{2, 2, 3, 2, 3, 2, 2, 3} {
			want = append(want, event{2300 + 300*i, n})
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		if got := len(events(t, s, body(19, message("b", 20)))); got != 9 {
			t.Errorf("%d events, want 9: the last one is cut short", got)
		}
	})
}
