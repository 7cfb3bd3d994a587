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

// Write writes w into the folder dir, as manifest.json and one file in traces for
// each trajectory, named after its ID. The folder is created if it does not
// exist.
//
// Each file appears complete or not at all, and the manifest last: a folder
// without a manifest was not written to the end. An existing manifest is removed
// first, traces of the same name are replaced, and other files are left alone.
//
// Subagents become tasks as well, whose first rows name parent and place. Clients
// that ignore these fields replay them as sessions of their own.
//
// A workload or trajectory without a name or source gets one, since the format
// requires it. An unknown tool delay is left out: [Open] reads such a trace, but
// Artificial Analysis' own client, to which the delay is mandatory, rejects it.
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
	// The old manifest does not describe the traces that replace its own.
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

// A manifestJSON is a manifest in JSON.
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

// writeFile writes a temporary file and renames it when it is complete.
func writeFile(root *os.Root, name string, write func(io.Writer) error) (err error) {
	part := name + ".part"
	// The remains of an interrupted write are of no use.
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

// traceNames returns a path for the trace of each trajectory: its ID as a
// portable file name, with a number added where two would collide.
func traceNames(ts []thread) []string {
	names := make([]string, len(ts))
	taken := make(map[string]bool, len(ts))
	count := make(map[string]int)
	for i, t := range ts {
		safe := safeName(t.ID)
		name := safe
		// Many file systems ignore case.
		for taken[strings.ToLower(name)] {
			count[safe] = max(count[safe], 1) + 1
			name = fmt.Sprintf("%s-%d", safe, count[safe])
		}
		taken[strings.ToLower(name)] = true
		names[i] = tracesFolder + "/" + name + ".jsonl"
	}
	return names
}
