package maxusers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// asChecker in the environment makes the test binary a checker of answers.
const asChecker = "MAXUSERS_AS_CHECKER"

func TestMain(m *testing.M) {
	if os.Getenv(asChecker) != "" {
		checker()
	}
	os.Exit(m.Run())
}

// checker takes answers that say so for right.
func checker() {
	var q struct {
		Request struct{ Model string }
		Answer  string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil || q.Request.Model == "" {
		fmt.Println("no request:", err)
		os.Exit(2)
	}
	if strings.Contains(q.Answer, "right") {
		os.Exit(0)
	}
	fmt.Printf("%q is wrong\nand more\n", q.Answer)
	os.Exit(1)
}

func TestCheckBy(t *testing.T) {
	if checkBy(" ") != nil {
		t.Error("a checker without a command")
	}
	t.Setenv(asChecker, "1")
	check := checkBy(os.Args[0])
	if err := check(t.Context(), []byte(`{"model":"m"}`), "all right"); err != nil {
		t.Error(err)
	}
	if err := check(t.Context(), []byte(`{"model":"m"}`), "no"); err == nil || err.Error() != `exit status 1: "no" is wrong` {
		t.Error(err)
	}
	if err := check(t.Context(), []byte(`{"model":`), "right"); err == nil {
		t.Error("a request that is not JSON")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if err := check(ctx, []byte(`{"model":"m"}`), "right"); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// A server that says the same to everybody passes every level, and not its audit.
func TestAuditStatus(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q struct {
			MaxTokens int `json:"max_tokens"`
		}
		json.Unmarshal(body, &q)
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `{"data":[{"id":"m"}]}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		const most = 20
		for i := range min(q.MaxTokens, most) {
			n := 1
			if i == most-1 {
				n = q.MaxTokens - most + 1
			}
			fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%q}}]}\n\n", strings.Repeat(" word", n))
			http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
		fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n", len(body)/4, q.MaxTokens)
	}))
	file := filepath.Join(t.TempDir(), "report.json")
	args := []string{"-endpoint", url, "-agents", "1", "-slo", "e2e:1", "-measure", "300ms", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s", "-json", file}
	if status, stdout, stderr := maxusers(t, t.Context(), args...); status != cli.OK || !strings.Contains(stdout, "\nNot audited: nobody asked for it.") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	status, stdout, stderr := maxusers(t, t.Context(), append(args, "-audit")...)
	if status != notClean || !strings.Contains(stdout, "- canned_answers (found): 100 %") || !strings.Contains(stderr, "audit at N = 1: 64 requests, about ") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	var report agentperf.Report
	if err != nil || json.Unmarshal(text, &report) != nil || report.Audit.Outcome != agentperf.AuditFindings {
		t.Errorf("%v\n%s", err, text)
	}
	t.Log(stdout + stderr)
	if status, _, stderr := maxusers(t, t.Context(), append(args, "-audit-command", "no-such-program-here")...); status != cli.Usage || !strings.Contains(stderr, "-audit-command") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

func TestAuditedStatus(t *testing.T) {
	for _, tt := range []struct {
		max     int
		outcome agentperf.AuditOutcome
		want    int
	}{
		{4, agentperf.AuditPassed, cli.OK}, {4, agentperf.AuditFindings, notClean}, {4, agentperf.AuditIncomplete, notClean},
		{4, agentperf.NotAudited, notClean}, {0, agentperf.NotAudited, cli.OK},
	} {
		r := &agentperf.Report{Tiers: []agentperf.TierResult{{MaxAgents: tt.max}}, Audit: agentperf.AuditReport{Outcome: tt.outcome}}
		if got := audited(r); got != tt.want {
			t.Errorf("%+v: status %d", tt, got)
		}
	}
}
