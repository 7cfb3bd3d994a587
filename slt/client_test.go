package slt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/trajectory"
)

var realtime = flag.Bool("realtime", false, "run what needs, or takes, the whole machine")

// lateAt is a sweep whose client sends 80 ms late at a concurrency and beyond.
func lateAt(t *testing.T, concurrency int, lag time.Duration, levels ...int) slt.Config {
	var late atomic.Bool
	late.Store(concurrency <= levels[0])
	cfg := connecting(short(levels...), func(int) trajectory.Sender {
		return inProcess{t: t, late: func() time.Duration {
			if late.Load() {
				return 80 * ms
			}
			return 0
		}}
	})
	cfg.ClientLag = lag
	cfg.AtSpeeds = []metrics.TokensPerSecond{50, 200}
	cfg.Progress = func(e slt.Event) {
		if e.Result != nil && 2*e.Concurrency >= concurrency {
			late.Store(true)
		}
	}
	return cfg
}

// A client that is too late makes a level invalid, which ends the sweep, and what rests
// on the level is withheld.
func TestLateClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := slt.Run(t.Context(), lateAt(t, 4, 0, 1, 2, 4, 8))
		if !errors.Is(err, slt.ErrInvalid) || !strings.Contains(err.Error(), "at concurrency 4: the client was too late in sending, by up to 80ms where 50ms is allowed") {
			t.Errorf("error %v", err)
		}
		if len(report.Levels) != 3 || report.Complete || report.PlateauReached {
			t.Fatalf("%+v", report)
		}
		last := report.Levels[2]
		if last.Figures != nil || last.Invalid == "" || last.InvalidFigures == nil || last.Client == nil || last.MeasuredSeconds != 20 || last.Ending != "complete" {
			t.Errorf("%+v", last)
		}
		near(t, "invalid throughput", &last.InvalidFigures.OutputTokensPerSecond, 400/1.08, 20)
		near(t, "lateness", last.InvalidFigures.LatenessP99, 0.08, 1e-6)
		// The second level still counts; the third would have the greater throughput.
		near(t, "peak", report.PeakOutputTokensPerSecond, 200, 1)
		if report.PeakConcurrency != 2 || report.AtSpeed[0].Case != slt.AllFaster || report.AtSpeed[0].Between[0] != 2 || report.AtSpeed[1].Case != slt.NeverReached {
			t.Errorf("peak at %d, %+v", report.PeakConcurrency, report.AtSpeed)
		}
		invalid := func(w metrics.Warning) bool {
			return w.Code == "invalid_level" && strings.HasPrefix(w.Text, "concurrency 4: the client was too late")
		}
		if n := len(report.Warnings); n == 0 || !invalid(report.Warnings[n-1]) {
			t.Errorf("%q", report.Warnings)
		}

		text, err := json.Marshal(last)
		if err != nil {
			t.Fatal(err)
		}
		var loose map[string]any
		if err := json.Unmarshal(text, &loose); err != nil {
			t.Fatal(err)
		}
		if figures, ok := loose["figures"]; !ok || figures != nil || loose["invalid_figures"].(map[string]any)["output_tokens_per_second"] == nil || loose["output_tokens_per_second"] != nil {
			t.Errorf("%s", text)
		}
		var table bytes.Buffer
		if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "  4     invalid      -          -        -      -         -       -\n") {
			t.Errorf("%v\n%s", err, table.String())
		}
	})
}

// The limit is the user's; beyond the default the report says so.
func TestClientLag(t *testing.T) {
	for _, tt := range []struct {
		lag  time.Duration
		code string
	}{{-1, "client_late"}, {100 * ms, "client_late"}, {20 * ms, "invalid_level"}} {
		synctest.Test(t, func(t *testing.T) {
			report, err := slt.Run(t.Context(), lateAt(t, 8, tt.lag, 1, 2, 4, 8))
			last := report.Levels[len(report.Levels)-1]
			found := false
			for _, w := range report.Warnings {
				found = found || w.Code == tt.code && strings.Contains(w.Text, "concurrency 8: the client was too late in sending, by up to 80ms")
			}
			if last.Concurrency != 8 || !found || errors.Is(err, slt.ErrInvalid) != (tt.code == "invalid_level") || report.Config.ClientLagSeconds != max(0, tt.lag.Seconds()) {
				t.Errorf("%v: %v, %q", tt.lag, err, report.Warnings)
			}
		})
	}
}

// Nothing is withheld that no invalid level is part of, and nothing is given where only
// invalid levels are.
func TestNothingValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := slt.Run(t.Context(), lateAt(t, 2, 0, 2, 4))
		if !errors.Is(err, slt.ErrInvalid) || len(report.Levels) != 1 {
			t.Fatalf("%v, %+v", err, report.Levels)
		}
		if report.PeakOutputTokensPerSecond != nil || report.PeakOutputSpeed != nil || report.PeakConcurrency != 0 || report.AtSpeed[0].Case != slt.NoData {
			t.Errorf("%+v", report)
		}
	})
}

// An invalid level of one setup leaves the other's in its place.
func TestOptimalOfInvalid(t *testing.T) {
	a := sweep("a", [3]float64{1, 100, 100}, [3]float64{2, 9000, 4500})
	b := sweep("b", [3]float64{2, 180, 90}, [3]float64{4, 7000, 1750})
	for _, l := range []*slt.Level{&a.Levels[1], &b.Levels[1]} {
		l.Invalid, l.InvalidFigures, l.Figures = "the client was too late", l.Figures, nil
	}
	got, err := slt.Optimal(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Levels[1].Configuration != "b" || got.PeakConcurrency != 2 || *got.PeakOutputTokensPerSecond != 180 || !warned(got.Warnings, "concurrency 4 (b): the client was too late") {
		t.Errorf("%+v", got)
	}
}

// A client that gets no processor measures itself. It says so.
func TestStarvedClient(t *testing.T) {
	if !*realtime {
		t.Skip("keeps the whole machine busy for seconds: go test ./slt -run StarvedClient -realtime")
	}
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 1150})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var over atomic.Bool
	defer over.Store(true)
	for range 16 * runtime.GOMAXPROCS(0) { // some 150 ms until it is one's turn
		go func() {
			for !over.Load() {
			}
		}()
	}
	report, err := slt.Run(t.Context(), slt.Config{
		Endpoint: endpoint.Config{URL: server.URL}, Levels: []int{1, 2}, InputTokens: 100, OutputTokens: 20,
		Ramp: -1, Settle: -1, Measure: 2 * time.Second, Drain: time.Second,
	})
	if !errors.Is(err, slt.ErrInvalid) || len(report.Levels) != 1 {
		t.Fatalf("%d levels, %v", len(report.Levels), err)
	}
	if l := report.Levels[0]; l.Figures != nil || !strings.Contains(l.Invalid, "the client was too late") || l.Client.LagSeconds < 0.05 || report.PeakOutputTokensPerSecond != nil {
		t.Errorf("%+v, %+v", l, l.Client)
	}
}
