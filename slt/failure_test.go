package slt_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// short is a sweep of short queries: 100 tokens at 100 tokens/s are 1 s.
func short(levels ...int) slt.Config {
	return slt.Config{
		Levels: levels, InputTokens: 200, OutputTokens: 100,
		Ramp: sec, Settle: 2 * sec, Measure: 20 * sec, Drain: 5 * sec,
	}
}

// after returns a fault for all requests but the first n.
func after(n int, f endpointtest.Fault) func(int) endpointtest.Fault {
	return func(i int) endpointtest.Fault {
		if i < n {
			return endpointtest.Fault{}
		}
		return f
	}
}

// every returns a fault for one request in n.
func every(n int, f endpointtest.Fault) func(int) endpointtest.Fault {
	return func(i int) endpointtest.Fault {
		if i < preamble || i%n != 0 {
			return endpointtest.Fault{}
		}
		return f
	}
}

// preamble is more than the requests before the first level.
const preamble = 20

func warned(warnings []metrics.Warning, words string) bool {
	return slices.ContainsFunc(warnings, func(w metrics.Warning) bool { return w.Code != "" && strings.Contains(w.Text, words) })
}

// A failed query is speed 0 and infinite latency, and is counted.
func TestFailuresCount(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  func(int) endpointtest.Fault
		failed float64 // share
		rate   float64 // response rate
		speed  float64 // median
		e2e    bool    // finite median
		p95    bool    // finite P95 of E2E
		words  string
	}{
		{"1 in 10 refused", every(10, endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503}), 0.1, 0.9, 100, true, false, "HTTP status 503"},
		{"1 in 50 refused", every(50, endpointtest.Fault{Kind: endpointtest.FaultStatus}), 0.02, 0.98, 100, true, true, "HTTP status 500"},
		{"1 in 10 truncated", every(10, endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 50}), 0.1, 1, 100, true, false, "truncated"},
		{"1 in 2 with an error inside", every(2, endpointtest.Fault{Kind: endpointtest.FaultErrorEvent, After: 90}), 0.5, 1, 0, false, false, "KV cache exhausted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report, err := slt.Run(t.Context(), inMemory(t, &endpointtest.Engine{Fault: tt.fault}, short(40)))
				if err != nil {
					t.Fatal(err)
				}
				l := report.Levels[0].Figures
				if share := float64(l.Failed) / float64(l.Requests); math.Abs(share-tt.failed) > 0.03 {
					t.Errorf("%d of %d failed, want a share of %v", l.Failed, l.Requests, tt.failed)
				}
				near(t, "response rate", l.ResponseRate, tt.rate, 0.03)
				if tt.speed > 0 {
					near(t, "median speed", l.MedianOutputSpeed, tt.speed, 1e-6)
				} else if l.MedianOutputSpeed == nil || *l.MedianOutputSpeed > 100 {
					t.Errorf("median speed %v", l.MedianOutputSpeed)
				}
				if (l.P95E2E != nil) != tt.p95 || tt.e2e && l.MedianE2E == nil {
					t.Errorf("E2E: median %v, P95 %v", l.MedianE2E, l.P95E2E)
				}
				sum := 0
				for _, n := range l.Outcomes {
					sum += n
				}
				if sum != l.Requests || !warned(report.Warnings, tt.words) {
					t.Errorf("outcomes %v of %d; warnings %q", l.Outcomes, l.Requests, report.Warnings)
				}
			})
		})
	}
}

func TestNothingSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Fault: after(6, endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 429})}
		report, err := slt.Run(t.Context(), inMemory(t, engine, short(2, 4)))
		if !errors.Is(err, slt.ErrNothingSucceeded) || !strings.Contains(err.Error(), "429") {
			t.Errorf("error %v", err)
		}
		l := report.Levels[0]
		if f := l.InvalidFigures; l.Figures != nil || f.Requests == 0 || f.Failed != f.Requests || l.Invalid == "" || *f.ResponseRate != 0 {
			t.Errorf("%+v", l)
		}
		if report.Complete || report.PlateauReached || report.PeakOutputTokensPerSecond != nil || report.AtSpeed[0].Case != slt.NoData {
			t.Errorf("%+v", report)
		}
	})
}

// A server that dies is no plateau, and what was known stays.
func TestServerDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		engine := &endpointtest.Engine{Fault: func(int) endpointtest.Fault {
			if dead.Load() {
				return endpointtest.Fault{Kind: endpointtest.FaultCut}
			}
			return endpointtest.Fault{}
		}}
		cfg := short(1, 2, 4, 8, 16, 32)
		cfg.Progress = func(e slt.Event) {
			if e.Result != nil && e.Concurrency == 4 {
				dead.Store(true)
			}
		}
		report, err := slt.Run(t.Context(), inMemory(t, engine, cfg))
		if !errors.Is(err, slt.ErrEndpointGone) || !strings.Contains(err.Error(), "at concurrency 8") {
			t.Errorf("error %v", err)
		}
		if len(report.Levels) != 4 || report.PlateauReached || report.Complete {
			t.Errorf("%d levels, plateau %v", len(report.Levels), report.PlateauReached)
		}
		near(t, "peak", report.PeakOutputTokensPerSecond, 400, 1)
	})
}

// A server that dies in the middle of a level makes no slow level of it.
func TestServerDiesInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Fault: after(preamble+200, endpointtest.Fault{Kind: endpointtest.FaultCut})}
		report, err := slt.Run(t.Context(), inMemory(t, engine, short(1, 2, 4, 8, 16)))
		if !errors.Is(err, slt.ErrEndpointGone) || !strings.Contains(err.Error(), "at concurrency 8: at its end, none of 8 requests succeeded") {
			t.Errorf("error %v", err)
		}
		last := report.Levels[len(report.Levels)-1]
		if last.Concurrency != 8 || last.Figures != nil || last.InvalidFigures.Failed == 0 || !strings.HasPrefix(last.Invalid, "the endpoint does not answer: ") {
			t.Errorf("%+v", last)
		}
		near(t, "peak", report.PeakOutputTokensPerSecond, 400, 1)
	})
}

// A level at which the system gives up altogether, and recovers from, is one
// without throughput and speed, and the sweep goes on.
func TestCollapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{PerRequest: 150}
		engine.Fault = func(int) endpointtest.Fault {
			if engine.Stats().Active > 1 { // a lone query goes through
				return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503}
			}
			return endpointtest.Fault{}
		}
		cfg := short(1, 8)
		cfg.Ramp = -1
		report, err := slt.Run(t.Context(), inMemory(t, engine, cfg))
		if err != nil {
			t.Fatal(err)
		}
		l := report.Levels[1]
		if l.Figures.Failed == 0 || l.Invalid != "" || len(report.Levels) != 2 || !report.Complete {
			t.Errorf("%+v", l)
		}
		near(t, "median speed", l.Figures.MedianOutputSpeed, 0, 0)
		if a := report.AtSpeed[0]; a.Case != slt.Interpolated || *a.OutputTokensPerSecond > 150 {
			t.Errorf("%+v", a)
		}
	})
}

// A system that sheds what is beyond its capacity keeps its throughput.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		engine.Fault = func(int) endpointtest.Fault {
			if engine.Stats().Active > 4 {
				return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503}
			}
			return endpointtest.Fault{}
		}
		cfg := short(4, 8)
		cfg.Ramp = -1
		report, err := slt.Run(t.Context(), inMemory(t, engine, cfg))
		if err != nil {
			t.Fatal(err)
		}
		if l := report.Levels[1].Figures; l.Failed == 0 || l.Failed == l.Requests {
			t.Errorf("%+v", l)
		}
		near(t, "peak", report.PeakOutputTokensPerSecond, 400, 1)
	})
}

// Queries that hang are unanswered, and do not stretch the window.
func TestHangingQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Fault: func(i int) endpointtest.Fault {
			if i > preamble && i%2 == 1 && i < 40 {
				return endpointtest.Fault{Kind: endpointtest.FaultHang}
			}
			return endpointtest.Fault{}
		}}
		report, err := slt.Run(t.Context(), inMemory(t, engine, short(8, 16)))
		if err != nil {
			t.Fatal(err)
		}
		l := report.Levels[0]
		f := l.Figures
		if f.Unanswered != 8 || l.MeasuredSeconds != 20 || l.LevelSeconds != 27.875 || *f.ResponseRate != float64(f.Requests-f.Unanswered)/float64(f.Requests) {
			t.Errorf("%+v", l)
		}
		if !warned(l.Warnings, "got no token although") {
			t.Errorf("%q", l.Warnings)
		}
	})
}

// Where no query ends in the window there are no speeds, but throughput is known
// all the same: four tokens an event, of which earlier answers tell.
func TestQueriesLongerThanTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 200, TokensPerEvent: 4}
		report, err := slt.Run(t.Context(), inMemory(t, engine, short(1, 100)))
		if err != nil {
			t.Fatal(err)
		}
		l := report.Levels[1]
		near(t, "throughput", &l.Figures.OutputTokensPerSecond, 200, 20)
		if f := l.Figures; f.Requests != 0 || f.MedianE2E != nil || f.MedianOutputSpeed != nil || f.ResponseRate != nil || !warned(l.Warnings, "no query ended in the window of 20 s") {
			t.Errorf("%+v", l)
		}
		if a := report.AtSpeed[0]; a.Case != slt.AllFaster {
			t.Errorf("%+v", a)
		}
	})
}

// What the client's own machine broke ends the sweep and is no level.
func TestClientFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{}, short(2, 4, 8))
		dial := cfg.Endpoint.Dial
		var open atomic.Int64
		cfg.Endpoint.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if open.Add(1) > 6 {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
			}
			return dial(ctx, network, addr)
		}
		report, err := slt.Run(t.Context(), cfg)
		if !errors.Is(err, slt.ErrInvalid) || !strings.Contains(err.Error(), "too many open files") {
			t.Errorf("error %v", err)
		}
		last := report.Levels[len(report.Levels)-1]
		if last.Invalid == "" || report.PlateauReached || report.PeakConcurrency == last.Concurrency {
			t.Errorf("%+v, peak at %d", last, report.PeakConcurrency)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		time.AfterFunc(40*sec, func() { cancel(why) })
		report, err := slt.Run(ctx, inMemory(t, &endpointtest.Engine{}, short(1, 2, 4)))
		if !errors.Is(err, why) || report.Complete || len(report.Levels) != 2 || report.Levels[1].Ending != "canceled" {
			t.Errorf("%v, %d levels", err, len(report.Levels))
		}
		// The level that was cut says what it saw.
		near(t, "throughput", &report.Levels[1].Figures.OutputTokensPerSecond, 200, 20)
	})
}

// What the server does with lengths is found out and said.
func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		name   string
		engine *endpointtest.Engine
		words  []string
		output float64
	}{
		{"ignore_eos ignored", &endpointtest.Engine{IgnoreEOSIgnored: true, OutputTokens: 40}, []string{"answers had 40.0 tokens on average, not 100"}, 40},
		{"no usage", &endpointtest.Engine{Fault: func(int) endpointtest.Fault { return endpointtest.Fault{Kind: endpointtest.FaultNoUsage} }}, []string{"does not count prompt tokens", "events are counted"}, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := inMemory(t, tt.engine, short(2, 4))
				if tt.engine.IgnoreEOSIgnored {
					// A forced length that is not kept fails; one that was left free does not.
					report, err := slt.Run(t.Context(), cfg)
					f := report.Levels[0].Figures
					if err != nil || f.Failed != f.Requests || f.Outcomes["short"] != f.Requests || *f.MedianOutputSpeed != 0 || !strings.HasPrefix(f.FailureExample, "40 of 100 tokens that were forced") || !warned(report.Warnings, "ignore_eos is not honored") || !warned(report.Warnings, "count as failed") {
						t.Errorf("%v, %q", err, report.Warnings)
					}
					cfg.Fields = map[string]json.RawMessage{"ignore_eos": json.RawMessage("false")}
				}
				report, err := slt.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				for _, words := range tt.words {
					if !warned(report.Warnings, words) {
						t.Errorf("%q does not mention %q", report.Warnings, words)
					}
				}
				near(t, "output", report.Levels[0].Figures.MeanOutputTokens, tt.output, 0)
				near(t, "throughput", &report.Levels[0].Figures.OutputTokensPerSecond, 200, 1)
			})
		})
	}
}

// Where ignore_eos is an error, answers are limited and not forced.
func TestIgnoreEOSRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || strings.Contains(string(body), "ignore_eos") {
				http.Error(w, `{"error":{"message":"unknown field ignore_eos"}}`, http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			engine.ServeHTTP(w, r)
		}))
		defer server.Close()
		cfg := short(2)
		cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: server.Dial}
		report, err := slt.Run(t.Context(), cfg)
		if err != nil || !warned(report.Warnings, "rejects ignore_eos") || report.Levels[0].Figures.Failed != 0 || report.Config.IgnoreEOS {
			t.Errorf("%v, %+v", err, report)
		}
		if report.Config.Seed == 0 {
			t.Error("no seed was drawn")
		}
	})
}

func TestContextTooSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := slt.Run(t.Context(), inMemory(t, &endpointtest.Engine{ContextTokens: 1500}, slt.Config{}))
		if err == nil || !strings.Contains(err.Error(), "1000 input and 1000 output tokens do not fit the context of 1500") {
			t.Error(err)
		}
	})
}

func TestBadConfig(t *testing.T) {
	report, err := slt.Run(t.Context(), slt.Config{
		Levels: []int{4, 2, 0}, MaxConcurrency: -1, OutputTokens: 1, InputTokens: -1, Measure: -1,
		AtSpeeds: nil, Plateau: slt.Plateau{Gain: math.NaN()}, Fields: map[string]json.RawMessage{"stream": nil},
	})
	for _, words := range []string{
		"URL is missing", "Levels[1] is 2 after 4", "Levels[2] is 0", "MaxConcurrency is -1", "OutputTokens is 1", "InputTokens is -1",
		"Measure is -1ns", "Plateau is", `"stream" is set for each request`,
	} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not mention %q", err, words)
		}
	}
	if report == nil || report.Schema != slt.Schema {
		t.Error("no report")
	}
}
