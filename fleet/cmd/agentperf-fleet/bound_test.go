package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// A search goes as far as the fleet can run, and says so where it was to go further.
func TestBound(t *testing.T) {
	for _, tt := range []struct {
		cfg      agentperf.Config
		capacity int
		most     int
		says     string
		fails    bool
	}{
		{agentperf.Config{Start: 1, MaxAgents: 4096}, 20000, 4096, "", false},
		{agentperf.Config{Start: 1, MaxAgents: 4096}, 4096, 4096, "", false},
		{agentperf.Config{Start: 1, MaxAgents: 4096}, 100, 100, "the fleet can run 100 agents: the search goes no further, where 4096 were asked for", false},
		{agentperf.Config{Start: 101, MaxAgents: 101}, 100, 101, "", true},
		{agentperf.Config{Profile: "aa-2026-06"}, 10, 10, "the fleet can run 10 agents", false},
		{agentperf.Config{Profile: "aa-2026-06"}, 1_000_000, 0, "", false},
		{agentperf.Config{Assigned: make([][]string, 8)}, 10, 0, "", false},
		{agentperf.Config{Assigned: make([][]string, 8)}, 6, 6, "where 8 were", false},
	} {
		var said []string
		c := &controller{}
		c.notes.to(func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
		cfg := tt.cfg
		err := c.bound(&cfg, tt.capacity)
		if (err != nil) != tt.fails || cfg.MaxAgents != tt.most || tt.says == "" && len(said) > 0 || !strings.Contains(strings.Join(said, "\n"), tt.says) {
			t.Errorf("%d of %+v: at most %d, %v, %q", tt.capacity, tt.cfg, cfg.MaxAgents, err, said)
		}
	}
}
