package slt

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
)

// An identity that contradicts what throughput is divided by is no configuration, and merged
// sweeps have one only if it is that of both.
func TestIdentity(t *testing.T) {
	cfg := Config{Identity: &system.Identity{Accelerators: []system.Accelerators{{Count: 8}}}, System: pricing.System{Accelerators: 4}}
	cfg.Endpoint.URL = "http://host"
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "the identity has 8 accelerators") {
		t.Error(err)
	}
	cfg.System.Accelerators = 8
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	a, b := emptyReport(cfg), emptyReport(cfg)
	if a.Tool.Module == "" || len(a.Run) != 16 || a.Run == b.Run {
		t.Errorf("%+v, run %q", a.Tool, a.Run)
	}
	a.Identity, b.Identity = &system.Identity{Name: "x"}, &system.Identity{Name: "x"}
	if m, err := Optimal(a, b); err != nil || m.Identity == nil || m.Identity.Name != "x" {
		t.Errorf("%+v, %v", m.Identity, err)
	}
	b.Identity.LaunchCommand = "serve --latency"
	if m, err := Optimal(a, b); err != nil || m.Identity != nil {
		t.Errorf("%+v, %v", m.Identity, err)
	}
}
