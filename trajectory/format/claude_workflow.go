package format

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A workflow is a program that a call starts and that runs subagents. Their files are
// in subagents/workflows/RUN, with a journal. Beside the file of a subagent may be one
// with the call that started it.

const metaSuffix = ".meta.json"

// meta reads a file beside that of a subagent.
func (p *claudeParser) meta(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	agent := strings.TrimPrefix(strings.TrimSuffix(path.Base(p.rd.unpacked(name)), metaSuffix), "agent-")
	if id := unquote([]byte(parse(data).Get("toolUseId").Raw)); id != "" && len(id) <= maxText {
		p.started[agent] = id
	}
}

// journal notes a line of a workflow's journal.
func (p *claudeParser) journal(r claudeRecord) {
	if r.line == 1 {
		p.rd.note(trajectory.Finding{File: r.file, Turn: -1, Severity: trajectory.SeverityInfo, Rule: ruleNoCalls,
			Text: "the journal of a workflow, which has no model calls; left out"})
	}
}

// workflow returns the run of a workflow that a subagent is part of, "" if none.
func (t *claudeThread) workflow() string {
	parts := strings.Split(t.file, "/")
	if i := slices.Index(parts, "workflows"); t.agent != "" && i >= 0 && i+2 < len(parts) {
		return parts[i+1]
	}
	return ""
}

func (c *claudeCall) name() string { return c.thread.turns[c.turn].ToolCalls[c.index].Name }

// workflow reports whether the call started a workflow.
func (c *claudeCall) workflow() bool { return strings.Contains(strings.ToLower(c.name()), "workflow") }

// linkWorkflow notes which workflow a tool result is about.
func (p *claudeParser) linkWorkflow(r claudeRecord, m *claudeMessage) {
	if !bytes.Contains(r.message, []byte("wf_")) && !bytes.Contains(r.result, []byte("wf_")) {
		return
	}
	for _, b := range m.blocks {
		c := p.calls[unquote(b.id)]
		if b.kind != "tool_result" || c == nil || !c.workflow() {
			continue
		}
		for _, text := range [][]byte{b.contents, r.result} {
			for _, run := range regexp.MustCompile(`\bwf_[A-Za-z0-9-]+`).FindAll(text, 10) {
				if p.started[string(run)] == "" {
					p.started[string(run)] = unquote(b.id)
				}
			}
		}
	}
}

// running returns the last of a session's calls, in order of time, that was running
// when a subagent began, nil if there is none.
func running(calls []*claudeCall, t *claudeThread) *claudeCall {
	n, _ := slices.BinarySearchFunc(calls, t.first, startedBy)
	for i := n - 1; i >= max(0, n-maxRunning); i-- {
		if calls[i].result.After(t.first) {
			return calls[i]
		}
	}
	return nil
}

// notified reports whether a message, in JSON, is no person's but tells the session
// that something in the background is done, and notes that.
func (t *claudeThread) notified(text string, at time.Time) bool {
	const tag = "task-notification"
	if !strings.Contains(text[:min(len(text), len(`"\u003c`+tag))], tag) {
		return false
	}
	text = unquote([]byte(text))
	_, rest, _ := strings.Cut(text, "<tool-use-id>")
	id, _, _ := strings.Cut(rest, "</tool-use-id>")
	if c := t.p.calls[id]; c != nil && c.thread == t && c.told.IsZero() {
		c.told, c.toldNext = at, len(t.turns)
	}
	return true
}
