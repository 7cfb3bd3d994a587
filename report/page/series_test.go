package page

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/telemetry"
)

// systemSeries is what an engine and a meter said in phases of 12 s: 3 requests at work and as many
// waiting as seconds have passed, half of the cache, 400 W and 401 W in turn.
func systemSeries(t *testing.T, run string, phases int) (file string) {
	t.Helper()
	begin := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	var text bytes.Buffer
	for phase := range phases {
		series := func(name string, value func(i int) float64, labels ...telemetry.Label) telemetry.Series {
			s := telemetry.Series{Name: name, Labels: labels}
			for i := range 13 {
				s.Points = append(s.Points, telemetry.Point{Nanos: begin.Add(time.Duration(i) * time.Second).UnixNano(), Value: value(i)})
			}
			return s
		}
		r := telemetry.Recording{Run: run, Phase: phase, Agents: 4, At: telemetry.Instants{
			Begin: begin, Settled: begin.Add(2 * time.Second), WindowEnd: begin.Add(10 * time.Second), End: begin.Add(12 * time.Second),
		}, Observed: []telemetry.Observed{
			{Target: telemetry.Target{Name: "e", Role: telemetry.Engine, Every: time.Second}, Series: []telemetry.Series{
				series("vllm:num_requests_running", func(int) float64 { return 3 }),
				series("vllm:num_requests_waiting", func(i int) float64 { return float64(i) }),
				series("vllm:kv_cache_usage_perc", func(int) float64 { return 0.5 }),
			}},
			{Target: telemetry.Target{Name: "p", Role: telemetry.PowerMeter, Every: time.Second}, Series: []telemetry.Series{
				series("DCGM_FI_DEV_POWER_USAGE", func(i int) float64 { return 400 + float64(i%2) }, telemetry.Label{Name: "UUID", Value: "GPU-a"}),
			}},
		}}
		if err := r.Write(&text); err != nil {
			t.Fatal(err)
		}
	}
	file = filepath.Join(t.TempDir(), "series.gz")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Series are drawn below the requests of their phase, power only where the report has it.
func TestSeries(t *testing.T) {
	const run = "0123456789abcdef"
	requests, err := ReadRequests(t.Context(), steady(t, run, 4, 5))
	if err != nil {
		t.Fatal(err)
	}
	series, err := ReadSeries(t.Context(), systemSeries(t, run, 2))
	if err != nil {
		t.Fatal(err)
	}
	r := &agentperf.Report{Run: run, Tiers: []agentperf.TierResult{{Name: "90@1s", SpeedFloorTokensPerSecond: 90, TTFTCeilingSeconds: 1, MaxAgents: 4, FirstFailingAgents: new(5)}}}
	for i, n := range []int{4, 5} {
		r.Phases = append(r.Phases, agentperf.PhaseResult{Index: i, Agents: n, Figures: &agentperf.Figures{P25Speed: new(100.0)}})
	}
	figureOf := func() string {
		var out bytes.Buffer
		if err := Write(&out, []*report.Report{{Name: "x.json", Agentperf: r}}, Options{Requests: requests, Series: series}); err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, out.Bytes())
		return figure(t, out.Bytes(), "Inside the phases around the limit of x at 90\u00a0tok/s")
	}
	if part := figureOf(); strings.Contains(part, "Power, W") || count(part, ">Server: waiting<") != 2+1 {
		t.Errorf("power that the report does not have, or no server:\n%s", part)
	}
	r.Phases[0].Power = &telemetry.Power{Figures: []telemetry.PowerFigure{{Basis: pricing.MeasuredAccelerator, Watts: new(400.5)}}}
	part := figureOf()
	for what, want := range map[string]int{
		`>Server: running<`:                   2 + 1, // panels, the table
		`>Server: KV use, %<`:                 2 + 1,
		`>Power, W \(measured_accelerator\)<`: 2 + 1,
		`>not known<`:                         1, // power of the second phase
		`<td[^>]*>3</td><td[^>]*>7</td><td[^>]*>50</td><td[^>]*>401</td>`:     1,
		`<td[^>]*>3</td><td[^>]*>8</td><td[^>]*>50</td><td[^>]*>400</td>`:     1,
		`<td[^>]*>3</td><td[^>]*>8</td><td[^>]*>50</td><td[^>]*>[^0-9]+</td>`: 1,
	} {
		if got := count(part, what); got != want {
			t.Errorf("%d of %s, want %d", got, what, want)
		}
	}
	// The number of waiting requests rises in 12 s to 12, the top of its scale or nearly so.
	c := series.of(run, step{PhaseResult: &r.Phases[0]})
	if len(c) != 4 || len(c[1].points) != 13 || c[1].points[12].X != 12 || c[1].points[12].Y != 12 || c[3].mean(4, 6) != 400.5 {
		t.Errorf("%+v", c)
	}
}

// Long phases have as many points as a column can show, and a gap stays one.
func TestThin(t *testing.T) {
	begin := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	var points []telemetry.Point
	for i := range 3000 {
		points = append(points, telemetry.Point{Nanos: begin.Add(time.Duration(i) * time.Second).UnixNano(), Value: float64(i)})
	}
	out := thin(points, telemetry.Instants{Begin: begin, End: begin.Add(time.Hour)}, 2)
	if len(out) != coursePoints || out[1].X != 14.5 || out[1].Y != 29 {
		t.Errorf("%d points, %v", len(out), out[1])
	}
}

func TestReadSeriesOfOthers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.gz")
	if err := os.WriteFile(name, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSeries(t.Context(), name); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
		t.Errorf("%v", err)
	}
}
