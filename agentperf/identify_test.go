package agentperf_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
)

// asVLLM answers as an engine that names itself and its version.
func asVLLM(engine http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/models":
			io.WriteString(w, `{"data":[{"id":"simulated","owned_by":"vllm"}]}`)
		case "/version":
			io.WriteString(w, `{"version":"0.11.2"}`)
		default:
			engine.ServeHTTP(w, r)
		}
	})
}

// A report says what was measured and with what; what is stated changes no phase, so that a
// journal goes on with another statement; and the run is named in report, phases and rows.
func TestIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(asVLLM(&endpointtest.Engine{Capacity: 460}))
		t.Cleanup(server.Close)
		var rows bytes.Buffer
		cfg := agentperf.Config{
			Workload: workload(t, 5, []int{20, 7, 33}, 0), Tiers: floor(40), Seed: 42, Journal: t.TempDir(), Requests: &rows,
			Rule: agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 10 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
		}
		cfg.Endpoint.URL, cfg.Endpoint.Dial, cfg.Endpoint.APIKey = "http://mem", server.Dial, "hunter2-hunter2"
		first, err := agentperf.Check(t.Context(), cfg, 2)
		if err != nil {
			t.Fatal(err)
		}
		if i := first.Identity; i == nil || i.Engine != "vllm" || i.EngineVersion != "0.11.2" || i.EngineFrom != "server" || i.Name != "" {
			t.Errorf("nothing stated: %+v", i)
		}
		if first.Tool.Module == "" || first.Tool.Go == "" {
			t.Errorf("%+v", first.Tool)
		}
		cfg.Identity = &system.Identity{
			Name: "two of them", EngineVersion: "0.10", LaunchCommand: "vllm serve --api-key hunter2-hunter2",
			Accelerators: []system.Accelerators{{Role: system.Prefill, Name: "H200", Count: 6}, {Role: system.Decode, Name: "H200", Count: 2}},
		}
		cfg.System = pricing.System{Accelerators: 8}
		second, err := agentperf.Check(t.Context(), cfg, 4)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(second)
		if err != nil || strings.Contains(string(text), "hunter2") {
			t.Errorf("%v\n%s", err, text)
		}
		if second.Run == first.Run || len(second.Run) != 16 || second.Phases[0].Run != first.Run || second.Phases[1].Run != second.Run {
			t.Errorf("runs %s and %s, phases of %s and %s", first.Run, second.Run, second.Phases[0].Run, second.Phases[1].Run)
		}
		if got := timesWarned(second, "engine_version"); got != 1 {
			t.Errorf("%d warnings of another version", got)
		}
		var table strings.Builder
		second.WriteTable(&table)
		for _, want := range []string{"What was measured:\n", "system: two of them\n", "engine: 0.10\n", "accelerators: 6 H200 for prefill; 2 H200 for decode\n"} {
			if !strings.Contains(table.String(), want) {
				t.Errorf("no %q in\n%s", want, &table)
			}
		}
		seen := make(map[string]bool)
		for line := range bytes.Lines(rows.Bytes()) {
			var row struct{ Run string }
			if err := json.Unmarshal(line, &row); err != nil {
				t.Fatal(err)
			}
			seen[row.Run] = true
		}
		if len(seen) != 2 || !seen[first.Run] || !seen[second.Run] {
			t.Errorf("rows of the runs %v", seen)
		}
		cfg.System.Accelerators = 2
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "the identity has 8 accelerators") {
			t.Errorf("8 accelerators divided by 2: %v", err)
		}
		if _, err := agentperf.Check(t.Context(), cfg, 4); err == nil {
			t.Error("it is measured")
		}
	})
}

func timesWarned(r *agentperf.Report, code string) (n int) {
	for _, w := range r.Warnings {
		if w.Code == code {
			n++
		}
	}
	return n
}
