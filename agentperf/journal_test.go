package agentperf_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// measured runs a search in virtual time, with a journal if there is a folder.
func measured(t *testing.T, dir string, change func(*agentperf.Config)) (r *agentperf.Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(15), Rules: brief(), Verdict: agentperf.ControlledRule, Journal: dir,
		}
		if change != nil {
			change(&cfg)
		}
		r, err = agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg))
	})
	return r, err
}

// same are the parts of two reports that must be: all but when they were made, how the
// client fared, and how much came from a journal. How long a drain takes depends on who
// was first at an instant at which several are.
var same = cmp.Options{
	cmpopts.IgnoreFields(agentperf.Report{}, "Started", "Resumed", "Config", "Preflight"),
	cmpopts.IgnoreFields(agentperf.PhaseResult{}, "Client", "PhaseSeconds"),
	cmpopts.IgnoreFields(agentperf.TierResult{}, "SpentSeconds"),
	cmpopts.IgnoreUnexported(agentperf.PhaseResult{}),
}

// Wherever a run was cut off, it ends as if it had not been.
func TestResumeAfterEveryRecord(t *testing.T) {
	for _, rule := range []agentperf.VerdictRule{agentperf.ControlledRule, agentperf.PointRule} {
		t.Run(string(rule), func(t *testing.T) {
			change := func(c *agentperf.Config) {
				c.Verdict = rule
				if rule == agentperf.PointRule {
					c.Rules.Measure = 20e9
				}
			}
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
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte(`"measured":true`))
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
		{"config.seed: was \"42\", now \"43\"", func(c *agentperf.Config) { c.Seed = 43 }},
		{"config.rules.settle_seconds: was 4, now 5", func(c *agentperf.Config) { c.Rules.Settle = 5e9 }},
		{"config.error_rate: was 0.01, now 0.05", func(c *agentperf.Config) { c.ErrorRate = 0.05 }},
		{"tiers[0].SpeedFloor: was 15, now 9", func(c *agentperf.Config) { c.Tiers = floor(9) }},
		{"config.workload_sha256: was", func(c *agentperf.Config) { c.Workload = workload(t, 3, []int{20, 8, 33}, 0) }},
		{"config.workload_sha256: was", func(c *agentperf.Config) { c.Workload.Trajectories[1].Turns[2].Tools = json.RawMessage(`[]`) }},
		{"config.workload_sha256: was", func(c *agentperf.Config) { c.Workload.Trajectories[0].Turns[0].HumanDelay = 1 }},
	} {
		r, err := measured(t, dir, tt.change)
		if err == nil || !strings.Contains(err.Error(), tt.want) || r == nil {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

// What an earlier run has learnt is not asked again, and phases of another
// configuration are no evidence.
func TestEarlierReports(t *testing.T) {
	first, err := measured(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed = []*agentperf.Report{first}, 7 })
	if err != nil || len(again.Phases) != 0 {
		t.Errorf("%d phases more, %v", len(again.Phases), err)
	}
	for i, tier := range again.Tiers {
		if tier.MaxAgents != first.Tiers[i].MaxAgents || !tier.Confirmed {
			t.Errorf("%+v, want %d", tier, first.Tiers[i].MaxAgents)
		}
	}
	part := *first
	part.Phases = part.Phases[:4]
	if again, err = measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed = []*agentperf.Report{&part}, 7 }); err != nil || len(again.Phases) != len(first.Phases)-4 {
		t.Errorf("%d phases after 4 of %d, %v", len(again.Phases), len(first.Phases), err)
	}
	_, err = measured(t, "", func(c *agentperf.Config) {
		c.Earlier, c.Seed, c.MaxStart = []*agentperf.Report{first}, 7, 3
	})
	if err == nil || !strings.Contains(err.Error(), "Earlier[0] is of another configuration:\n  max_start_turn: was 10, now 3") {
		t.Error(err)
	}
	for want, earlier := range map[string][]*agentperf.Report{
		"Earlier[1].Phases[0] is Earlier[0].Phases[0] too": {first, first},
		"Earlier[0] has the seed 7 of this run":            {{Schema: first.Schema, Config: withSeed(first.Config, 7)}},
		"Earlier[0].Phases[2]: evidence on tier 15@1m0s: criterion output_speed: block 0 has 1 requests, 2 of them bad": {spoilt(t, first, 2, `"blocks":[[`, `"blocks":[[1,2],[`)},
		"Earlier[0].Phases[2]: evidence on tier 15@1m0s: criterion \"output_speed\" with a limit of 0.9":                {spoilt(t, first, 2, `"limit":0.25`, `"limit":0.9`)},
		"Earlier[0].Phases[1]: 1000000002 agents": {func() *agentperf.Report {
			r := spoilt(t, first, 0, "", "")
			r.Phases[1].Agents += 1e9
			return r
		}()},
	} {
		_, err = measured(t, "", func(c *agentperf.Config) { c.Earlier, c.Seed = earlier, 7 })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func withSeed(c agentperf.ConfigEcho, seed uint64) agentperf.ConfigEcho {
	c.Seed = seed
	return c
}

// spoilt returns a report in which the evidence of a phase is another.
func spoilt(t *testing.T, r *agentperf.Report, phase int, old, now string) *agentperf.Report {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var c agentperf.Report
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	v := &c.Phases[phase].Verdicts[0]
	v.Evidence = bytes.Replace(v.Evidence, []byte(old), []byte(now), 1)
	return &c
}

// A phase that was interrupted counts for nothing and is run again.
func TestInterruptedWithJournal(t *testing.T) {
	dir := t.TempDir()
	why := errors.New("enough")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cfg := agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(15), Rules: brief(), Verdict: agentperf.ControlledRule, Journal: dir,
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
