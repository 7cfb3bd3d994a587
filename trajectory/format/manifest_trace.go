package format

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// findTraces reports all traces that are missing in one error: manifests are
// often passed on without their traces, and what helps then is the list of files
// to fetch.
func (rd *reader) findTraces(fsys fs.FS, manifestName string, m *manifest) {
	var missing []string
	for _, t := range m.tasks {
		switch _, err := fs.Stat(fsys, t.trace); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, t.trace)
		case err != nil:
			rd.at(manifestName, 0)(t.field+".trace", err)
		}
	}
	if len(missing) > 0 {
		rd.at(manifestName, 0)("tasks", fmt.Errorf("%d of %d traces are missing (%w): %s",
			len(missing), len(m.tasks), fs.ErrNotExist, strings.Join(missing, ", ")))
	}
}

// readTrace reads the trace of one task and compares it with the counts in the
// manifest. It returns nil if the trace has mistakes.
func (rd *reader) readTrace(fsys fs.FS, manifestName string, task task) *conversation {
	cs := rd.conversations(task.id)
	before := len(rd.errs)
	cs.open(fsys, task.trace)
	if len(rd.errs) > before {
		return nil // the counts would differ because of them
	}
	if len(cs.order) == 0 || len(cs.order[0].Turns) == 0 {
		return nil // all rows were skipped
	}
	t := cs.order[0]
	t.ContextTokens = task.contextTokens
	tools := 0
	for _, turn := range t.Turns {
		tools += len(turn.ToolCalls)
	}
	report := rd.at(manifestName, 0)
	if rd.SkipBad {
		return t
	}
	if task.rows >= 0 && task.rows != len(t.Turns) {
		report(task.field+".model_calls", fmt.Errorf("%d, but %s has %d rows", task.rows, task.trace, len(t.Turns)))
	}
	if task.tools >= 0 && task.tools != tools {
		report(task.field+".tool_calls", fmt.Errorf("%d, but %s has %d", task.tools, task.trace, tools))
	}
	return t
}
