package format

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A codexParser reads the rollout logs of the Codex CLI. They are two logs in
// one: response items hold the messages, events the token counts. The tools are
// in neither.
type codexParser struct {
	rd    *reader
	seed  maphash.Seed
	files []*codexFile
}

func newCodexParser(rd *reader) *codexParser { return &codexParser{rd: rd, seed: maphash.MakeSeed()} }

// A codexFile is one session being read.
type codexFile struct {
	*sessionBuilder
	file        string
	seed        maphash.Seed
	parent      string // ID of the session that started this one
	fork        codexFork
	meta        bool // the first session_meta has been read
	skip        float64
	answer      *answer  // the answer being read, nil if none
	own         bool     // the answer is of this session, not copied from another
	owed        []string // calls without results, as JSON
	calls       map[string]codexCall
	trigger     time.Time // time of the last item that was not part of an answer
	typed       time.Time // when a person last wrote, zero if not since the last turn
	done        time.Time // when the last result came, zero if not since the last turn
	starts      []time.Time
	ends        []time.Time
	total       float64 // tokens so far, of all turns
	compact     codexCompaction
	compactions []int // the turns after compactions whose call is not in the log
	spawned     map[string]int
	waited      map[string]int // the turn after which a subagent was waited for
}

type codexCall struct {
	turn, index int
	at          time.Time
	name, args  string
}

func (p *codexParser) read(name string, f *file) {
	c := &codexFile{
		sessionBuilder: p.rd.session(plainName(name), name), file: name, seed: p.seed,
		calls: make(map[string]codexCall), spawned: make(map[string]int), waited: make(map[string]int),
	}
	n := 0
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) {
		n++
		if err := c.line(object, line, n-1); err != nil {
			p.rd.atRecord(name, line)("payload", err)
		}
	})
	c.close()
	p.files = append(p.files, c)
}

func (p *codexParser) trajectories() []*trajectory.Trajectory {
	var all []*trajectory.Trajectory
	byID := make(map[string]*codexFile)
	p.dropCopies()
	for _, c := range p.files {
		c.noteCompactions()
		if c.finish() != nil {
			c.prepend()
			byID[c.ID] = c
		}
	}
	for _, c := range p.files {
		if byID[c.ID] != c {
			if len(c.Turns) > 0 {
				all = append(all, c.Trajectory)
			}
			continue
		}
		if parent := byID[c.parent]; parent != nil && parent != c {
			if after, ok := parent.spawned[c.ID]; ok && !contains(c.Trajectory, parent.Trajectory) {
				parent.attach(c, after)
				continue
			}
		}
		all = append(all, c.Trajectory)
	}
	return all
}

// attach adds a subagent.
func (c *codexFile) attach(child *codexFile, after int) {
	s := trajectory.Subagent{Trajectory: child.Trajectory, After: after, Delay: bounded(child.starts[0].Sub(c.ends[after]))}
	if waited, ok := c.waited[child.ID]; ok && waited >= after && waited+1 < len(c.Turns) {
		s.Join = waited + 1
		end := child.ends[len(child.ends)-1]
		before := &c.Turns[waited]
		before.ToolDelay = min(before.ToolDelay, bounded(c.starts[s.Join].Sub(end)))
	}
	c.Subagents = append(c.Subagents, s)
}

// line reads one line.
func (c *codexFile) line(object gjson.Result, line, ordinal int) error {
	payload := object.Get("payload")
	if !payload.IsObject() {
		return fmt.Errorf("%s, expected an object", jsonType(payload))
	}
	at, _ := instant(object.Get("timestamp"))
	n := float64(ordinal)
	if o := object.Get("ordinal"); o.Type == gjson.Number {
		n = o.Num
	}
	switch object.Get("type").Str {
	case "session_meta":
		if c.meta {
			c.fork.of(c, payload.Get("id").Str) // the meta of the session that this one was forked from
			return nil
		}
		c.fork.last = at
		c.fork.of(c, payload.Get("forked_from_id").Str)
		c.meta = true
		if id := payload.Get("id").Str; id != "" && len(id) <= maxText && len(c.Turns) == 0 {
			c.ID = strings.Clone(id) // a copy, not to keep the whole line
		}
		c.parent = strings.Clone(payload.Get("parent_thread_id").Str)
		if spawn := payload.Get("source.subagent.thread_spawn.parent_thread_id").Str; spawn != "" {
			c.parent = strings.Clone(spawn)
		}
		c.skip = payload.Get("subagent_history_start_ordinal").Num
		if base := payload.Get("base_instructions.text"); base.Type == gjson.String && c.context == nil {
			return c.say("system", base)
		}
	case "response_item", "request_item":
		c.fork.item(maphash.String(c.seed, payload.Raw), at)
		return c.item(payload, at, line, n >= c.skip)
	case "compacted":
		return c.compacted(payload, at, line)
	case "token_usage_record":
		c.compact.record(c, payload, at, line)
	case "event_msg":
		if payload.Get("type").Str == "token_count" {
			c.close()
			c.usage(payload.Get("info"))
		}
	}
	return nil
}

// item reads a response item. Items copied from another session (own is false)
// are part of the context, but not calls of this session.
func (c *codexFile) item(item gjson.Result, at time.Time, line int, own bool) error {
	switch item.Get("type").Str {
	case "message":
		role := item.Get("role").Str
		if role == "assistant" {
			a := c.open(at, line, own)
			text := flattenContent(item.Get("content")).text
			a.responses(item.Raw, len(`{"type":"message","role":"assistant","content":[{"type":"output_text","text":}]}`)+len(text), true)
			a.text(text)
			return nil
		}
		c.close()
		c.settle()
		if role == "user" && !at.IsZero() && !strings.HasPrefix(item.Get("content.0.text").Str, "<") {
			c.typed = at
		}
		c.trigger = at
		return c.said(item, role)
	case "reasoning":
		a := c.open(at, line, own)
		a.block(item.Raw, true)
		elements(item.Get("summary")).ForEach(func(_, part gjson.Result) bool {
			a.reasoning(part.Get("text").Raw)
			return true
		})
	case "function_call", "custom_tool_call", "local_shell_call":
		a := c.open(at, line, own)
		id, name, args := item.Get("call_id"), item.Get("name"), item.Get("arguments")
		for _, other := range []string{"parameters", "input", "action"} {
			if !args.Exists() {
				args = item.Get(other)
			}
		}
		if !name.Exists() {
			name = parse([]byte(`"shell"`))
		}
		plain := 0
		if item.Get("type").Str == "function_call" {
			plain = len(`{"type":"function_call","name":,"arguments":,"call_id":}`) + len(rawString(name)) + len(args.Raw) + len(rawString(id))
		}
		a.responses(item.Raw, plain, false)
		a.call(call{rawString(id), rawString(name), args.Raw})
		c.owed = append(c.owed, strings.Clone(rawString(id)))
		if own {
			turn := len(c.Turns) - 1
			made := codexCall{turn: turn, index: len(c.Turns[turn].ToolCalls), at: at, name: strings.Clone(name.Str)}
			if strings.HasPrefix(made.name, "wait") {
				made.args = strings.Clone(args.Str)
			}
			c.calls[strings.Clone(id.Str)] = made
			c.Turns[turn].ToolCalls = append(c.Turns[turn].ToolCalls, toolCallOf(id, name))
		}
	case "function_call_output", "custom_tool_call_output", "local_shell_call_output":
		c.close()
		c.trigger, c.done = at, at
		id, output := item.Get("call_id"), item.Get("output")
		c.returned(id.Str, output, at)
		i := slices.Index(c.owed, rawString(id))
		if i < 0 {
			return nil // a repetition, or the result of a call that was compacted
		}
		c.owed = slices.Delete(c.owed, i, i+1)
		return c.gave(item, id, output)
	}
	return nil
}

// role returns the role of a message: chat templates take a system message only
// at the front.
func (c *codexFile) role(role string) string {
	if c.context == nil && role != "user" {
		return "system"
	}
	return "user"
}
