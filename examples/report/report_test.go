package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
)

const aiperf = "../../internal/requestlog/testdata/aiperf"

// own is a phase of one agent, as maxusers writes it: one answer of 31 tokens at 20 tokens/s.
const own = `{"phase_idx":0,"request_id":"0-0-0","user_id":0,"conversation_id":"t","conversation_idx":0,"start_time":1790000061.5,"end_time":1790000063.25,"success":true,"ttft":0.25,"server_input_tokens":100,"server_output_tokens":31,"session":"s","outcome":"ok","max_tokens":31,"events":31,"first_events":1,"bytes":124,"tokens":31,"token_source":"usage","first_tokens":1,"first_tokens_source":"estimated","rest_ns":0,"begun_ns":61500000000,"due_ns":61500000000,"sent_ns":61500000000,"first_ns":61750000000,"lead_ns":61750000000,"tenth_ns":62000000000,"last_ns":63250000000,"made_ns":63250000000,"end_ns":63250000000}
{"run":"0123456789abcdef","phase_idx":0,"agents":1,"anchor":"2026-09-21T14:13:20Z","all_up_ns":0,"settled_ns":60000000000,"window_end_ns":100000000000,"end_ns":100000000000,"ending":"complete","completed":30,"least_completed":30,"straddling":0,"seed":"1","draw":0,"workload_sha256":""}
`

func program(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// The report names its source, in the table and in the JSON.
func TestJudge(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	status, out, errs := program(t, "judge", aiperf, "-slo", "160@1s", "-slo", "170@1s", "-json", file)
	if status != cli.OK || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{"Judged from records of AIPerf, not measured here: ", "4 agents", "pass    fail", "Not audited", "request_latency - time_to_first_token"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	var r agentperf.Report
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil || r.Source == nil || r.Source.Clients[0] != "AIPerf" || !r.Complete || r.Tiers[0].MaxAgents != 4 || r.Phases[0].Figures == nil {
		t.Errorf("%v: %s", err, text)
	}
}

// Rows that were written for another client have the same answer as what they were written
// from.
func TestRowsAndBack(t *testing.T) {
	dir := t.TempDir()
	requests, folder := filepath.Join(dir, "requests.jsonl"), filepath.Join(dir, "aa")
	if err := os.WriteFile(requests, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := program(t, "rows", requests, folder, "-model", "a/b"); status != cli.OK || !strings.HasPrefix(out, "1 phases in ") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	if _, err := os.Stat(filepath.Join(folder, "a-b__1u__phase0__dur40s__settle60s__traj30.jsonl")); err != nil {
		t.Error(err)
	}
	table := func(file string) string {
		status, out, errs := program(t, "judge", file, "-slo", "20@250ms", "-slo", "20.1@1s", "-slo", "e2e:17.7")
		if status != cli.OK {
			t.Fatalf("status %d: %s", status, errs)
		}
		_, out, _ = strings.Cut(out, "\n")
		return out
	}
	before, after := table(requests), table(folder)
	if before != after || !strings.Contains(before, " 20.0 ") || !strings.Contains(before, "pass     fail      pass") {
		t.Errorf("from requests:\n%s\nfrom rows:\n%s", before, after)
	}
}

func TestStatus(t *testing.T) {
	dir := t.TempDir()
	requests := filepath.Join(dir, "requests.jsonl")
	if err := os.WriteFile(requests, []byte(strings.Replace(own, `"settled_ns":60000000000`, `"settled_ns":90000000000`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want int
		text string
	}{
		{nil, cli.Usage, "a command is missing"},
		{[]string{"jugde"}, cli.Usage, `unknown command "jugde"`},
		{[]string{"-h"}, cli.OK, "rows REQUESTS FOLDER"},
		{[]string{"judge"}, cli.Usage, "FILE is missing"},
		{[]string{"judge", "-h"}, cli.OK, "Usage: report judge [flags] FILE..."},
		{[]string{"judge", aiperf, "-slo", "x"}, cli.Usage, "expected SPEED@TTFT"},
		{[]string{"judge", aiperf, "-agents", "0"}, cli.Usage, "-agents is 0"},
		{[]string{"judge", aiperf, "-min-per-agent", "-1"}, cli.Usage, "expected 0 or more"},
		{[]string{"judge", aiperf, "-error-rate", "0.05"}, cli.Usage, "-error-rate and -workload go together"},
		{[]string{"judge", aiperf, "-error-rate", "0.5", "-workload", "preset:demo"}, cli.Usage, "less than 0.5"},
		{[]string{"judge", aiperf, "-error-rate", "0.05", "-workload", "preset:nothing"}, cli.Failed, "nothing"},
		{[]string{"judge", aiperf, "-error-rate", "0.05", "-workload", "preset:demo"}, cli.Failed, "journal.jsonl"},
		{[]string{"judge", requests, "-json", requests}, cli.Usage, "-json would overwrite"},
		{[]string{"judge", requests}, cli.Failed, "no request was measured"},
		{[]string{"judge", filepath.Join(dir, "none")}, cli.Failed, "no such file"},
		{[]string{"rows", requests}, cli.Usage, "expected REQUESTS"},
		{[]string{"rows", requests, dir}, cli.Failed, "is not empty"},
		{[]string{"rows", aiperf, filepath.Join(dir, "new")}, cli.Failed, "not a request that agentperf wrote"},
	} {
		if status, _, errs := program(t, tt.args...); status != tt.want || !strings.Contains(errs, tt.text) {
			t.Errorf("%q: status %d, want %d with %q:\n%s", tt.args, status, tt.want, tt.text, errs)
		}
	}
}

// What records and names of files say obeys nobody's terminal.
func TestHostileText(t *testing.T) {
	const hostile = "x\x1b[31m\u202e\nFAKE\x07"
	dir := filepath.Join(t.TempDir(), "odd\nFAKE folder\x1b[2J")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Skip(err)
	}
	said, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	failed := strings.NewReplacer(`"success":true`, `"success":false,"error":`+string(said), `"outcome":"ok"`, `"outcome":`+string(said)).Replace(own)
	name := filepath.Join(dir, "requests.jsonl")
	for _, text := range []string{failed, own, `{"` + hostile} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Skip(err)
		}
		_, out, errs := program(t, "judge", name)
		for _, shown := range []string{out, errs} {
			if i := strings.IndexFunc(shown, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 || strings.Contains(shown, "\nFAKE") {
				t.Errorf("it shows %q", shown)
			}
		}
	}
}
