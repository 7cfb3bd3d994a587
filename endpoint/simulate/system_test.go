package simulate_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/metrics"
)

// A client that hangs up at 45 ms frees the only slot when the step ends, at 50
// ms, and the request behind it has its first token 10 ms later; or, on a
// system that does not notice, when the answer would have ended, at 1 s.
func TestHangUp(t *testing.T) {
	for _, finish := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{Pool: simulate.Pool{Slots: 1}, FinishAbandoned: finish})
			c := client(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(45*ms, cancel)
			done := make(chan timed)
			go func() { done <- send(ctx, c, body(100, message("a", 20))) }()
			time.Sleep(ms)
			go func() { done <- must(t, c, body(10, message("b", 20))) }()
			if r := <-done; outcome(r.err) != endpoint.OutcomeCanceled || r.Events != 4 {
				t.Errorf("%v after %d events, want 4", r.err, r.Events)
			}
			synctest.Wait()
			active, ttft := 1, 59*ms
			if finish {
				active, ttft = 2, 1009*ms
			}
			if got := s.Stats(); got.Active != active || got.Abandoned != 1 || got.Queued != 1 {
				t.Errorf("%+v, want %d active", got, active)
			}
			if r := <-done; r.ttft() != ttft {
				t.Errorf("TTFT behind it %v, want %v", r.ttft(), ttft)
			}
			if got := s.Stats(); got.Active != 0 || got.HeldTokens != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Nothing runs on when the clients have gone, not even to the end of the step:
// a goroutine left would fail the test, which ends in the middle of it.
func TestNoGoroutineLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(45*ms, cancel)
		send(ctx, client(t, s), body(100, message("a", 20)))
	})
}

// Those who hang up while they queue, compute or are transferred leave nothing
// behind either; a goroutine left would fail the test.
func TestHangUpAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := simulate.Pool{StepOverhead: 10 * ms, Slots: 2, ChunkTokens: 50, KVTokens: 1600}
		s := system(t, simulate.Config{Pool: pool, Prefill: &pool, TransferLatency: 10 * ms})
		c := client(t, s)
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Duration(5*i)*ms, cancel)
				send(ctx, c, body(8, message(fmt.Sprint(i), 60)))
			})
		}
		wg.Wait()
		time.Sleep(time.Second)
		if got := s.Stats(); got.Active != 0 || got.Queued != 0 || got.HeldTokens != 0 || got.Requests < 55 {
			t.Errorf("%+v", got)
		}
		must(t, c, body(8, message("after", 60)))
	})
}

// Many agents on a system that is short of everything: all are served, the
// totals add up, and a second run is the same to the nanosecond.
func TestManyAndRepeatable(t *testing.T) {
	run := func() (took []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			pool := simulate.Pool{
				StepOverhead: ms, BandwidthBytesPerSecond: 1e12, WeightBytes: 1e9, ExpertBytes: 1e10, ExpertShare: 0.05, KVBytesPerToken: 1e5,
				FLOPS: 1e14, FLOPsPerToken: 1e10, AttentionFLOPs: 1e5, Slots: 24, ChunkTokens: 512, KVTokens: 6000, Replicas: 2,
			}
			s := system(t, simulate.Config{Pool: pool, AcceptedTokens: 1.7})
			c := client(t, s)
			const agents, turns = 64, 6
			took = make([]time.Duration, agents*turns)
			var wg sync.WaitGroup
			var mu sync.Mutex
			tokens := 0
			for a := range agents {
				wg.Go(func() {
					rng := rand.New(rand.NewPCG(1, uint64(a)))
					messages := []string{message("scaffold", 100)}
					for k := range turns {
						messages = append(messages, message(fmt.Sprint(a), 20+rng.IntN(100)))
						n := 1 + rng.IntN(40)
						r := must(t, c, body(n, messages...))
						took[a*turns+k] = r.E2E
						mu.Lock()
						tokens += n
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			got := s.Stats()
			if got.Active != 0 || got.Queued != 0 || got.HeldTokens != 0 || got.OutputTokens != tokens || got.Requests != agents*turns {
				t.Errorf("%+v, want %d tokens", got, tokens)
			}
			if got.CachedTokens == 0 || got.EvictedBlocks == 0 || got.Preemptions == 0 || got.MostQueued == 0 {
				t.Errorf("not short of everything: %+v", got)
			}
			if computed := got.PromptTokens - got.CachedTokens; got.ComputedTokens < computed {
				t.Errorf("%d tokens computed, at least %d were to be", got.ComputedTokens, computed)
			}
		})
		return took
	}
	if first, second := run(), run(); !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
}

// The two engines share how they speak and misbehave.
func TestSystemMisbehaves(t *testing.T) {
	for fault, want := range map[endpointtest.Fault]endpoint.Outcome{
		{Kind: endpointtest.FaultNone}:                 endpoint.OutcomeOK,
		{Kind: endpointtest.FaultStatus, Status: 429}:  endpoint.OutcomeStatus,
		{Kind: endpointtest.FaultCut, After: 3}:        endpoint.OutcomeReset,
		{Kind: endpointtest.FaultTruncate, After: 3}:   endpoint.OutcomeTruncated,
		{Kind: endpointtest.FaultErrorEvent, After: 3}: endpoint.OutcomeErrorEvent,
		{Kind: endpointtest.FaultStall}:                endpoint.OutcomeTimeoutBeforeHeaders,
		{Kind: endpointtest.FaultStall, After: 3}:      endpoint.OutcomeTimeoutMidStream,
		{Kind: endpointtest.FaultEmpty}:                endpoint.OutcomeEmpty,
		{Kind: endpointtest.FaultAbort, After: 3}:      endpoint.OutcomeTruncated,
		{Kind: endpointtest.FaultNoDone}:               endpoint.OutcomeOK,
		{Kind: endpointtest.FaultCloseNext}:            endpoint.OutcomeOK,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{AcceptedTokens: 2, EarlyRole: true, Fault: func(int) endpointtest.Fault { return fault }})
			r := send(t.Context(), client(t, s), body(10, message("a", 20)))
			got := outcome(r.err)
			if fault.After == 0 && got == endpoint.OutcomeTimeoutMidStream {
				got = endpoint.OutcomeTimeoutBeforeHeaders // the early role has been seen
			}
			if got != want || fault.After > 0 && r.Tokens != fault.After {
				t.Errorf("%+v: %v with %d tokens, want %s", fault, r.err, r.Tokens, want)
			}
			if got == endpoint.OutcomeOK && (r.FirstSource != metrics.SourceContinuous || r.Tokens != 10) {
				t.Errorf("%+v: %+v", fault, r.Timing)
			}
			time.Sleep(time.Second)
			if st := s.Stats(); st.Active != 0 || st.HeldTokens != 0 {
				t.Errorf("%+v: %+v", fault, st)
			}
		})
	}
}

func TestSystemValidate(t *testing.T) {
	if err := new(simulate.Config).Validate(); err != nil {
		t.Error(err)
	}
	cfg := simulate.Config{
		AcceptedTokens: 0.5, BlockTokens: -1, MaxActive: -1,
		Spells:  simulate.Spells{Every: 1, Length: 2, First: -1, Delay: -1, Slowdown: math.NaN()},
		Pool:    simulate.Pool{ExpertShare: 2, Heat: simulate.Heat{Slowdown: 1}},
		Prefill: &simulate.Pool{Slots: -1, Heat: simulate.Heat{Slowdown: -1}},
	}
	err := cfg.Validate()
	for _, want := range []string{
		"AcceptedTokens", "BlockTokens", "MaxActive", "ExpertShare", "Slots", "Heat.Slowdown is -1", "Heat.TimeConstant",
		"Spells.Length", "Spells.First", "Spells.Delay", "Spells.Slowdown",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if _, err := simulate.New(cfg); err == nil || !strings.Contains(err.Error(), "AcceptedTokens") {
		t.Error(err)
	}
}

// A system has its own copy of the configuration.
func TestConfigIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prefill := tenthMs(0)
		s := system(t, simulate.Config{Prefill: &prefill})
		prefill.FLOPS = 0
		if r := must(t, client(t, s), body(1, message("a", 100))); r.ttft() != 10*ms {
			t.Errorf("TTFT %v, want 10ms", r.ttft())
		}
	})
}
