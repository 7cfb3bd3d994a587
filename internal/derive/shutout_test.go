package derive_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// A client without answers is told from a system that fails.
func TestShutOut(t *testing.T) {
	// Requests of 16 agents on two clients end each second; fails says which fail.
	phase := func(seconds int, fails func(agent, second int) bool) (*record.Phase, []*record.Row) {
		p := &record.Phase{Messages: []string{"HTTP status 401"}}
		p.Agents, p.Clients = 16, []record.Client{{Name: "a"}, {Name: "b"}}
		for agent := range 16 {
			p.Owners = append(p.Owners, int32(agent%2))
		}
		for s := range seconds {
			for agent := range 16 {
				r := record.New()
				r.Agent, r.Begun, r.End, r.Outcome = int32(agent), time.Duration(s)*time.Second, time.Duration(s+1)*time.Second, record.OK
				if fails(agent, s) {
					r.Outcome, r.Message = record.Failed, 0
				}
				p.Rows = append(p.Rows, r)
			}
		}
		var rows []*record.Row
		for i := range p.Rows {
			rows = append(rows, &p.Rows[i])
		}
		return p, rows
	}
	for _, tt := range []struct {
		name  string
		fails func(agent, second int) bool
		want  string
	}{
		{"none fails", func(int, int) bool { return false }, ""},
		{"all fail", func(int, int) bool { return true }, ""},
		{"one client from the start", func(agent, _ int) bool { return agent%2 == 1 }, "the client b has had no answer to 240 requests since 0s, and the others to all but 0 of 240: it does not reach the system as they do: HTTP status 401"},
		{"one client from the middle", func(agent, s int) bool { return agent%2 == 1 && s >= 20 }, "the client b has had no answer to 80 requests since 20s, and the others to all but 0 of 80"},
		{"one client for a while", func(agent, s int) bool { return agent%2 == 1 && s >= 10 && s < 29 }, ""},
		{"one agent", func(agent, _ int) bool { return agent == 3 }, ""},
		{"both from the middle", func(_, s int) bool { return s >= 20 }, ""},
		{"each third of all", func(agent, s int) bool { return (agent*7+s*5)%3 == 0 }, ""},
		{"three of ten of the others", func(agent, s int) bool { return agent%2 == 1 || (agent*7+s*3)%10 < 3 }, "the client b"},
		{"nine of ten of the others", func(agent, s int) bool { return agent%2 == 1 || (agent*7+s*3)%10 != 0 }, ""},
	} {
		p, rows := phase(30, tt.fails)
		if got := derive.ShutOut(p, rows, nil); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		p.Owners = nil
		if got := derive.ShutOut(p, rows, nil); got != "" {
			t.Errorf("%s, of nobody knows whom: %q", tt.name, got)
		}
	}
	p, rows := phase(1, func(agent, _ int) bool { return agent%2 == 1 })
	rows = slices.DeleteFunc(rows, func(r *record.Row) bool { return r.Agent%2 == 1 && r.Agent > 7 }) // four are left
	if got := derive.ShutOut(p, rows, nil); got != "" {
		t.Errorf("%q after four requests", got)
	}
	known := map[string]bool{"b": true}
	if got := derive.ShutOut(p, rows, known); !strings.Contains(got, "the client b has had no answer to 4 requests") || !known["b"] {
		t.Errorf("%q after four requests, of a client that had none before", got)
	}
	p, rows = phase(2, func(agent, second int) bool { return agent%2 == 1 && second == 1 })
	rows = rows[:16+4] // two of them failed
	if got := derive.ShutOut(p, rows, known); got != "" || known["b"] {
		t.Errorf("%q of a client that has answers again", got)
	}
}
