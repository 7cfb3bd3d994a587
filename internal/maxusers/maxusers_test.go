package maxusers

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// The answers on a real clock are right only on a machine that has time for
// them, which other tests at the same moment do not leave.
var realtime = flag.Bool("realtime", false, "check the answers in real time; run nothing else beside it")

// maxusers runs the program.
func maxusers(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(ctx, Program{Args: args, Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	return status, out.String(), errs.String()
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server, err := endpointtest.Serve(handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.URL
}

// limits returns the answers in a report file.
func limits(t *testing.T, file string) []int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r agentperf.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != agentperf.Schema || !r.Complete {
		t.Errorf("schema %q, complete %v", r.Schema, r.Complete)
	}
	var n []int
	for _, tier := range r.Tiers {
		n = append(n, tier.MaxAgents)
	}
	return n
}

func TestKnownAnswersInRealTime(t *testing.T) {
	if !*realtime {
		t.Skip("needs the machine for itself: go test ./internal/maxusers -realtime")
	}
	const ms = time.Millisecond
	for _, tt := range []struct {
		name   string
		engine *endpointtest.Engine
		slo    []string
		want   []int
	}{
		{"one token per event", &endpointtest.Engine{Capacity: 1150}, []string{"100@5s", "250@5s"}, []int{11, 4}},
		{"four, and an early role", &endpointtest.Engine{Capacity: 1150, TokensPerEvent: 4, EarlyRole: true}, []string{"100@5s", "250@5s"}, []int{11, 4}},
		{"TTFT", &endpointtest.Engine{Capacity: 1150, TTFT: 20 * ms, TTFTPerOther: 20 * ms}, []string{"50@210ms"}, []int{10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "report.json")
			args := []string{"-endpoint", serve(t, tt.engine), "-measure", "3s", "-settle", "500ms", "-spawn-rate", "40", "-json", file}
			for _, s := range tt.slo {
				args = append(args, "-slo", s)
			}
			status, stdout, stderr := maxusers(t, t.Context(), args...)
			if status != cli.OK {
				t.Fatalf("status %d\n%s", status, stderr)
			}
			for i, n := range limits(t, file) {
				if n != tt.want[i] {
					t.Errorf("%s: %d agents, want %d\n%s", tt.slo[i], n, tt.want[i], stdout)
				}
			}
		})
	}
}

// What the command line promises, where no figure depends on the clock.
func TestExitStatus(t *testing.T) {
	engine := serve(t, &endpointtest.Engine{PerRequest: 400})
	dead := serve(t, http.NotFoundHandler())
	folder := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	row := func(i string) string {
		return `{"conversation_id":"c","conversation_idx":` + i + `,"messages":[{"role":"user","content":"hi"}],"tools":null,"target_output_tokens":20}` + "\n"
	}
	quick := []string{"-endpoint", engine, "-client-lag", "-1s", "-measure", "100ms", "-settle", "0s", "-spawn-rate", "0"}
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		words  string // on either output
	}{
		{"pass", append(quick, "-agents", "2", "-slo", "1@60s"), cli.OK, "2 agents hold."},
		{"fail", append(quick, "-agents", "2", "-slo", "1@60s", "-slo", "100000@60s"), tierFails, "100000 tokens/s with TTFT of at most 1m0s: 2 agents do not hold: P25 output speed"},
		{"system", append(quick, "-agents", "2", "-slo", "1@60s", "-system", write("named.json", `{"name": "from the file", "engine": "x", "accelerators": [{"name": "H200", "count": 8}]}`), "-engine", "y", "-price", "2", "-label", "site=a"), cli.OK, "    system: from the file\n    engine: y\n    accelerators: 8 H200\n    site: a\n"},
		{"system divides", append(quick, "-agents", "2", "-slo", "1@60s", "-system", write("system.json", `{"accelerators": [{"name": "H200", "count": 8}]}`)), cli.OK, "agents per accelerator"},
		{"bad system", append(quick, "-system", write("badsystem.json", "{\n\"gpus\": 8}")), cli.Usage, `badsystem.json: line 2: unknown field "gpus", expected accelerators,`},
		{"contradiction", append(quick, "-accelerators", "4", "-system", write("system.json", `{"accelerators": [{"name": "H200", "count": 8}]}`)), cli.Usage, "the identity has 8 accelerators (8 H200), but capacity is divided by 4"},
		{"list", append(quick, "-agents", "1,2,3", "-slo", "1@60s", "-slo", "100000@60s"), cli.OK, "1 tokens/s with TTFT of at most 1m0s: at least 3 agents; more were not seen to fail."},
		{"list in disorder", []string{"-agents", "4,2"}, cli.Usage, "-agents has 2 after 4, expected increasing numbers"},
		{"companion of a list", []string{"-agents", "2,4", "-companion"}, cli.Usage, "-companion is for a check of one number"},
		{"no list", []string{"-agents", "2,x"}, cli.Usage, "expected whole numbers separated by commas"},
		{"search", append(quick, "-max-agents", "3", "-slo", "1@60s", "-slo", "100000@60s"), cli.OK, "1 tokens/s with TTFT of at most 1m0s: at least 3 agents; more were not seen to fail."},
		{"workload", append(quick, "-agents", "1", "-slo", "1@60s", "-workload", write("good.jsonl", row("0")+row("1"))), cli.OK, "1 agent holds."},
		{"no server", []string{"-endpoint", "http://127.0.0.1:1", "-model", "x"}, cli.Failed, "refused"},
		{"no API", []string{"-endpoint", dead, "-model", "x"}, cli.Failed, "HTTP status 404"},
		{"no such model", append(quick, "-model", "other"), cli.Failed, `the model "other" does not exist`},
		{"no such host", []string{"-endpoint", "http://no-such-host.invalid", "-model", "x"}, cli.Failed, "local"},
		{"no workload", append(quick, "-workload", filepath.Join(folder, "missing.jsonl")), cli.Failed, "missing.jsonl"},
		{"gap", append(quick, "-workload", write("gap.jsonl", row("0")+row("2"))), cli.Failed, "gap.jsonl:2"},
		{"bad JSON", append(quick, "-workload", write("bad.jsonl", row("0")+"{\n")), cli.Failed, "bad.jsonl:2"},
		{"escape", append(quick, "-workload", write("manifest.json", `{"version":1,"mode":"single_user_agentic_replay","name":"x","source":"x","tasks":[{"task_id":"a","trace":"../../x.jsonl","source_recording":"x","model_calls":1,"tool_calls":0,"total_recorded_tool_delay_ms":0}]}`)), cli.Failed, "../../x.jsonl"},
		{"nothing fits", append(quick, "-context", "10"), cli.Failed, "no trajectory fits a context of 10 tokens"},
		{"same tier twice in a check", append(quick, "-agents", "1", "-slo", "100@5s", "-slo", "1e2@5000ms"), cli.Usage, "a second tier is called"},
		{"too many agents", []string{"-agents", "4611686018427387903"}, cli.Usage, "expected 0 to 1000000"},
		{"several choices", []string{"-field", "n=3"}, cli.Usage, "several choices"},
		{"never ends", []string{"-spawn-rate", "1e-300"}, cli.Usage, "Rule.SpawnRate is 1e-300"},
		{"key in URL", []string{"-endpoint", "https://sk-hunter2@host/v1?key=hunter2"}, cli.Usage, "holds credentials"},
		{"bad SLO", []string{"-slo", "100"}, cli.Usage, "expected SPEED@TTFT"},
		{"bad TTFT", []string{"-slo", "100@5"}, cli.Usage, "expected a duration"},
		{"bad set", []string{"-slo-set", "x"}, cli.Usage, "only gpt-oss-120b"},
		{"bad rules", []string{"-rules", "x"}, cli.Usage, "expected published or quick"},
		{"budget", []string{"-rules", "quick", "-budget", "1h"}, cli.Usage, "-budget is for -verdict controlled, not point"},
		{"scan", []string{"-rules", "published", "-scan"}, cli.Usage, "-scan is for -verdict controlled, not point"},
		{"companion", []string{"-measure", "1m", "-agents", "2", "-companion"}, cli.Usage, "-companion is for -verdict controlled, not point"},
		{"no budget", []string{"-budget", "0s"}, cli.Usage, "-budget is 0s, expected more than 0"},
		{"scan of one", []string{"-agents", "8", "-scan"}, cli.Usage, "with -agents only the one named is measured"},
		{"companion of a search", []string{"-companion"}, cli.Usage, "-companion is for a check of one number with -agents"},
		{"bad window", []string{"-measure", "0s"}, cli.Usage, "-measure is 0s"},
		{"bad agents", []string{"-agents", "0"}, cli.Usage, "-agents is 0"},
		{"bad limits", []string{"-start", "9", "-max-agents", "3"}, cli.Usage, "Start is 9"},
		{"bad URL", []string{"-endpoint", "host:8000"}, cli.Usage, "expected one like http://host:8000"},
		{"bad output", []string{"-output", "x"}, cli.Usage, "expected exact, cap or free"},
		{"bad delay", []string{"-tool-delay", "x"}, cli.Usage, "expected recorded, sampled or none"},
		{"bad waits", []string{"-human-waits", "-1s"}, cli.Usage, "HumanWaits is -1s"},
		{"bad prefix", []string{"-cache-prefix", "x"}, cli.Usage, "expected after-system, front or none"},
		{"bad field", []string{"-field", "x"}, cli.Usage, "expected name=value"},
		{"set field", []string{"-field", "model=x"}, cli.Usage, `"model" is set for each request`},
		{"bad timeout", []string{"-request-timeout", "0s"}, cli.Usage, "-request-timeout is 0s"},
		{"no key", []string{"-api-key-env", "NO_SUCH_KEY"}, cli.Usage, "-api-key-env: the environment variable that it names is empty or not set"},
		{"key for a variable", []string{"-api-key-env", "sk-hunter2"}, cli.Usage, "expected the name of a variable, not a key"},
		{"header with a colon", []string{"-header", "Authorization: Bearer hunter2"}, cli.Usage, "-header: expected name=value"},
		{"header with a colon and padding", []string{"-header", "Authorization: Basic hunter2=="}, cli.Usage, "-header: expected name=value"},
		{"header without quotes", []string{"-header", "Authorization=Bearer", "hunter2"}, cli.Usage, "a value with a space needs quotes"},
		{"field with a colon", []string{"-field", "api_key: hunter2"}, cli.Usage, "-field: expected name=value"},
		{"bad file", []string{"-json", filepath.Join(folder, "no", "such", "folder")}, cli.Usage, "-json"},
		{"argument", []string{"8"}, cli.Usage, `unexpected argument "8"`},
		{"flag", []string{"-no-such-flag"}, cli.Usage, "no-such-flag"},
		{"help", []string{"-h"}, cli.OK, "-endpoint"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := maxusers(t, t.Context(), tt.args...)
			if strings.Contains(stdout+stderr, "hunter2") {
				t.Error("a secret is shown")
			}
			if status != tt.status || !strings.Contains(stdout+stderr, tt.words) {
				t.Errorf("status %d, want %d and %q\n%s%s", status, tt.status, tt.words, stdout, stderr)
			}
		})
	}
}

// What is written never destroys what is read.
func TestOutputsAreNoInputs(t *testing.T) {
	folder := t.TempDir()
	sessions := filepath.Join(folder, "sessions.jsonl")
	const text = `{"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"hi"}]}` + "\n"
	if err := os.WriteFile(sessions, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-workload", sessions, "-json", sessions}, {"-workload", sessions, "-html", sessions}, {"-workload", folder, "-requests", sessions},
		{"-json", filepath.Join(folder, "x"), "-requests", filepath.Join(folder, ".", "x")},
	} {
		status, stdout, stderr := maxusers(t, t.Context(), args...)
		if kept, err := os.ReadFile(sessions); err != nil || status != cli.Usage || stdout != "" || string(kept) != text {
			t.Errorf("%q: status %d, %v\n%s%s", args, status, err, stdout, stderr)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	engine := &endpointtest.Engine{PerRequest: 2000}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if engine.Stats().Requests > 30 {
			cancel()
		}
		engine.ServeHTTP(w, r)
	}))
	file := filepath.Join(t.TempDir(), "report.json")
	status, stdout, stderr := maxusers(t, ctx, "-endpoint", url, "-measure", "1m", "-slo", "1@60s", "-json", file)
	if status != cli.Failed || !strings.Contains(stderr, "interrupted") || !strings.Contains(stdout, "undecided") || !strings.Contains(stderr, "with -journal FOLDER the same command goes on") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `"complete": false`) {
		t.Errorf("report: %v\n%s", err, text)
	}
}

// The sample of Artificial Analysis, where it lies beside the repository.
func TestRealInput(t *testing.T) {
	sample := filepath.Join("..", "..", "..", "shared", "samples", "aa-agentperf", "aa-mini-v1")
	if _, err := os.Stat(sample); err != nil {
		t.Skip("no samples beside the repository")
	}
	engine := &endpointtest.Engine{PerRequest: 5000}
	requests := filepath.Join(t.TempDir(), "requests.jsonl")
	status, stdout, stderr := maxusers(t, t.Context(), "-endpoint", serve(t, engine), "-workload", sample, "-agents", "3", "-slo", "1@60s", "-client-lag", "-1s",
		"-measure", "1s", "-settle", "0s", "-spawn-rate", "0", "-requests", requests)
	if status != cli.OK {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(requests)
	if err != nil {
		t.Fatal(err)
	}
	turns := make(map[int]bool)
	for line := range bytes.Lines(text) {
		var r agentperf.Request
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		turns[r.Turn] = true
		if r.Outcome == "ok" && (r.Trajectory != "aa-mini-library-01" || r.Tokens != 256) {
			t.Fatalf("%s", line)
		}
	}
	if len(turns) != 6 {
		t.Errorf("%d different turns were sent, want 6", len(turns))
	}
	if s := engine.Stats(); s.CachedTokens == 0 || s.CachedTokens >= s.PromptTokens {
		t.Errorf("%d of %d prompt tokens were cached", s.CachedTokens, s.PromptTokens)
	}
}
