package format

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sample returns a path among the recorded samples, which are kept outside
// the repository.
func sample(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "samples", "aa-agentperf", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("samples are not there")
	}
	return path
}

func TestSampleMini(t *testing.T) {
	w, err := Open(sample(t, "aa-mini-v1"))
	if err != nil {
		t.Fatal(err)
	}
	if w.Name != "AA bundled mini replay v1" || len(w.Trajectories) != 1 {
		t.Fatalf("workload %q of %d trajectories", w.Name, len(w.Trajectories))
	}
	tr := w.Trajectories[0]
	if len(tr.Turns) != 6 || tr.ContextTokens != 8192 {
		t.Errorf("%d turns in %d tokens, expected 6 in 8192", len(tr.Turns), tr.ContextTokens)
	}
	for i, turn := range tr.Turns {
		last := i == len(tr.Turns)-1
		if turn.History.Len() != 2+3*i || turn.OutputTokens != 256 || turn.MaxOutputTokens != 256 || !turn.ToolDelayKnown {
			t.Errorf("turn %d: %+v", i, turn)
		}
		if (turn.Tools == nil) != last || (len(turn.ToolCalls) == 0) != last || (turn.ToolDelay == 50*time.Millisecond) == last {
			t.Errorf("turn %d: tools %s, calls %v, delay %v", i, turn.Tools, turn.ToolCalls, turn.ToolDelay)
		}
		if i > 0 && turn.History.Shared(tr.Turns[i-1].History) != tr.Turns[i-1].History.Len() {
			t.Errorf("turn %d does not share the context before it", i)
		}
	}
	roundTrip(t, w)
}

func TestSampleTrace(t *testing.T) {
	w, err := Open(sample(t, "fixtures-recording/expected_trace.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Trajectories) != 1 || w.Trajectories[0].ID != "recording_task" || len(w.Trajectories[0].Turns) != 2 {
		t.Fatalf("%+v", w.Trajectories)
	}
	turn := w.Trajectories[0].Turns[0]
	if turn.ModelTime != 100*time.Millisecond || turn.ToolDelay != 25500*time.Microsecond || turn.PromptTokens != 10 ||
		len(turn.ToolCalls) != 1 || turn.ToolCalls[0].Name != "bash" {
		t.Errorf("first turn is %+v", turn)
	}
	roundTrip(t, w)
}

// TestSampleWithoutTraces opens a manifest whose traces are not in the folder.
func TestSampleWithoutTraces(t *testing.T) {
	_, err := Open(sample(t, "agentperf-default-v1/manifest-x86_64.json"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("error is %v", err)
	}
	if got := err.Error(); !strings.HasPrefix(got, "manifest-x86_64.json: tasks: 8 of 8 traces are missing") ||
		strings.Count(got, "traces/") != 8 || strings.Count(got, "\n") != 0 {
		t.Errorf("error is %s", got)
	}
	// The folder has no manifest of the usual name; the error names the other.
	_, err = Open(sample(t, "agentperf-default-v1"))
	if err == nil || !strings.Contains(err.Error(), "manifest-x86_64.json") {
		t.Errorf("folder: %v", err)
	}
}

// TestSampleRecordings opens the manifest of another kind of file, recordings
// that are yet to be made into traces.
func TestSampleRecordings(t *testing.T) {
	_, err := Open(sample(t, "fixtures-recording"))
	if s, ok := errors.AsType[*SyntaxError](err); !ok || s.Field != "mode" {
		t.Errorf("error is %v", err)
	}
}
