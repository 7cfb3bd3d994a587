package agentperf_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// Agents play what they are assigned, in that order and again.
func TestAssigned(t *testing.T) {
	var requests bytes.Buffer
	want := [][]string{{"t2", "t0"}, {"t1"}}
	report, err := measured(t, "", func(c *agentperf.Config) {
		c.Rule, c.Assigned, c.Requests, c.Tiers = short, want, &requests, floor(1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Tiers[0].MaxAgents != 2 || !report.Config.Assigned || report.Config.MaxAgents != 2 {
		t.Errorf("%d agents of %d", report.Tiers[0].MaxAgents, report.Config.MaxAgents)
	}
	played := make([][]string, 2)
	for line := range bytes.Lines(requests.Bytes()) {
		var q agentperf.Request
		if err := json.Unmarshal(line, &q); err != nil || q.Session == "" || q.Phase != len(report.Phases)-1 {
			continue
		}
		if p := &played[q.Agent]; len(*p) == 0 || q.Turn == 0 || (*p)[len(*p)-1] != q.Trajectory {
			*p = append(*p, q.Trajectory)
		}
	}
	for agent, ids := range played {
		if len(ids) < 3 {
			t.Fatalf("agent %d played %v", agent, ids)
		}
		for i, id := range ids {
			if id != want[agent][i%len(want[agent])] {
				t.Errorf("agent %d played %v, want %v again and again", agent, ids, want[agent])
				break
			}
		}
	}
	for text, change := range map[string]func(*agentperf.Config){
		"gives agent 1 the trajectory \"no\"": func(c *agentperf.Config) { c.Assigned = [][]string{{"t0"}, {"no"}} },
		"no trajectory for agent 1":           func(c *agentperf.Config) { c.Assigned = [][]string{{"t0"}, {}} },
		"is for the point rule":               func(c *agentperf.Config) { c.Rule = agentperf.Controlled{} },
		"fewer than MaxAgents, 3":             func(c *agentperf.Config) { c.MaxAgents = 3 },
	} {
		cfg := agentperf.Config{Workload: workload(t, 3, []int{20}, 0), Rule: short, Assigned: slices.Clone(want)}
		cfg.Endpoint.URL = "http://mem"
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error %v, want %q", err, text)
		}
	}
}
