package agentperf

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A machine that cannot open as many connections is found out before the start, unless
// there are none to open.
func TestFit(t *testing.T) {
	alone := &trajectory.Trajectory{Turns: make([]trajectory.Turn, 2)}
	pair := &trajectory.Trajectory{Turns: make([]trajectory.Turn, 2), Subagents: []trajectory.Subagent{{Trajectory: alone, Join: 1}}}
	of := func(t *trajectory.Trajectory) *trajectory.Workload {
		return &trajectory.Workload{Trajectories: []*trajectory.Trajectory{t}}
	}
	for _, test := range []struct {
		name  string
		cfg   Config
		most  int
		said  string // in the error or the warning
		least int    // agents to try
	}{
		{"enough", Config{Workload: of(alone), Start: 1, MaxAgents: 960}, 960, "", 0},
		{"less than the most", Config{Workload: of(alone), Start: 1, MaxAgents: 4096}, 960, "no further than 960 agents: 4136 open files are needed for 4096 agents", 0},
		{"two each", Config{Workload: of(pair), Start: 1, MaxAgents: 4096}, 480, "no further than 480 agents: 8232 open files are needed for 4096 agents with up to 2 connections each, for their subagents,", 0},
		{"two each are perhaps too many", Config{Workload: of(pair), Start: 500, MaxAgents: 4096}, 500, "there may be too few connections: ", 0},
		{"ports of the phase before", Config{Workload: of(alone), Start: 1, MaxAgents: 900}, 500, "no further than 500 agents: 1800 local ports to one address are needed for 900 agents, of which there are 1000, since", 0},
		{"none before", Config{Workload: of(alone), Start: 900, MaxAgents: 900}, 900, "", 900},
		{"not enough to begin", Config{Workload: of(alone), Start: 961, MaxAgents: 4096}, 0, "agentperf: 1001 open files are needed for 961 agents", 0},
		{"none of this machine's", Config{Workload: of(alone), Start: 2000, MaxAgents: 4096, Connect: func(int) trajectory.Sender { return nil }}, 4096, "", 0},
		{"others' network", Config{Workload: of(alone), Start: 2000, MaxAgents: 4096, Endpoint: endpoint.Config{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, nil }}}, 4096, "", 0},
		{"shared", Config{Workload: of(alone), Start: 2000, MaxAgents: 4096, Endpoint: endpoint.Config{HTTP2: true}}, 4096, "", 0},
	} {
		limits := sockets.Limits{Files: 1000, Taken: 8, Ports: 28_000} // 960 to have
		if strings.Contains(test.name, "before") {
			limits.Ports = 1000
		}
		bounds := decide.Bounds{Min: test.least, Max: test.cfg.MaxAgents, Start: test.cfg.Start}
		var warning string
		var err error
		if limited(&test.cfg) {
			warning, err = fit(&bounds, test.cfg.Workload, limits)
		}
		if test.most == 0 {
			if err == nil || !strings.Contains(err.Error(), test.said) {
				t.Errorf("%s: error %v, want %q", test.name, err, test.said)
			}
			continue
		}
		if err != nil || bounds.Max != test.most || !strings.Contains(warning, test.said) || (warning == "") != (test.said == "") {
			t.Errorf("%s: at most %d agents, warning %q, error %v; want %d and %q", test.name, bounds.Max, warning, err, test.most, test.said)
		}
	}
}
