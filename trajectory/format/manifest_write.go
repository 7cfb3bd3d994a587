package format

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Write writes w into a folder, which is made when there is none, as
// manifest.json and one file in traces for each trajectory, named after its ID.
//
// Every file appears complete or not at all, the manifest last: a folder
// without one was not written to the end. A manifest that is there is removed
// first; traces of the same names are replaced and others left alone.
//
// Subagents are tasks too, whose first rows say where they belong. A client
// that does not know that plays them as sessions of their own.
//
// Workloads and trajectories without name or source get one, as the format
// requires it. A turn whose tool delay is not known is written without; such a
// trace is read by [Open], but Artificial Analysis' own client, for which the
// delay is mandatory, refuses it.
func Write(dir string, w *trajectory.Workload) error {
	if err := checkWorkload(w); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, tracesFolder), 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	// Traces that are replaced no longer belong to the manifest before.
	if err := root.Remove(manifestName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all := threads(w)
	names := traceNames(all)
	for i, t := range all {
		err := writeFile(root, names[i], func(out io.Writer) error { return writeTrace(out, t) })
		if err != nil {
			return err
		}
	}
	label := "workload"
	if abs, err := filepath.Abs(dir); err == nil {
		label = filepath.Base(abs)
	}
	return writeFile(root, manifestName, func(out io.Writer) error {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(describeWorkload(w, all, names, label))
	})
}

// A manifestJSON is a manifest as it is written.
type manifestJSON struct {
	Name    string     `json:"name"`
	Source  string     `json:"source"`
	Mode    string     `json:"mode"`
	Version int        `json:"version"`
	Tasks   []taskJSON `json:"tasks"`
}

type taskJSON struct {
	ID            string  `json:"task_id"`
	Trace         string  `json:"trace"`
	Source        string  `json:"source_recording"`
	ModelCalls    int     `json:"model_calls"`
	ToolCalls     int     `json:"tool_calls"`
	ToolDelay     float64 `json:"total_recorded_tool_delay_ms"`
	ContextTokens int     `json:"required_context_tokens,omitempty"`
}

func describeWorkload(w *trajectory.Workload, all []thread, names []string, label string) *manifestJSON {
	m := &manifestJSON{Name: w.Name, Source: w.Source, Mode: replayMode, Version: 1}
	if m.Name == "" {
		m.Name = label
	}
	if m.Source == "" {
		m.Source = label
	}
	for i, t := range all {
		task := taskJSON{
			ID: t.ID, Trace: names[i], Source: t.Source,
			ModelCalls: len(t.Turns), ContextTokens: t.ContextTokens,
		}
		if task.Source == "" {
			task.Source = t.ID
		}
		var delay time.Duration
		for _, turn := range t.Turns {
			task.ToolCalls += len(turn.ToolCalls)
			if turn.ToolDelayKnown {
				delay += turn.ToolDelay
			}
		}
		task.ToolDelay = millis(delay)
		m.Tasks = append(m.Tasks, task)
	}
	return m
}

// writeFile writes a file under a name of its own and renames it when it is
// complete.
func writeFile(root *os.Root, name string, write func(io.Writer) error) (err error) {
	part := name + ".part"
	// What an interrupted write left behind is not worth keeping.
	if err := root.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			root.Remove(part)
		}
	}()
	b := bufio.NewWriterSize(f, headSize)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return root.Rename(part, name)
}

const tracesFolder = "traces"

// traceNames returns a path for the trace of each trajectory: its ID as far as
// that can be a file name anywhere, with a number where two would meet.
func traceNames(ts []thread) []string {
	names := make([]string, len(ts))
	taken := make(map[string]bool, len(ts))
	count := make(map[string]int)
	for i, t := range ts {
		safe := safeName(t.ID)
		name := safe
		// Many file systems do not tell upper from lower case.
		for taken[strings.ToLower(name)] {
			count[safe] = max(count[safe], 1) + 1
			name = fmt.Sprintf("%s-%d", safe, count[safe])
		}
		taken[strings.ToLower(name)] = true
		names[i] = tracesFolder + "/" + name + ".jsonl"
	}
	return names
}
