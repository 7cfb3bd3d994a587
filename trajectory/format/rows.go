package format

import (
	"fmt"
	"io/fs"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A conversation is a trajectory of which rows are still being read.
type conversation struct {
	*trajectory.Trajectory
	next int // index of its next row; -1 if any may follow
	lost int // conversations.lost when its last row was read

	parent   string // parent and place of a subagent
	subagent trajectory.Subagent
	file     string
	line     int
}

// conversations is the parser of rows. It assembles conversations from the rows
// of one or more files, in any interleaving.
type conversations struct {
	rd    *reader
	byID  map[string]*conversation
	order []*conversation // in the order of their first rows
	task  string          // if set, rows are the trace of this task: one conversation, named after it
	lost  int             // rows so far whose conversation could not be read
	// before are the messages of the last row, the only one that is kept. spare
	// is the memory of the row before that, for reuse.
	before, spare []prefix
}

func (rd *reader) conversations(task string) *conversations {
	return &conversations{rd: rd, byID: make(map[string]*conversation), task: task}
}

// open opens a file and reads its rows.
func (cs *conversations) open(fsys fs.FS, name string) {
	f, err := cs.rd.open(fsys, name)
	if err != nil {
		cs.rd.add(err)
		return
	}
	defer f.Close()
	cs.read(name, f)
}

// read reads the rows of a file.
func (cs *conversations) read(name string, f *file) {
	cs.rd.eachLine(name, f, func(line int, data []byte) {
		cs.add(decodeRow(name, line, data, cs.rd.atRecord(name, line)))
	})
}

// add appends a row to its conversation.
func (cs *conversations) add(r *row) {
	if cs.task != "" && r.task != cs.task {
		cs.checkTask(r)
	}
	if r.conversation == "" {
		cs.lost++
		return
	}
	c := cs.byID[r.conversation]
	if c == nil {
		if cs.task != "" && len(cs.order) > 0 {
			r.report("conversation_id", fmt.Errorf("%q, but a trace holds one conversation", clip(r.conversation)))
			return
		}
		c = &conversation{
			Trajectory: &trajectory.Trajectory{ID: r.conversation, Source: r.file},
			parent:     r.parent, subagent: r.subagent, file: r.file, line: r.line,
		}
		if cs.task != "" {
			c.ID = cs.task
		}
		cs.byID[r.conversation] = c
		cs.order = append(cs.order, c)
	}
	cs.checkIndex(c, r)
	prefixes := r.context(cs.rd, cs.spare[:0], cs.before)
	clear(cs.before)
	cs.before, cs.spare = prefixes, cs.before
	tools := cs.tools(c, r)
	if r.bad {
		return
	}
	r.turn.History, r.turn.Tools, r.turn.Line = prefixes[len(prefixes)-1].context, tools, r.line
	c.Turns = append(c.Turns, r.turn)
}

func (cs *conversations) checkTask(r *row) {
	switch {
	case r.task != "":
		r.report("task_id", fmt.Errorf("%q, expected %q", clip(r.task), clip(cs.task)))
	case !r.bad: // a bad row may have a task that could not be read
		r.report("task_id", fmt.Errorf("missing, expected %q", clip(cs.task)))
	}
}

// checkIndex reports a row out of place. To report each mistake once, it then
// expects the row after that one, and accepts any row after one that could not be
// read.
func (cs *conversations) checkIndex(c *conversation, r *row) {
	if r.index < 0 {
		c.next = -1
		return
	}
	if r.index != c.next && c.next >= 0 && c.lost == cs.lost {
		where := ""
		if c.Source != r.file {
			where = fmt.Sprintf(" (the conversation began in %s)", c.Source)
		}
		r.report("conversation_idx", fmt.Errorf("%d, expected %d%s", r.index, c.next, where))
	}
	c.next, c.lost = r.index+1, cs.lost
}

// tools returns the stored tool list of a row.
func (cs *conversations) tools(c *conversation, r *row) []byte {
	if r.tools.Raw == "" {
		return nil
	}
	if n := len(c.Turns); n > 0 && string(c.Turns[n-1].Tools) == r.tools.Raw {
		return c.Turns[n-1].Tools
	}
	tools, err := cs.rd.raw([]byte(r.tools.Raw))
	if err != nil {
		r.report("tools", err)
	}
	return tools
}

// trajectories returns the conversations, subagents beside their parents.
func (cs *conversations) trajectories() []*trajectory.Trajectory {
	return joinConversations(cs.rd, cs.order)
}

// joinConversations puts subagents beside their parents. Conversations without
// turns, all of whose rows were skipped, are left out.
func joinConversations(rd *reader, order []*conversation) []*trajectory.Trajectory {
	byID := make(map[string]*conversation, len(order))
	for _, c := range order {
		byID[c.ID] = c
	}
	var all []*trajectory.Trajectory
	for _, c := range order {
		if len(c.Turns) == 0 {
			continue
		}
		if c.parent == "" {
			all = append(all, c.Trajectory)
			continue
		}
		parent := byID[c.parent]
		if err := c.checkPlace(parent); err != nil {
			rd.atRecord(c.file, c.line)("parent_conversation_id", err)
			continue
		}
		c.subagent.Trajectory = c.Trajectory
		parent.Subagents = append(parent.Subagents, c.subagent)
	}
	return all
}

// checkPlace returns why a conversation cannot be a subagent of parent, or nil.
func (c *conversation) checkPlace(parent *conversation) error {
	s := c.subagent
	switch {
	case parent == nil || len(parent.Turns) == 0:
		return fmt.Errorf("%q, but there is no such conversation", clip(c.parent))
	case s.After >= len(parent.Turns), s.Join >= len(parent.Turns):
		return fmt.Errorf("%q has only %d turns, but subagent_after is %d and subagent_join %d", clip(c.parent), len(parent.Turns), s.After, s.Join)
	case s.Join != 0 && s.Join <= s.After:
		return fmt.Errorf("subagent_join is %d, expected 0 or more than subagent_after, %d", s.Join, s.After)
	}
	for t := range c.All() {
		if t == parent.Trajectory {
			return fmt.Errorf("%q is itself a subagent of this conversation", clip(c.parent))
		}
	}
	return nil
}
