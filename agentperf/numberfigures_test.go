package agentperf_test

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A system of 4600 tokens/s gives each of n agents 4600/n, whatever else: that is the P25 of
// each number, with an interval of no width around it, over agents in one phase, over
// the plays of one agent, and over phases in many. Reports with a phase per number have its
// figures, and a journal has those of all its phases.
func TestNumberFigures(t *testing.T) {
	for name, rule := range map[string]agentperf.Rule{
		"point":      agentperf.Point{SpawnRate: -1, Settle: 5 * time.Second, Measure: 4 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second},
		"controlled": agentperf.Controlled{ErrorRate: 0.1, SpawnRate: -1},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "controlled" {
				t.Skip("long with the race detector, which TestMeasure serves as well")
			}
			synctest.Test(t, func(t *testing.T) {
				cfg := inMemory(t, &endpointtest.Engine{Capacity: 4600}, agentperf.Config{
					Workload: workload(t, 30, []int{200, 700, 330}, 0), Tiers: floor(250), Rule: rule, Journal: t.TempDir(),
				})
				report, err := agentperf.Measure(t.Context(), cfg, 1, 12, 23)
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Numbers) != 3 {
					t.Fatalf("%d numbers", len(report.Numbers))
				}
				for i, n := range []int{1, 12, 23} {
					f, want := report.Numbers[i], 4600/float64(n)
					if f.Agents != n || f.P25Speed == nil || math.Abs(*f.P25Speed/want-1) > 0.002 || f.P95TTFTState != "ok" || f.OutputTokensPerSecond == nil || math.Abs(*f.OutputTokensPerSecond/4600-1) > 0.05 {
						t.Errorf("%d agents: %+v, want %v tokens/s", n, f, want)
						continue
					}
					by := "phases"
					if len(f.Phases) < 5 {
						if by = "agents"; n == 1 {
							by = "plays"
						}
					}
					if got := f.P25SpeedInterval; got == nil || got.By != by || got.Low == nil || got.High == nil || *got.Low > want*1.002 || *got.High < want*0.998 || *got.High-*got.Low > 0.01*want {
						t.Errorf("%d agents in %d phases: %+v, want %v", n, len(f.Phases), got, want)
					}
					if name == "point" {
						p := report.Phases[f.Phases[0]].Figures
						if !reflect.DeepEqual(p.P25Speed, f.P25Speed) || !reflect.DeepEqual(p.P95TTFTInterval, f.P95TTFTInterval) || f.Requests != p.Requests {
							t.Errorf("%+v, but the phase has %+v", f, p)
						}
					}
				}
				again, err := agentperf.Measure(t.Context(), cfg, 1, 12, 23)
				if err != nil || len(again.Phases) != again.Resumed || !reflect.DeepEqual(again.Numbers, report.Numbers) {
					t.Errorf("from the journal: %+v, %v", again.Numbers, err)
				}
				var table strings.Builder
				if err := report.WriteTable(&table); err != nil || !regexp.MustCompile(`\n *12 +383\.\d +38[34].\d to 38[34].\d +\d`).MatchString(table.String()) {
					t.Errorf("no row of 12 agents:\n%s", &table)
				}
				text, err := json.Marshal(report)
				var read agentperf.Report
				if err == nil {
					err = json.Unmarshal(text, &read)
				}
				if err != nil || !reflect.DeepEqual(read.Numbers, report.Numbers) {
					t.Errorf("through JSON: %+v, %v", read.Numbers, err)
				}
			})
		})
	}
}
