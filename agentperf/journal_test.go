package agentperf_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

// measured runs a search in virtual time, with a journal if there is a folder.
func measured(t *testing.T, dir string, change func(*agentperf.Config)) (r *agentperf.Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(15), Rule: brief(), Journal: dir,
		}
		if change != nil {
			change(&cfg)
		}
		r, err = agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg))
	})
	return r, err
}

// same are the parts of two reports that must be: all but when they were made, by which run, how the
// client fared, and how much came from a journal. How long a drain takes depends on who
// was first at an instant at which several are.
var same = cmp.Options{
	cmpopts.IgnoreFields(agentperf.Report{}, "Started", "Run", "Resumed", "Config", "Preflight"),
	cmpopts.IgnoreFields(agentperf.PhaseResult{}, "Client", "PhaseSeconds", "Run"),
	cmpopts.IgnoreFields(agentperf.TierResult{}, "SpentSeconds"),
}

// Wherever a run was cut off, it ends as if it had not been.
func TestResumeAfterEveryRecord(t *testing.T) {
	for _, rule := range []agentperf.Rule{brief(), short} {
		t.Run(rule.String(), func(t *testing.T) {
			change := func(c *agentperf.Config) { c.Rule = rule }
			dir := t.TempDir()
			want, err := measured(t, dir, change)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.SplitAfter(text, []byte("\n"))
			lines = lines[:len(lines)-1]
			if len(lines) != 1+len(want.Phases) {
				t.Fatalf("%d lines for %d phases", len(lines), len(want.Phases))
			}
			for kept := range len(lines) + 1 {
				again := t.TempDir()
				// What a kill leaves behind: half a line after the last whole one.
				cut := bytes.Join(lines[:kept], nil)
				if kept < len(lines) {
					cut = append(cut, lines[kept][:len(lines[kept])/2]...)
				}
				if err := os.WriteFile(filepath.Join(again, "journal.jsonl"), cut, 0o644); err != nil {
					t.Fatal(err)
				}
				if kept > 0 {
					side, err := os.ReadFile(filepath.Join(dir, "requests.jsonl.gz"))
					if err == nil {
						err = os.WriteFile(filepath.Join(again, "requests.jsonl.gz"), side, 0o644)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				got, err := measured(t, again, change)
				if err != nil {
					t.Fatalf("with %d lines: %v", kept, err)
				}
				torn := slices.ContainsFunc(got.Warnings, isTorn)
				if torn != (kept > 0 && kept < len(lines)) {
					t.Errorf("with %d of %d lines: a torn line is said: %v", kept, len(lines), torn)
				}
				got.Warnings = slices.DeleteFunc(got.Warnings, isTorn)
				if d := cmp.Diff(want, got, same); d != "" || got.Resumed != max(0, kept-1) {
					t.Fatalf("with %d lines, %d phases taken up:\n%s", kept, got.Resumed, d)
				}
				rows := requestRows(t, again)
				if all := requestRows(t, dir); rows != all {
					t.Errorf("with %d lines there are %d requests, want %d", kept, rows, all)
				}
			}
		})
	}
}

// requestRows counts the measured requests in a journal. Of others there may be one more
// or less at the instant at which a phase ends.
func requestRows(t *testing.T, dir string) int {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "requests.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, lines := 0, json.NewDecoder(z)
	var waiting []agentperf.Request
	for {
		var line struct {
			agentperf.Request
			Anchor    *time.Time    `json:"anchor"`
			Settled   time.Duration `json:"settled_ns"`
			WindowEnd time.Duration `json:"window_end_ns"`
		}
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if line.Anchor == nil {
			waiting = append(waiting, line.Request)
			continue
		}
		for _, r := range waiting {
			if r.Begun >= line.Settled && r.Begun < line.WindowEnd {
				rows++
			}
		}
		waiting = nil
	}
	return rows
}

// A journal is of one configuration.
func TestJournalOfAnotherConfiguration(t *testing.T) {
	dir := t.TempDir()
	if _, err := measured(t, dir, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want   string
		change func(*agentperf.Config)
	}{
		{`seed: was "42", now "43"`, func(c *agentperf.Config) { c.Seed = 43 }},
		{`identity.Rule.Settle: was "4s", now "5s"`, func(c *agentperf.Config) {
			r := brief()
			r.Settle = 5e9
			c.Rule = r
		}},
		{"identity.Rule.ErrorRate: was 0.01, now 0.05", func(c *agentperf.Config) {
			r := brief()
			r.ErrorRate = 0.05
			c.Rule = r
		}},
		{`identity.Policy.FailurePause: was "1s", now "3s"`, func(c *agentperf.Config) { c.Policy.FailurePause = 3e9 }},
		{`identity.Endpoint.Header`, func(c *agentperf.Config) { c.Endpoint.Header = http.Header{"X-Replica": {"b"}} }},
		{`identity.Label: was "", now "another"`, func(c *agentperf.Config) { c.Label = "another" }},
		{"tiers[0].SpeedFloor: was 15, now 9", func(c *agentperf.Config) { c.Tiers = floor(9) }},
		{"workload_sha256: was", func(c *agentperf.Config) { c.Workload = workload(t, 3, []int{20, 8, 33}, 0) }},
		{"workload_sha256: was", func(c *agentperf.Config) { c.Workload.Trajectories[1].Turns[2].Tools = json.RawMessage(`[]`) }},
		{"workload_sha256: was", func(c *agentperf.Config) { c.Workload.Trajectories[0].Turns[0].HumanDelay = 1 }},
	} {
		r, err := measured(t, dir, tt.change)
		if err == nil || !strings.Contains(err.Error(), tt.want) || r == nil {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

// A key that was rotated, and how many numbers may be tried, make no other measurement.
func TestJournalOfTheSameConfiguration(t *testing.T) {
	dir := t.TempDir()
	first, err := measured(t, dir, func(c *agentperf.Config) {
		c.Endpoint.APIKey = "sk-first-key-of-this-test"
		c.Endpoint.Header = http.Header{"X-Replica": {"a"}, "X-Api-Key": {"one"}}
		c.MaxPhases = 3
	})
	if !errors.Is(err, agentperf.ErrUndecided) || len(first.Phases) != 3 { // so far
		t.Fatal(len(first.Phases), err)
	}
	again, err := measured(t, dir, func(c *agentperf.Config) {
		c.Endpoint.APIKey = "sk-second-key-of-this-test"
		c.Endpoint.Header = http.Header{"X-Replica": {"a"}, "X-Api-Key": {"two"}}
		c.MaxAgents = 64
	})
	if err != nil || again.Resumed != 3 || !again.Complete {
		t.Errorf("%d phases taken up, %v", again.Resumed, err)
	}
	_, err = measured(t, dir, func(c *agentperf.Config) {
		c.Endpoint.Header = http.Header{"X-Replica": {"b"}, "X-Api-Key": {"two"}}
	})
	if err == nil || !strings.Contains(err.Error(), "X-Replica") {
		t.Errorf("another header value resumes the journal of another system: %v", err)
	}
}

// What an earlier run has learned is not asked again, and phases of another
// configuration are no evidence.
func TestEarlierJournals(t *testing.T) {
	dir := t.TempDir()
	first, err := measured(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	after := func(earlier ...string) (*agentperf.Report, error) {
		return measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed = earlier, 7 })
	}
	again, err := after(dir)
	if err != nil || len(again.Phases) != 0 {
		t.Errorf("%d phases more, %v", len(again.Phases), err)
	}
	for i, tier := range again.Tiers {
		if tier.MaxAgents != first.Tiers[i].MaxAgents || !tier.Confirmed {
			t.Errorf("%+v, want %d", tier, first.Tiers[i].MaxAgents)
		}
	}
	part := copyJournal(t, dir, func(lines []string) []string { return lines[:5] })
	if again, err = after(part); err != nil || len(again.Phases) == 0 || again.Phases[0].Agents == first.Phases[0].Agents {
		t.Errorf("%d phases after 4 of %d, %v", len(again.Phases), len(first.Phases), err)
	}
	_, err = measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed, c.MaxStart = []string{dir}, 7, 3 })
	if err == nil || !strings.Contains(err.Error(), "is of another configuration:\n  identity.MaxStart: was 10, now 3") {
		t.Error(err)
	}
	_, err = measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed, c.Tiers = []string{dir}, 7, floor(3) })
	if err == nil || !strings.Contains(err.Error(), "it has no tier 3@1m0s") {
		t.Error(err)
	}
	_, err = measured(t, "", func(c *agentperf.Config) { c.Earlier = []string{dir} })
	if err == nil || !strings.Contains(err.Error(), "the seed 42 of this run") {
		t.Error(err)
	}
	for want, earlier := range map[string][]string{
		"no evidence":  {copyJournal(t, dir, func(lines []string) []string { return lines[:1] })},
		"no such file": {filepath.Join(dir, "nowhere")},
		"is of schema \"agentperf.report/1\", expected agentperf.journal/3": {copyJournal(t, dir, func(lines []string) []string {
			return []string{reseal(strings.Replace(lines[0], "agentperf.journal/3", "agentperf.report/1", 1))}
		})},
		"block 0 has 1 requests, 2 of them bad": {copyJournal(t, dir, func(lines []string) []string {
			lines[3] = reseal(strings.Replace(lines[3], `"blocks":[[`, `"blocks":[[1,2],[`, 1))
			return lines
		})},
		`criterion "output_speed" with a limit of 0.9`: {copyJournal(t, dir, func(lines []string) []string {
			lines[3] = reseal(strings.Replace(lines[3], `"limit":0.25`, `"limit":0.9`, 1))
			return lines
		})},
		"1000000002 agents": {copyJournal(t, dir, func(lines []string) []string {
			lines[2] = reseal(strings.Replace(lines[2], `"observation":{"agents":2`, `"observation":{"agents":1000000002`, 1))
			return lines
		})},
	} {
		if _, err := after(earlier...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func isTorn(w metrics.Warning) bool { return w.Code == "journal_torn" }

// A record that is there twice counts once, in the journal of the run and as evidence, and a
// bit that has flipped in the last line is said.
func TestRepeatedAndFlippedRecords(t *testing.T) {
	dir := t.TempDir()
	first, err := measured(t, dir, func(*agentperf.Config) {})
	if err != nil {
		t.Fatal(err)
	}
	says := func(r *agentperf.Report, code string) bool {
		return slices.ContainsFunc(r.Warnings, func(w metrics.Warning) bool { return w.Code == code })
	}
	twice := func(lines []string) []string { return slices.Insert(lines, 2, lines[1]) }
	again, err := measured(t, copyJournal(t, dir, twice), func(*agentperf.Config) {})
	if err != nil || again.Resumed != len(first.Phases) || len(again.Phases) != len(first.Phases) || !says(again, "repeated_record") {
		t.Errorf("%v, %d phases of %d taken up, %d in all: %v", err, again.Resumed, len(first.Phases), len(again.Phases), again.Warnings)
	}
	once, err := measured(t, "", func(c *agentperf.Config) { c.Seed, c.Earlier = 7, []string{dir} })
	if err != nil {
		t.Fatal(err)
	}
	for _, earlier := range [][]string{{dir, dir}, {copyJournal(t, dir, twice)}} {
		more, err := measured(t, "", func(c *agentperf.Config) { c.Seed, c.Earlier = 7, earlier })
		if err != nil || !says(more, "repeated_record") || says(once, "repeated_record") {
			t.Fatalf("%v: %v", err, more.Warnings)
		}
		if d := cmp.Diff(once.Tiers, more.Tiers); d != "" {
			t.Errorf("a record that is there twice counts twice:\n%s", d)
		}
	}
	flipped := copyJournal(t, dir, func(lines []string) []string {
		last := []byte(lines[len(lines)-1])
		last[len(last)/2] ^= 1
		return append(lines[:len(lines)-1], string(last))
	})
	again, err = measured(t, flipped, func(*agentperf.Config) {})
	if err != nil || again.Resumed != len(first.Phases)-1 || !says(again, "journal_torn") {
		t.Errorf("%v, %d phases of %d taken up: %v", err, again.Resumed, len(first.Phases), again.Warnings)
	}
}

// copyJournal returns the folder of a journal with other lines.
func copyJournal(t *testing.T, dir string, change func(lines []string) []string) string {
	t.Helper()
	again := t.TempDir()
	text, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := change(strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n"))
	if err := os.WriteFile(filepath.Join(again, "journal.jsonl"), []byte(strings.TrimSuffix(strings.Join(lines, ""), "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile(filepath.Join(dir, "requests.jsonl.gz"))
	if err == nil {
		err = os.WriteFile(filepath.Join(again, "requests.jsonl.gz"), rows, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// reseal returns a line with the checksum that it ought to have.
func reseal(line string) string {
	line = strings.TrimSuffix(line, "\n")
	_, rest, _ := strings.Cut(line, `,"kind"`)
	rest = `"kind"` + rest
	return fmt.Sprintf("{\"crc\":\"%08x\",%s\n", crc32.Checksum([]byte(rest), crc32.MakeTable(crc32.Castagnoli)), rest)
}

// A phase that was interrupted counts for nothing and is run again.
func TestInterruptedWithJournal(t *testing.T) {
	dir := t.TempDir()
	why := errors.New("enough")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cfg := agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(15), Rule: brief(), Journal: dir,
			Progress: func(e agentperf.Event) {
				if e.Phase == 3 && e.Stage == "measuring" {
					cancel(why)
				}
			},
		}
		if _, err := agentperf.Run(ctx, inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg)); !errors.Is(err, why) {
			t.Error(err)
		}
	})
	want, err := measured(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := measured(t, dir, nil)
	if err != nil || got.Resumed != 3 {
		t.Fatal(got.Resumed, err)
	}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Error(d)
	}
}

// A report is no evidence, and is told from a journal.
func TestEarlierReportIsRefused(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(report, []byte(`{"schema":"agentperf.report/2"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := measured(t, "", func(c *agentperf.Config) { c.Earlier = []string{report} })
	if err == nil || !strings.Contains(err.Error(), "is a file, expected the folder of a journal") {
		t.Error(err)
	}
}
