package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// look looks at a server in virtual time.
func look(t *testing.T, handler http.Handler, cfg conformance.Config, want ...conformance.Capability) (r *conformance.Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(handler)
		defer server.Close()
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
		began := time.Now()
		r, err = conformance.Run(t.Context(), cfg, want...)
		if took := time.Since(began).Seconds(); took > r.Most.Seconds+5 && took > 5 {
			t.Errorf("took %v s of at most %v", took, r.Most.Seconds)
		}
	})
	if r.Spent.Requests > r.Most.Requests || r.Spent.OutputTokens > r.Most.OutputTokens || r.Spent.InputBytes > r.Most.InputBytes {
		t.Errorf("spent %v of at most %v", r.Spent, r.Most)
	}
	for _, f := range r.Rules {
		if strings.Contains(f.Saw, "announced") {
			t.Errorf("rule %s sends more than it announces: %s", f.Rule, f.Saw)
		}
		if f.Saw == "" || f.Why == "" {
			t.Errorf("rule %s says too little: %+v", f.Rule, f)
		}
	}
	return r, err
}

// finding returns what a rule found.
func finding(t *testing.T, r *conformance.Report, rule conformance.Capability) conformance.Finding {
	t.Helper()
	i := slices.IndexFunc(r.Rules, func(f conformance.Finding) bool { return f.Rule == rule })
	if i < 0 {
		t.Fatalf("no finding of rule %s", rule)
	}
	return r.Rules[i]
}

// not returns the rules that have another status than passed, as "rule status".
func not(r *conformance.Report) (all []string) {
	for _, f := range r.Rules {
		if f.Status != conformance.Passed {
			all = append(all, string(f.Rule)+" "+string(f.Status))
		}
	}
	return all
}

func show(t *testing.T, r *conformance.Report) {
	t.Helper()
	for _, f := range r.Rules {
		t.Logf("%s %s: %s", f.Status, f.Rule, f.Saw)
	}
}
