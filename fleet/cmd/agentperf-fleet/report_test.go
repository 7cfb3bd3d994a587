package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// report reads a report.
func report(t *testing.T, file string) *agentperf.Report {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := new(agentperf.Report)
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// right checks that a report has the answer.
func right(t *testing.T, r *agentperf.Report) {
	t.Helper()
	if !r.Complete || len(r.Tiers) != 1 || r.Tiers[0].MaxAgents != holds || r.Tiers[0].FirstFailingAgents == nil || *r.Tiers[0].FirstFailingAgents != holds+1 {
		t.Errorf("the answer is %+v, want %d agents", r.Tiers, holds)
	}
}

// broken checks that the first phase is invalid because of something, and that the next one
// has as many agents and is valid.
func broken(t *testing.T, r *agentperf.Report, words string) {
	t.Helper()
	if len(r.Phases) < 2 {
		t.Fatalf("%d phases, want one that is repeated", len(r.Phases))
	}
	first, second := &r.Phases[0], &r.Phases[1]
	if !strings.Contains(first.Invalid, words) || first.Agents != holds || second.Agents != holds || second.Invalid != "" {
		t.Errorf("phases of %d agents (%q) and %d (%q), want an invalid one of %d, for %q, and a valid one", first.Agents, first.Invalid, second.Agents, second.Invalid, holds, words)
	}
}

// kept reports whether a file of a folder has some words.
func kept(t *testing.T, folder, words string) (found bool) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(text, []byte(words))
	}
	return found
}
