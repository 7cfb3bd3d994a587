package conformance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

var apis = []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses}

// faults has a line for each fault of package endpointtest, under the name of its constant:
// the rule that is about it, or why there is none.
var faults = map[string]struct {
	fault endpointtest.Fault
	rule  conformance.Capability
	none  string
}{
	"FaultNone":       {none: "it is none"},
	"FaultStatus":     {fault: endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503}, rule: conformance.Answer},
	"FaultHang":       {fault: endpointtest.Fault{Kind: endpointtest.FaultHang}, rule: conformance.Answer},
	"FaultStall":      {fault: endpointtest.Fault{Kind: endpointtest.FaultStall, After: 10}, rule: conformance.Finish},
	"FaultCut":        {fault: endpointtest.Fault{Kind: endpointtest.FaultCut, After: 10}, rule: conformance.Finish},
	"FaultTruncate":   {fault: endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 10}, rule: conformance.Finish},
	"FaultErrorEvent": {fault: endpointtest.Fault{Kind: endpointtest.FaultErrorEvent, After: 10}, rule: conformance.Finish},
	"FaultBadJSON":    {fault: endpointtest.Fault{Kind: endpointtest.FaultBadJSON, After: 10}, rule: conformance.Events},
	"FaultHugeEvent":  {fault: endpointtest.Fault{Kind: endpointtest.FaultHugeEvent, After: 10}, rule: conformance.Events},
	"FaultNotHTTP":    {fault: endpointtest.Fault{Kind: endpointtest.FaultNotHTTP}, rule: conformance.Answer},
	"FaultHTML":       {fault: endpointtest.Fault{Kind: endpointtest.FaultHTML}, rule: conformance.Answer},
	"FaultEmpty":      {fault: endpointtest.Fault{Kind: endpointtest.FaultEmpty}, rule: conformance.Output},
	"FaultAbort":      {fault: endpointtest.Fault{Kind: endpointtest.FaultAbort, After: 10}, rule: conformance.Finish},
	"FaultTrickle":    {fault: endpointtest.Fault{Kind: endpointtest.FaultTrickle, After: 10}, rule: conformance.Finish},
	"FaultNoUsage":    {fault: endpointtest.Fault{Kind: endpointtest.FaultNoUsage}, rule: conformance.Usage},
	"FaultNoDone":     {fault: endpointtest.Fault{Kind: endpointtest.FaultNoDone}, rule: conformance.Done},
	"FaultCloseNext":  {fault: endpointtest.Fault{Kind: endpointtest.FaultCloseNext}, rule: conformance.KeepAlive},
}

// Each fault is caught by the rule that is about it, which passes without it; no rule that is
// looked at before it fails, and none of those that are not about it takes the blame.
func TestFaults(t *testing.T) {
	for _, api := range apis {
		t.Run(string(api), func(t *testing.T) { testFaults(t, api) })
	}
	if all := kinds(t); len(faults) != len(all) {
		t.Errorf("the table has %d lines, and there are %d faults", len(faults), len(all))
	}
}

func testFaults(t *testing.T, api endpoint.API) {
	cfg := conformance.Config{Endpoint: endpoint.Config{API: api}}
	healthy, err := look(t, &endpointtest.Engine{}, cfg)
	if err != nil || healthy.Err() != nil {
		t.Fatal(err, healthy.Err())
	}
	if healthy.API != api {
		t.Errorf("the report is of %s", healthy.API)
	}
	for _, name := range kinds(t) {
		tt, ok := faults[name]
		if !ok {
			t.Errorf("%s has no line in the table: which rule is about it?", name)
			continue
		}
		if tt.rule == "" {
			if tt.none == "" {
				t.Errorf("%s has neither a rule nor a reason", name)
			}
			continue
		}
		if name == "FaultNoDone" && api == endpoint.APIResponses {
			continue // nothing follows the event that ends the response
		}
		t.Run(name, func(t *testing.T) {
			if f := finding(t, healthy, tt.rule); f.Status != conformance.Passed {
				t.Fatalf("without the fault: %+v", f)
			}
			engine := &endpointtest.Engine{Fault: func(int) endpointtest.Fault { return tt.fault }}
			r, err := look(t, engine, cfg, tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			f := finding(t, r, tt.rule)
			if f.Status != conformance.Failed || r.Err() == nil {
				t.Errorf("%s: %s", f.Status, f.Saw)
			}
			for _, g := range r.Rules {
				if g.Rule == tt.rule {
					break
				}
				if was := finding(t, healthy, g.Rule); g.Status == conformance.Failed && was.Status != conformance.Failed {
					t.Errorf("rule %s fails, too: %s", g.Rule, g.Saw)
				}
			}
			t.Log(f.Saw)
		})
	}
}

// kinds returns the names of all constants of type FaultKind.
func kinds(t *testing.T) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../endpointtest/fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "FaultKind" {
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			}
		}
		return true
	})
	if !slices.Contains(names, "FaultStatus") || len(names) < 17 {
		t.Fatalf("the faults found are %q", names)
	}
	return names
}
