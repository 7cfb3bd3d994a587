package format

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A reader reads the files of one workload.
type reader struct {
	store   trajectory.Store
	maxLine int
	problems
}

func newReader() *reader { return &reader{maxLine: maxLine} }

// A conversation is a trajectory that is being read.
type conversation struct {
	*trajectory.Trajectory
	next int // the index of its next row; -1 when any may follow
	lost int // conversations.lost when its last row was read
}

// conversations puts the rows of one or more files together, however they are
// interleaved.
type conversations struct {
	rd    *reader
	byID  map[string]*conversation
	order []*conversation // as they began
	task  string          // the task whose trace is read: one conversation, which takes its name
	lost  int             // rows so far of which not even the conversation is known
	// before are the messages of the last row, the only row that is kept;
	// spare is their memory two rows ago.
	before, spare []prefix
}

func (rd *reader) conversations(task string) *conversations {
	return &conversations{rd: rd, byID: make(map[string]*conversation), task: task}
}

// read adds the rows of one file.
func (cs *conversations) read(fsys fs.FS, name string) {
	f, err := open(fsys, name)
	if err != nil {
		cs.rd.add(err)
		return
	}
	defer f.Close()
	cs.readRows(name, f)
}

func (cs *conversations) readRows(name string, f *file) {
	in := &lines{r: f.Reader, max: cs.rd.maxLine}
	rows := 0
	for !cs.rd.full() {
		data, err := in.next()
		switch {
		case err == io.EOF && rows == 0:
			cs.rd.at(name, 0)("", errors.New("no rows"))
			return
		case err == io.EOF:
			return
		case errors.Is(err, errLongLine):
			cs.rd.at(name, in.n)("", err)
			return
		case err != nil:
			cs.rd.add(fmt.Errorf("%s:%d: %w", name, in.n, err))
			return
		case len(data) == 0:
			continue
		}
		rows++
		cs.add(decodeRow(name, in.n, data, cs.rd.at(name, in.n)))
	}
}

// add appends a row to its conversation.
func (cs *conversations) add(r *row) {
	if cs.task != "" && r.task != cs.task {
		cs.wrongTask(r)
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
		c = &conversation{Trajectory: &trajectory.Trajectory{ID: r.conversation, Source: r.file}}
		if cs.task != "" {
			c.ID = cs.task
		}
		cs.byID[r.conversation] = c
		cs.order = append(cs.order, c)
	}
	cs.checkIndex(c, r)
	prefixes := r.context(&cs.rd.store, cs.spare[:0], cs.before)
	clear(cs.before)
	cs.before, cs.spare = prefixes, cs.before
	tools := cs.tools(c, r)
	if r.bad {
		return
	}
	r.turn.Context, r.turn.Tools = prefixes[len(prefixes)-1].context, tools
	c.Turns = append(c.Turns, r.turn)
}

func (cs *conversations) wrongTask(r *row) {
	switch {
	case r.task != "":
		r.report("task_id", fmt.Errorf("%q, expected %q", clip(r.task), clip(cs.task)))
	case !r.bad: // else it is perhaps only out of reach
		r.report("task_id", fmt.Errorf("missing, expected %q", clip(cs.task)))
	}
}

// checkIndex reports a row out of place. After a gap it goes on from there,
// and after a line of which nothing is known it takes what comes: one mistake
// makes one report.
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

// tools returns the shared tool list of a row.
func (cs *conversations) tools(c *conversation, r *row) []byte {
	if r.tools.Raw == "" {
		return nil
	}
	if n := len(c.Turns); n > 0 && string(c.Turns[n-1].Tools) == r.tools.Raw {
		return c.Turns[n-1].Tools
	}
	tools, err := cs.rd.store.Raw([]byte(r.tools.Raw))
	if err != nil {
		r.report("tools", err)
	}
	return tools
}

// trajectories returns what was read.
func (cs *conversations) trajectories() []*trajectory.Trajectory {
	all := make([]*trajectory.Trajectory, len(cs.order))
	for i, c := range cs.order {
		all[i] = c.Trajectory
	}
	return all
}
