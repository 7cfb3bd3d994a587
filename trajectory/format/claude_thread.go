package format

import (
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A claudeThread is a session or a subagent being read.
type claudeThread struct {
	p              *claudeParser
	session, agent string // agent is empty for the session itself
	file           string
	first          time.Time // time of its first record

	context *trajectory.History
	prefix  *trajectory.History // made up for what is not in the log
	made    bool                // whether makePrefix was called
	// epochs are the contexts so far. A rewound session continues from one of
	// them.
	epochs []claudeEpoch

	turns  []trajectory.Turn
	starts []time.Time // when each turn was due: the last event before it
	ends   []time.Time // of the answers

	// The turn whose answer is being read:
	claudeIdentities
	copied     bool // the answer is a copy of another session's, not a call of this one
	answer     answer
	output     int // tokens as recorded, 0 if that is a placeholder
	results    []claudeResult
	typed      []claudeTyped // messages after the results, held back in case the answer continues
	trigger    time.Time     // time of the last record that was not part of an answer, zero if none since the last turn
	lastResult time.Time
	prompt     time.Time // when a person last wrote, zero if not since the last turn

	compacting int // the turn that waits for its summary, counted from 1; 0 if none
	lost       int // calls without a result
	stray      int // results without a call, and late parts of answers
	retried    int
}

type claudeEpoch struct {
	context *trajectory.History
	turns   int
}

type claudeResult struct {
	id, message string
	recorded    trajectory.Recording
}

type claudeTyped struct {
	message  string
	recorded trajectory.Recording
}

func (t *claudeThread) id() string {
	if t.agent == "" {
		return t.session
	}
	return t.session + "/" + t.agent
}

// epoch returns the number of the context that ends with the last record. The
// open answer and each message held back will add one.
func (t *claudeThread) epoch() int {
	n := len(t.epochs) - 1 + len(t.typed)
	if t.open != "" {
		n++
	}
	return n
}

func (t *claudeThread) fork(n claudeNode) {
	n.thread.flush()
	e := n.thread.epochs[min(max(0, n.epoch), len(n.thread.epochs)-1)]
	t.context, t.prefix, t.made = e.context, n.thread.prefix, true
	t.mark()
}

// mark adds the context to the epochs.
func (t *claudeThread) mark() {
	t.epochs = append(t.epochs, claudeEpoch{t.context, len(t.turns)})
}

func (t *claudeThread) append(message []byte) error {
	add := t.p.rd.appendWhole
	if t.p.halves {
		add = t.p.rd.append
	}
	c, err := add(t.context, message)
	if err == nil {
		t.context = c
	}
	return err
}

// appendRecorded is append for a message and what it was recorded as.
func (t *claudeThread) appendRecorded(message []byte, r trajectory.Recording) error {
	if len(r.JSON) == 0 {
		return t.append(message)
	}
	c, err := t.p.rd.appendRecorded(t.context, message, r)
	if err == nil {
		t.context = c
	}
	return err
}

// begun sets the file of a thread at its first message.
func (t *claudeThread) begun(r claudeRecord) {
	if len(t.turns) == 0 && t.context == nil && t.open == "" && len(t.typed) == 0 {
		t.file = r.file
	}
}

// flush ends the open turn: its answer, the tool results and the messages held
// back become part of the context.
func (t *claudeThread) flush() {
	if t.open == "" && len(t.typed) == 0 {
		return
	}
	if t.open != "" {
		if !t.copied {
			t.finish()
		}
		t.appendRecorded(t.answer.message(&t.p.buf), t.answer.recorded(trajectory.APIMessages))
		t.flushResults()
		t.mark()
	}
	for _, typed := range t.typed {
		t.appendRecorded([]byte(typed.message), typed.recorded)
		t.mark()
	}
	t.open, t.output, t.answer, t.results, t.typed = "", 0, answer{}, nil, nil
}

// flushResults appends the results of the open answer in the order they came, and
// a placeholder for each that never came.
func (t *claudeThread) flushResults() {
	given := make(map[string]bool, len(t.results))
	for _, r := range t.results {
		given[r.id] = true
		t.appendRecorded([]byte(r.message), r.recorded)
	}
	for _, c := range t.answer.calls {
		if id := unquote([]byte(c.id)); !given[id] {
			given[id] = true
			t.lost++
			t.append(toolMessage(&t.p.buf, c.id, `"[no result was recorded]"`))
		}
	}
}
