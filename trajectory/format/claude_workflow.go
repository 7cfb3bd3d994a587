package format

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A workflow is a program that a call starts and that runs subagents. Their files are
// in subagents/workflows/RUN, with a journal. Beside the file of a subagent may be one
// with the call that started it.

const metaSuffix = ".meta.json"

// metaAgent returns the ID of the subagent that a file with metaSuffix is about.
func metaAgent(name string) string {
	return strings.TrimPrefix(strings.TrimSuffix(path.Base(name), metaSuffix), "agent-")
}

// workflowOf returns the run of a workflow that the file of a subagent is part of, ""
// if none.
func workflowOf(file string) string {
	parts := strings.Split(file, "/")
	if i := slices.Index(parts, "workflows"); i >= 0 && i+2 < len(parts) {
		return parts[i+1]
	}
	return ""
}

// startsWorkflow reports whether a tool of this name starts workflows.
func startsWorkflow(tool string) bool { return strings.Contains(strings.ToLower(tool), "workflow") }

// runsIn returns the runs of workflows that a text names, as far as it names a few.
func runsIn(text []byte) (runs []string) {
	const most = 10
	for _, run := range regexp.MustCompile(`\bwf_[A-Za-z0-9-]+`).FindAll(text, most) {
		runs = append(runs, string(run))
	}
	return runs
}

// notification returns the call that a message, in JSON, tells the end of; ok is false
// for a message that a person wrote.
func notification(text string) (call string, ok bool) {
	const tag = "task-notification"
	if !strings.Contains(text[:min(len(text), len(`"\u003c`+tag))], tag) {
		return "", false
	}
	_, rest, _ := strings.Cut(unquote([]byte(text)), "<tool-use-id>")
	call, _, _ = strings.Cut(rest, "</tool-use-id>")
	return call, true
}
