package format

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A claudeParser reads the session logs of Claude Code. They do not log requests:
// prompts are assembled from the messages, and what is not in the log, the system
// prompt, the tools and the project's documents, is made up from the recorded
// number of tokens.
type claudeParser struct {
	rd      *reader
	seed    maphash.Seed
	threads map[string]*claudeThread
	order   []*claudeThread
	// nodes are the records read so far, by UUID: what follows a record may be in
	// another file.
	nodes map[uint64]claudeNode
	// answers are the threads of the model calls, by the identity of the answer:
	// forked sessions begin with a copy of the original.
	answers   map[claudeIdentity]*claudeThread
	calls     map[string]*claudeCall
	links     map[*claudeThread]string // by subagent, the ID of the call that started it
	halves    bool                     // some text may have half a character in it
	workflows bool                     // some call started one
	started   map[string]string        // the same by the ID of the subagent, or of the workflow it is part of
	buf       []byte
	message   claudeMessage // of the current record
}

// A claudeNode is the position of a record: it ends the context of that epoch.
type claudeNode struct {
	thread *claudeThread
	epoch  int
}

func newClaudeParser(rd *reader) *claudeParser {
	return &claudeParser{
		rd: rd, seed: maphash.MakeSeed(), threads: make(map[string]*claudeThread), nodes: make(map[uint64]claudeNode),
		answers: make(map[claudeIdentity]*claudeThread), calls: make(map[string]*claudeCall), links: make(map[*claudeThread]string),
		started: make(map[string]string),
	}
}

func (p *claudeParser) read(name string, f *file) {
	if strings.HasSuffix(p.rd.unpacked(name), metaSuffix) {
		p.meta(name, f)
		return
	}
	p.rd.eachLine(name, f, func(line int, data []byte) {
		r, err := decodeClaude(data)
		if err != nil {
			if jsonErr := checkJSON(data); jsonErr != nil {
				err = jsonErr
			}
			p.rd.atRecord(name, line)("", err)
			return
		}
		r.file, r.line = name, line
		p.halves = p.halves || r.halves
		if field, err := p.add(r); err != nil {
			p.rd.atRecord(name, line)(field, err)
		}
	})
}

// add reads a record. An error concerns the returned field.
func (p *claudeParser) add(r claudeRecord) (field string, err error) {
	switch r.kind {
	case "user", "assistant", "system", "attachment":
	case "progress":
		if !bytes.Contains(r.data, []byte(`"agent_progress"`)) {
			p.pass(r)
			return "", nil
		}
	case "started", "result":
		p.journal(r)
		return "", nil
	default:
		return "", nil
	}
	if r.uuid != nil {
		if _, seen := p.nodes[p.hash(r.uuid)]; seen {
			return "", nil // a copy
		}
	}
	if r.stamp != nil {
		if r.at, err = time.Parse(time.RFC3339, string(r.stamp)); err != nil {
			return "timestamp", fmt.Errorf("%s, expected a time like 2006-01-02T15:04:05.000Z", clip(strconv.Quote(string(r.stamp))))
		}
	}
	switch r.kind {
	case "progress":
		return p.progress(r)
	case "system":
		t := p.pass(r)
		if r.subtype == "compact_boundary" && t != nil {
			t.compact(r, int(gjson.GetBytes(r.compacted, "preTokens").Int()))
			p.remember(r.uuid, t) // what follows continues from the summary
		}
		return "", nil
	case "attachment":
		p.pass(r)
		return "", nil
	}
	if len(r.message) == 0 || r.message[0] != '{' {
		return "message", fmt.Errorf("missing or not an object")
	}
	t, m := p.thread(r), &p.message
	m.decode(r.message)
	if r.kind == "assistant" {
		field, err = t.assistant(r, m)
	} else {
		t.user(r, m)
		p.linkResult(t, r, m)
		if p.workflows {
			p.linkWorkflow(r, m)
		}
	}
	p.remember(r.uuid, t)
	return field, err
}

// pass notes the position of a record without content that others may follow.
func (p *claudeParser) pass(r claudeRecord) *claudeThread {
	if r.uuid == nil || r.session == nil {
		return nil
	}
	t := p.thread(r)
	p.remember(r.uuid, t)
	return t
}

func (p *claudeParser) remember(uuid []byte, t *claudeThread) {
	if uuid != nil {
		p.nodes[p.hash(uuid)] = claudeNode{t, t.epoch()}
	}
}

func (p *claudeParser) hash(b []byte) uint64 { return maphash.Bytes(p.seed, b) }

// thread returns the session or subagent that a record belongs to.
func (p *claudeParser) thread(r claudeRecord) *claudeThread {
	session := string(r.session)
	if session == "" {
		session = plainName(r.file)
	}
	if !r.sidechain && len(r.agent) == 0 {
		return p.threadOf(session, "", r)
	}
	agent := string(r.agent)
	if agent == "" { // the oldest logs do not name subagents: follow the parent records
		if n, ok := p.nodes[p.hash(r.parent)]; ok && n.thread.agent != "" {
			return n.thread
		}
		agent = string(r.uuid)
	}
	return p.threadOf(session, agent, r)
}

func (p *claudeParser) threadOf(session, agent string, r claudeRecord) *claudeThread {
	key := session + "\x00" + agent
	t := p.threads[key]
	if t == nil {
		t = &claudeThread{p: p, claudeIdentities: claudeIdentities{seed: p.seed}, session: session, agent: agent, file: r.file, first: r.at}
		// A forked session begins at the record that it follows.
		if n, ok := p.nodes[p.hash(r.parent)]; ok && agent == "" && n.thread.agent == "" && len(n.thread.turns) > 0 {
			t.fork(n)
		}
		p.threads[key] = t
		p.order = append(p.order, t)
	}
	return t
}

// progress reads a message of a subagent that is logged by its parent.
func (p *claudeParser) progress(r claudeRecord) (field string, err error) {
	p.pass(r)
	data := parse(r.data)
	agent, message := data.Get("agentId").Str, data.Get("message")
	body := message.Get("message")
	if agent == "" || !body.IsObject() {
		return "", nil
	}
	inside := r
	inside.uuid, inside.parent, inside.agent = nil, nil, []byte(agent)
	inside.message = []byte(body.Raw)
	if at, err := time.Parse(time.RFC3339, message.Get("timestamp").Str); err == nil {
		inside.at = at
	}
	if uuid := message.Get("uuid").Str; uuid != "" {
		inside.uuid = []byte(uuid)
		if _, seen := p.nodes[p.hash(inside.uuid)]; seen {
			return "", nil
		}
	}
	t := p.thread(inside)
	if len(r.parentCall) > 0 && p.links[t] == "" {
		p.links[t] = string(r.parentCall)
	}
	p.message.decode(inside.message)
	switch message.Get("type").Str {
	case "assistant":
		field, err = t.assistant(inside, &p.message)
	case "user":
		t.user(inside, &p.message)
	}
	p.remember(inside.uuid, t)
	return field, err
}

// linkResult notes which subagent a tool result comes from.
func (p *claudeParser) linkResult(t *claudeThread, r claudeRecord, m *claudeMessage) {
	if len(r.result) == 0 || r.result[0] != '{' || !bytes.Contains(r.result, []byte(`"agentId"`)) {
		return
	}
	agent := strings.Clone(parse(r.result).Get("agentId").Str) // a copy, since the line is only valid until the next one
	for _, b := range m.blocks {
		if id := unquote(b.id); b.kind == "tool_result" && id != "" && agent != "" {
			if child := p.threadOf(t.session, agent, claudeRecord{file: r.file, at: r.at}); p.links[child] == "" {
				p.links[child] = id
			}
			return
		}
	}
}

func (p *claudeParser) note(t *claudeThread, line, turn int, s trajectory.Severity, rule, text string) {
	p.rd.note(trajectory.Finding{File: t.file, Line: line, Trajectory: t.id(), Turn: turn, Severity: s, Rule: rule, Text: text})
}

// meta reads a file beside that of a subagent.
func (p *claudeParser) meta(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	if id := unquote([]byte(parse(data).Get("toolUseId").Raw)); id != "" && len(id) <= maxText {
		p.started[metaAgent(p.rd.unpacked(name))] = id
	}
}

// journal notes a line of a workflow's journal.
func (p *claudeParser) journal(r claudeRecord) {
	if r.line == 1 {
		p.rd.note(trajectory.Finding{File: r.file, Turn: -1, Severity: trajectory.SeverityInfo, Rule: ruleNoCalls,
			Text: "the journal of a workflow, which has no model calls; left out"})
	}
}
