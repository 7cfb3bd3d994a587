package agentperf_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// caughtBy says what tells a reader of a trick.
func (f finding) caughtBy() string {
	telling := strings.NewReplacer("few_samples", "", "first_read_estimated", "", ", ", "").Replace(f.warnings)
	switch {
	case !strings.HasPrefix(f.verdict, "pass"):
		return "verdict"
	case f.audit != "":
		return "audit"
	case telling != "":
		return "warning"
	}
	return "nothing"
}

// TestTricksDocument holds the table in TRICKS.md against that of the tests. To rewrite it:
//
//	go test ./agentperf -run TricksDocument -update
func TestTricksDocument(t *testing.T) {
	const file, head = "../TRICKS.md", "| Trick | What the server does | Verdict | Warnings | Audit | Caught by |\n|---|---|---|---|---|---|\n"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(source), head)
	if !ok {
		t.Fatalf("%s has no table that begins with %q", file, head)
	}
	end := strings.Index(rest, "\n\n") + 1
	var table strings.Builder
	for _, tt := range trickTests {
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s | %s |\n", tt.trick, tt.trick.Text(), tt.want.verdict, tt.want.warnings, tt.want.audit, tt.want.caughtBy())
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(before+head+table.String()+rest[end:]), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(table.String(), rest[:end]); diff != "" {
		t.Errorf("%s is not what the tests have; run with -update (-tests +document):\n%s", file, diff)
	}
}
