package format

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

var update = flag.Bool("update", false, "write the outlines in testdata anew; read the difference before committing it")

// outline says in lines what a workload is: each turn with the roles of its
// messages, its tokens and times, each number with the first letter of its
// origin unless it was recorded.
func outline(w *trajectory.Workload) string {
	var b strings.Builder
	var thread func(t *trajectory.Trajectory, indent string)
	thread = func(t *trajectory.Trajectory, indent string) {
		fmt.Fprintf(&b, "%s%s of %s, context %d\n", indent, t.ID, t.Source, t.ContextTokens)
		for i := range t.Turns {
			turn := &t.Turns[i]
			fmt.Fprintf(&b, "%s  %d (line %d): %s", indent, i, turn.Line, roles(turn.History))
			if turn.Tools != nil {
				b.WriteString(" +tools")
			}
			fmt.Fprintf(&b, " | in %d%s out %d%s", turn.PromptTokens, mark(turn.Origins.Input), turn.OutputTokens, mark(turn.Origins.Output))
			if turn.MaxOutputTokens > 0 {
				fmt.Fprintf(&b, " of %d", turn.MaxOutputTokens)
			}
			fmt.Fprintf(&b, " text%s took %v", mark(turn.Origins.Text), turn.ModelTime)
			if turn.ToolDelayKnown {
				fmt.Fprintf(&b, " tools %v%s", turn.ToolDelay, mark(turn.Origins.Delay))
			}
			if turn.HumanDelay > 0 {
				fmt.Fprintf(&b, " human %v%s", turn.HumanDelay, mark(turn.Origins.Delay))
			}
			for _, c := range turn.ToolCalls {
				fmt.Fprintf(&b, " %s(%s) %v", c.Name, c.ID, c.Duration)
			}
			b.WriteByte('\n')
		}
		for _, s := range t.Subagents {
			fmt.Fprintf(&b, "%s  after %d, %v later, joined by %d:\n", indent, s.After, s.Delay, s.Join)
			thread(s.Trajectory, indent+"    ")
		}
	}
	for _, t := range w.Trajectories {
		thread(t, "")
	}
	for _, f := range w.Findings {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// roles are the first letters of the roles of a context, with the lengths of the
// messages.
func roles(c *trajectory.History) string {
	var parts []string
	for m := range c.All() {
		part := m.Role()[:1]
		if blocks := m.Blocks(); blocks != nil {
			n := 0
			for _, b := range blocks {
				n += b.Tokens
			}
			part += fmt.Sprintf("%d*%d", len(blocks), n)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func mark(o trajectory.Origin) string {
	if o == trajectory.Recorded {
		return ""
	}
	return "~" + o.String()[:1]
}

// fixtures are the hand-written recordings, one or more of each format.
func fixtures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/formats/*")
	if err != nil {
		t.Fatal(err)
	}
	var fixtures []string
	for _, name := range names {
		if !strings.HasSuffix(name, ".outline") {
			fixtures = append(fixtures, name)
		}
	}
	return fixtures
}

// TestOutlines reads each fixture and compares what came of it with what was
// worked out by hand.
func TestOutlines(t *testing.T) {
	for _, name := range fixtures(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			w, err := Open(name)
			if err != nil {
				t.Fatal(err)
			}
			checkWorkloadInvariants(t, w)
			got := outline(w)
			if *update {
				if err := os.WriteFile(name+".outline", []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, name+".outline")), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
