package format

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// An aiperfParser reads the JSON Lines of Mooncake and what AIPerf made of them:
// one request on each line, as block hashes, a length, a text, messages or a whole
// body. Rows with a session_id form sessions; of the others those that begin with
// an earlier one go on with it.
type aiperfParser struct {
	rd       *reader
	sessions map[string]*aiperfSession
	order    []*aiperfSession
	ends     map[uint64][]*aiperfSession // sessions of hashes, by all their whole blocks
	chains   *chains                     // sessions of messages
	chats    map[int64]*aiperfSession    // by chat_id
	ids      []uint64
	block    int // tokens, as rows show it
}

func newAIPerfParser(rd *reader) *aiperfParser {
	return &aiperfParser{
		rd: rd, sessions: make(map[string]*aiperfSession), ends: make(map[uint64][]*aiperfSession),
		chains: newChains(rd), chats: make(map[int64]*aiperfSession),
	}
}

// An aiperfSession is a session and what the next row needs to know of it.
type aiperfSession struct {
	chain
	chat *hashedChat
	end  uint64 // its key in ends
	kind rowKind
	told bool // that its history is not what it claims
}

// A rowKind says what the rows of a session hold.
type rowKind int

const (
	unknownRows rowKind = iota
	histories
	deltas
)

// An aiperfRow is one line.
type aiperfRow struct {
	file          string
	line          int
	session, mode string
	input, output int
	at            time.Time     // zero when absent
	delay         time.Duration // negative when absent
	block         int           // tokens
	messages      gjson.Result
	tools         gjson.Result
	limit         int
}

func (p *aiperfParser) trajectories() []*trajectory.Trajectory {
	var all []*trajectory.Trajectory
	for _, s := range p.order {
		estimateOutputs(s.Trajectory)
		all = append(all, s.Trajectory)
	}
	return append(all, p.chains.trajectories()...)
}

// aiperfFields are the fields that are used.
func aiperfFields() []string {
	return []string{
		"input_length", "output_length", "hash_ids", "text_input", "messages", "message_mode", "payload", "tools",
		"timestamp", "delay", "session_id", "chat_id", "parent_chat_id",
	}
}

func (p *aiperfParser) read(name string, f *file) {
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) {
		bad := false
		report := p.rd.record(name, line)
		fields := newRecord(object, "", aiperfFields(), func(field string, err error) {
			bad = true
			report(field, err)
		})
		r := aiperfRow{file: name, line: line, delay: -1}
		r.decode(fields)
		chat, hasChat := fields.number("chat_id", 0, 1<<53)
		parent, hasParent := fields.number("parent_chat_id", -1, 1<<53)
		if !hasParent {
			parent = -1
		}
		hashes, hasHashes := fields.array("hash_ids")
		if hasChat && hasHashes {
			r.block = 16 // Bailian's
			r.at = time.UnixMilli(0).Add(1000 * r.at.Sub(time.UnixMilli(0)))
		}
		if bad {
			return
		}
		var field string
		var err error
		switch {
		case hasHashes || r.messages.Raw == "":
			s := jsonscan.Scanner{Data: []byte(hashes.Raw)}
			if p.ids = p.ids[:0]; hasHashes {
				p.ids = s.Uints(p.ids)
			}
			if s.Err != nil {
				report("hash_ids", s.Err)
				return
			}
			field, err = p.hashed(&r, hasChat, int64(chat), int64(parent))
		default:
			field, err = p.said(&r)
		}
		if err != nil {
			report(field, err)
		}
	})
}

// decode takes the fields of a row.
func (r *aiperfRow) decode(f record) {
	r.session, r.mode = f.text("session_id"), f.text("message_mode")
	r.input, _ = f.count("input_length", 0, maxPrompt)
	r.output, _ = f.count("output_length", 0, maxPrompt)
	if at, ok := f.number("timestamp", 0, 1e15); ok {
		r.at = time.UnixMilli(0).Add(time.Duration(math.Round(at * float64(time.Millisecond))))
	}
	if d, ok := f.millis("delay"); ok {
		r.delay = d
	}
	r.messages, _ = f.array("messages")
	r.tools = f.fields["tools"]
	if text := f.fields["text_input"]; text.Exists() {
		if text.Type != gjson.String {
			f.fail("text_input", "%s, expected a string", kind(text))
			return
		}
		r.messages, r.mode = gjson.Parse(`[{"role":"user","content":`+text.Raw+`}]`), "text"
	}
	if body := f.fields["payload"]; body.Exists() {
		r.messages, r.tools, r.mode = body.Get("messages"), body.Get("tools"), "history"
		r.limit = tokens(body.Get("max_tokens")) + tokens(body.Get("max_completion_tokens"))
		if !r.messages.IsArray() {
			f.fail("payload", `no "messages" in it`)
		}
	}
	if r.messages.Raw == "" && r.input == 0 && !f.fields["hash_ids"].Exists() {
		f.fail("", "none of input_length, hash_ids, text_input, messages and payload")
	}
}

// open returns the session of a name.
func (p *aiperfParser) open(r *aiperfRow, id string) *aiperfSession {
	s := p.sessions[id]
	if s == nil || id == "" {
		name := id
		if id == "" {
			name = fmt.Sprintf("%s:%d", plainName(r.file), r.line)
		}
		s = &aiperfSession{chain: chain{Trajectory: &trajectory.Trajectory{ID: name, Source: r.file}}}
		p.order = append(p.order, s)
		if id != "" {
			p.sessions[id] = s
		}
	}
	return s
}

// hashed adds a row without text.
func (p *aiperfParser) hashed(r *aiperfRow, hasChat bool, chat, parent int64) (field string, err error) {
	if r.block == 0 {
		r.block = p.blockOf(len(p.ids), r.input)
	}
	if r.input == 0 {
		r.input = len(p.ids) * r.block
	}
	if r.input == 0 {
		return "input_length", errors.New("0, expected at least 1")
	}
	if most := len(p.ids) * r.block; len(p.ids) > 0 && (r.input > most+r.block || r.input <= most-r.block) {
		return "hash_ids", fmt.Errorf("%d blocks of %d tokens for an input_length of %d", len(p.ids), r.block, r.input)
	}
	var s *aiperfSession
	switch {
	case r.session != "":
		s = p.open(r, r.session)
	case hasChat:
		if s = p.chats[parent]; s == nil {
			s = p.open(r, "")
		}
		p.chats[chat] = s
	default:
		if s = p.continued(r); s == nil {
			s = p.open(r, "")
		}
	}
	if s.chat == nil {
		// Block hashes are the same in all rows of such files.
		s.chat = &hashedChat{rd: p.rd, size: r.block, tail: mix(2, uint64(len(p.order)))}
	}
	answer := 0
	if n := len(s.Turns); n > 0 {
		answer = s.Turns[n-1].OutputTokens
	}
	c, err := s.chat.next(p.ids, r.input, answer)
	if err != nil {
		return "hash_ids", err
	}
	p.add(s, r, trajectory.Turn{
		Context: c, PromptTokens: r.input, OutputTokens: r.output, Line: r.line,
		Origins: trajectory.Origins{Text: trajectory.Synthetic},
	})
	if r.session == "" && !hasChat {
		p.ends[s.end] = without(p.ends[s.end], s)
		if whole := r.input / r.block; whole > 0 && len(p.ids) >= whole {
			s.end = chainOf(p.ids[:whole])
			p.ends[s.end] = append(p.ends[s.end], s)
		}
	}
	return "", nil
}

// blockOf returns the length of a block: Mooncake's, unless rows have a number of
// blocks for their length that fits another power of two alone.
func (p *aiperfParser) blockOf(blocks, input int) int {
	fits := func(size int) bool { return size*(blocks-1) < input && input < size*(blocks+1) }
	if p.block == 0 {
		p.block = 512
	}
	if blocks > 1 && input > 0 && !fits(p.block) {
		for size := 8; size <= 1<<16; size *= 2 {
			if fits(size) {
				p.block = size
				break
			}
		}
	}
	return p.block
}

// continued returns the session that a row without a session goes on with.
func (p *aiperfParser) continued(r *aiperfRow) (s *aiperfSession) {
	h := uint64(0)
	for _, id := range p.ids {
		h = mix(h, id)
		for _, open := range p.ends[h] {
			if !r.at.Before(open.begun) {
				s = open
				break
			}
		}
	}
	return s
}

// without returns a list without one of its elements, nil when none is left.
func without[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func chainOf(ids []uint64) (h uint64) {
	for _, id := range ids {
		h = mix(h, id)
	}
	return h
}

// add adds a turn to a session. A delay is what the row waits after the answer
// before it; without one the difference of the times stands for it.
func (p *aiperfParser) add(s *aiperfSession, r *aiperfRow, turn trajectory.Turn) {
	s.append(turn, r.at)
	if n := len(s.Turns); n > 1 && r.delay >= 0 {
		last, before := s.Turns[n-1].Context, &s.Turns[n-2]
		setWait(before, r.delay.Seconds(), turn.Origins.Text != trajectory.Synthetic && endsInPrompt(last, before.Context), trajectory.Recorded)
	} else if n > 1 && !r.at.IsZero() && turn.Origins.Text == trajectory.Synthetic {
		before := &s.Turns[n-2]
		setWait(before, (before.ToolDelay + before.HumanDelay).Seconds(), true, trajectory.Estimated)
	}
}

// said adds a row with text.
func (p *aiperfParser) said(r *aiperfRow) (field string, err error) {
	var c *trajectory.Context
	i := 0
	r.messages.ForEach(func(_, m gjson.Result) bool {
		if i == maxMessages {
			err = fmt.Errorf("more than %d messages", maxMessages)
		} else {
			c, err = p.rd.append(c, []byte(m.Raw))
		}
		i++
		return err == nil
	})
	if err != nil {
		return fmt.Sprintf("messages[%d]", i-1), err
	}
	if c == nil {
		return "messages", errors.New("empty")
	}
	turn := trajectory.Turn{Context: c, OutputTokens: r.output, PromptTokens: r.input, MaxOutputTokens: r.limit, Line: r.line}
	if turn.Tools, err = p.rd.tools(r.tools); err != nil {
		return "tools", err
	}
	if r.session == "" && r.mode != "delta" && r.mode != "text" {
		p.chains.add(turn, turn.Context, fmt.Sprintf("%s:%d", plainName(r.file), r.line), r.file, r.at)
		return "", nil
	}
	s := p.open(r, r.session)
	if n := len(s.Turns); n > 0 {
		if turn.Tools == nil && r.mode != "history" {
			turn.Tools = s.Turns[n-1].Tools
		}
		if err := p.history(s, r, &turn); err != nil {
			return "messages", err
		}
	}
	p.add(s, r, turn)
	return "", nil
}

// rootOf returns the context of the first message alone.
func rootOf(c *trajectory.Context) *trajectory.Context {
	for c.Len() > 1 {
		c = c.Front()
	}
	return c
}

// begins reports whether a context begins with all of a shorter one.
func begins(c, shorter *trajectory.Context) bool {
	if c.Len() <= shorter.Len() {
		return false
	}
	for c.Len() > shorter.Len() {
		c = c.Front()
	}
	return c == shorter
}

// history decides whether the messages of a row are all of its context or what is
// new in it. What they are decides, and what the row claims only where that says
// nothing: cumulative rows taken for new ones double the history.
func (p *aiperfParser) history(s *aiperfSession, r *aiperfRow, turn *trajectory.Turn) error {
	before := &s.Turns[len(s.Turns)-1]
	root := rootOf(turn.Context)
	alike := root == rootOf(s.Turns[0].Context)
	all := begins(turn.Context, before.Context)
	first := root.Last().Role()
	severity, claim := trajectory.Error, ""
	var whole bool
	switch r.mode {
	case "text": // a prompt and nothing else
	case "delta":
		if whole = all; whole {
			claim = "the rows claim to hold what is new, but each repeats the one before it: they are read as whole histories"
		}
	case "history":
		if whole = alike || first != "assistant" && first != "tool"; !whole {
			claim = "the rows claim to hold whole histories, but have nothing in common and begin with an answer: they are read as what is new"
		} else if !alike {
			severity = trajectory.Warning
			claim = "the row claims to hold a whole history, but has nothing in common with the one before it: perhaps it is only what is new"
		}
	default:
		// Sessions are one or the other. A cumulative one that has nothing of the
		// row before was compacted; a prompt that is repeated is no history.
		whole = all || alike && s.kind != deltas || s.kind == histories
	}
	if s.kind = deltas; whole {
		s.kind = histories
	}
	if claim != "" && !s.told {
		s.told = true
		p.rd.find(trajectory.Finding{
			File: r.file, Line: r.line, Trajectory: s.ID, Turn: len(s.Turns), Severity: severity, Rule: "history", Text: claim,
		})
	}
	if whole {
		return nil
	}
	added := turn.Context.Append(nil)
	c := before.Context
	if first != "assistant" && c.Last().Role() != "assistant" {
		// The answer was not recorded: as many tokens stand for it.
		var err error
		c, err = p.rd.store.AppendSynthetic(c, []byte(`{"role":"assistant","content":""}`),
			[]trajectory.Block{{Seed: mix(hashScope(s.ID), uint64(len(s.Turns))), Tokens: max(1, before.OutputTokens)}})
		if err != nil {
			return err
		}
		turn.Origins.Text = trajectory.Estimated
	}
	for _, m := range added {
		var err error
		if c, err = p.rd.store.Append(c, m.JSON()); err != nil {
			return err
		}
	}
	turn.Context = c
	return nil
}
