package format

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	manifestName = "manifest.json"
	// replayMode is the only mode of manifests.
	replayMode = "single_user_agentic_replay"
)

// A manifest lists tasks and the traces that hold them.
type manifest struct {
	name, source string
	tasks        []task
}

// A task is an entry of a manifest.
type task struct {
	field         string // path in reports, such as "tasks[2]"
	id, trace     string
	rows, tools   int // as stated; -1 if not
	contextTokens int
}

// readManifest reads a manifest and all its traces. The traces are read only if
// the manifest is valid and all of them exist.
func (rd *reader) readManifest(fsys fs.FS, name string, r io.Reader) {
	data, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		rd.add(fmt.Errorf("%s: %w", name, err))
		return
	}
	before := len(rd.errs)
	m := decodeManifest(data, rd.at(name, 0))
	if len(rd.errs) > before {
		return
	}
	if rd.findTraces(fsys, name, m); len(rd.errs) > before {
		return
	}
	rd.name, rd.source = m.name, m.source
	var read []*conversation
	for _, task := range m.tasks {
		if rd.full() {
			break
		}
		if t := rd.readTrace(fsys, name, task); t != nil {
			read = append(read, t)
		}
	}
	rd.order = append(rd.order, &traces{rd, read})
}

// traces is the parser of a manifest, whose files are already read: the
// conversations of its traces.
type traces struct {
	rd  *reader
	all []*conversation
}

func (t *traces) read(string, *file) {}

func (t *traces) trajectories() []*trajectory.Trajectory { return joinConversations(t.rd, t.all) }

// decodeManifest decodes a manifest and reports its mistakes.
func decodeManifest(data []byte, report func(field string, err error)) *manifest {
	m := new(manifest)
	if len(data) > maxManifest {
		report("", fmt.Errorf("more than %d MiB", maxManifest>>20))
		return m
	}
	data = trimBOM(data)
	if err := checkDocument(data); err != nil {
		report("", err)
		return m
	}
	object := gjson.ParseBytes(data)
	if !object.IsObject() {
		report("", fmt.Errorf("%s, expected an object", jsonType(object)))
		return m
	}
	f := newFields(object, "", []string{"version", "mode", "name", "source", "tasks"}, report)
	if mode := f.need("mode"); mode != "" && mode != replayMode {
		f.fail("mode", "%q, expected %q", clip(mode), replayMode)
	}
	if _, there := f.values["version"]; !there {
		f.fail("version", "missing")
	} else if v, ok := f.count("version", 0, maxCount); ok && v != 1 {
		f.fail("version", "%d, expected 1", v)
	}
	m.name, m.source = f.text("name"), f.text("source")
	f.objects("tasks", func(i int, element gjson.Result) {
		m.tasks = append(m.tasks, decodeTask(fmt.Sprintf("tasks[%d]", i), element, report))
	})
	if list, ok := f.values["tasks"]; !ok {
		f.fail("tasks", "missing")
	} else if list.IsArray() && len(m.tasks) == 0 {
		f.fail("tasks", "empty")
	}
	reportDuplicates(m.tasks, report)
	return m
}

func decodeTask(field string, element gjson.Result, report func(string, error)) task {
	known := []string{"task_id", "trace", "model_calls", "tool_calls",
		"total_recorded_tool_delay_ms", "required_context_tokens"}
	f := newFields(element, field+".", known, report)
	t := task{field: field, id: f.need("task_id"), rows: -1, tools: -1}
	t.trace = f.need("trace")
	if t.trace != "" {
		if err := checkTracePath(t.trace); err != nil {
			f.report(field+".trace", err)
		}
		t.trace = path.Clean(t.trace)
	}
	if n, ok := f.count("model_calls", 0, maxCount); ok {
		t.rows = n
	}
	if n, ok := f.count("tool_calls", 0, maxCount); ok {
		t.tools = n
	}
	f.number("total_recorded_tool_delay_ms", 0, maxMillis*maxCount)
	t.contextTokens, _ = f.count("required_context_tokens", 0, maxTokens)
	return t
}

// checkTracePath returns an error if a trace is not inside the manifest's folder.
// Symbolic links are checked by the file system; see [Open].
func checkTracePath(name string) error {
	switch {
	case path.IsAbs(name):
		return fmt.Errorf("%q is absolute, expected a path inside the manifest's folder", clip(name))
	case slices.Contains(strings.FieldsFunc(name, func(c rune) bool { return c == '/' || c == '\\' }), ".."):
		return fmt.Errorf("%q leaves the manifest's folder", clip(name))
	}
	return nil
}

// reportDuplicates reports tasks with the same ID, and tasks with the same trace.
func reportDuplicates(tasks []task, report func(string, error)) {
	ids, traces := make(map[string]string), make(map[string]string)
	for _, t := range tasks {
		if first, twice := ids[t.id]; twice && t.id != "" {
			report(t.field+".task_id", fmt.Errorf("%q is also the ID of %s", clip(t.id), first))
		} else {
			ids[t.id] = t.field
		}
		if first, twice := traces[t.trace]; twice && t.trace != "" {
			report(t.field+".trace", fmt.Errorf("%q is also the trace of %s", clip(t.trace), first))
		} else {
			traces[t.trace] = t.field
		}
	}
}
