package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/agentperf/agentperf-go/trajectory"
)

// flat is what a trajectory says, without how it is kept: contexts compared by
// pointer would never be equal, and walked by their fronts would be quadratic.
type flat struct {
	ID            string
	ContextTokens int
	Subagents     []string
	Turns         []flatTurn
}

type flatTurn struct {
	Messages []string
	Tools    string
	Turn     trajectory.Turn // without Context and Tools
}

func flatten(w *trajectory.Workload) []flat {
	var all []flat
	for t := range w.Threads() {
		f := flat{ID: t.ID, ContextTokens: t.ContextTokens}
		for _, s := range t.Subagents {
			f.Subagents = append(f.Subagents, fmt.Sprintf("%s after %d +%v join %d", s.Trajectory.ID, s.After, s.Delay, s.Join))
		}
		for _, turn := range t.Turns {
			ft := flatTurn{Messages: messages(turn.History), Tools: string(turn.Tools), Turn: turn}
			ft.Turn.History, ft.Turn.Tools, ft.Turn.Line, ft.Turn.CacheMarks = nil, nil, 0, nil
			ft.Turn.RecordedTools, ft.Turn.CacheTTL, ft.Turn.BillingLine = trajectory.Recording{}, "", "" // what no writer writes
			f.Turns = append(f.Turns, ft)
		}
		all = append(all, f)
	}
	return all
}

func messages(c *trajectory.History) []string {
	var all []string
	for m := range c.All() {
		all = append(all, string(m.JSON()))
	}
	return all
}

// files is a file system of names and contents in turn.
func files(namesAndContents ...string) fstest.MapFS {
	fsys := make(fstest.MapFS)
	for i := 0; i < len(namesAndContents); i += 2 {
		fsys[namesAndContents[i]] = &fstest.MapFile{Data: []byte(namesAndContents[i+1])}
	}
	return fsys
}

func openFiles(t *testing.T, fsys fstest.MapFS, name string) *trajectory.Workload {
	t.Helper()
	w, err := OpenFS(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rowJSON is a row with one message; mutate changes it, with nil to leave a
// field out.
func rowJSON(conversation string, index int, mutate map[string]any) string {
	r := map[string]any{
		"conversation_id": conversation, "conversation_idx": index,
		"messages": []any{map[string]any{"role": "user", "content": "hi"}}, "tools": nil,
	}
	for k, v := range mutate {
		if r[k] = v; v == nil {
			delete(r, k)
		}
	}
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func lf(rows ...string) string {
	var b bytes.Buffer
	for _, r := range rows {
		b.WriteString(r)
		b.WriteByte('\n')
	}
	return b.String()
}
