package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/system"
)

// Reports of one system have its name and are counted as one; what is stated of it says which.
func TestReportsOfOneSystem(t *testing.T) {
	demo := &system.Identity{Name: "demo", Engine: "simulated"}
	agents := func(name string, id *system.Identity, endpoint string) *report.Report {
		return &report.Report{Name: name + ".json", Agentperf: &agentperf.Report{Identity: id, Config: agentperf.ConfigEcho{Model: "m", Endpoint: endpoint}}}
	}
	load := func(name string, id *system.Identity, endpoint string) *report.Report {
		return &report.Report{Name: name + ".json", SLT: &slt.Report{Identity: id, Config: slt.ConfigEcho{Model: "m", Endpoint: endpoint}}}
	}
	for _, tt := range []struct {
		reports []*report.Report
		labels  string // of agents, then of sweeps with their colors
		lede    string
	}{
		{[]*report.Report{agents("a", demo, "http://x"), load("b", demo, "http://y")}, "demo; demo 0", "1 system in 2 reports, 1 model."},
		{[]*report.Report{agents("a", demo, ""), agents("b", demo, ""), load("c", demo, "")}, "demo, demo, b; demo 0", "1 system in 3 reports, 1 model."},
		{[]*report.Report{agents("a", nil, "http://x"), load("b", nil, "http://x")}, "a; a 0", "1 system in 2 reports, 1 model."},
		{[]*report.Report{agents("a", nil, ""), load("b", nil, "")}, "a; b 1", "2 systems, 1 model."},
		{[]*report.Report{agents("a", nil, "http://x"), load("b", nil, "http://y")}, "a; b 1", "2 systems, 1 model."},
		{[]*report.Report{agents("a", &system.Identity{Engine: "v"}, ""), load("b", &system.Identity{Engine: "v"}, "")}, "a; a 0", "1 system in 2 reports, 1 model."},
	} {
		st := newStudy(tt.reports)
		var systems, sweeps []string
		for _, s := range st.systems {
			systems = append(systems, s.label)
		}
		for _, s := range st.sweeps {
			sweeps = append(sweeps, fmt.Sprint(s.label, " ", s.color))
		}
		if got := strings.Join(systems, ", ") + "; " + strings.Join(sweeps, ", "); got != tt.labels {
			t.Errorf("%q, want %q", got, tt.labels)
		}
		if got := strings.ReplaceAll(st.lede(""), "\u00a0", " "); got != tt.lede {
			t.Errorf("%q, want %q", got, tt.lede)
		}
	}
}
