package format

import (
	"bytes"
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Two recorded numbers that describe one thing and cannot both be right are a finding
// with both of them: every reader checks here, and none believes either in silence.

// Rules of such findings.
const (
	ruleCacheInput    = "cache-against-input"
	ruleReasoning     = "reasoning-against-output"
	ruleTotal         = "total-against-parts"
	ruleUsageText     = "usage-against-text"
	ruleOutputText    = "output-against-text"
	ruleBlocksInput   = "blocks-against-input"
	mostBytesPerToken = 20   // of a whole message. Whitespace apart, no vocabulary has many tokens that long.
	templateTokens    = 1024 // that servers add to a request; their longest preambles are about as long
	messageTokens     = 16   // that a chat template puts around a message; most take 3 to 10
)

// counts are what a recording says of the tokens of a call, 0 for what it does not say.
// By the conventions of the format cached tokens are part of the input, and reasoning
// of the output.
type counts struct {
	input, cached, output, reasoning, total int
}

// A place is where a finding belongs.
type place struct {
	file       string
	line       int
	trajectory string
	turn       int
}

// check notes counts of a call that cannot all be right.
func (rd *reader) check(at place, c counts) {
	if c.cached > c.input && c.input > 0 {
		rd.conflict(at, ruleCacheInput, "%d cached tokens of %d input tokens, of which they are part", c.cached, c.input)
	}
	if c.reasoning > c.output && c.output > 0 && (c.total == 0 || c.total != c.input+c.output+c.reasoning) {
		rd.conflict(at, ruleReasoning, "%d reasoning tokens of %d output tokens, of which they are part", c.reasoning, c.output)
	}
	if sum := c.input + c.output; c.total > 0 && c.input > 0 && c.output > 0 &&
		c.total != sum && c.total != sum+c.cached && c.total != sum+c.reasoning && c.total != sum+c.cached+c.reasoning {
		rd.conflict(at, ruleTotal, "a total of %d tokens, and %d in and out", c.total, sum)
	}
}

// conflict notes two numbers that cannot both be right. Of each rule and trajectory the
// first place has a finding, which counts the others.
func (rd *reader) conflict(at place, rule, format string, args ...any) {
	key := conflictKey{at.file, at.trajectory, rule}
	if c := rd.conflicts[key]; c != nil {
		c.more++
		return
	}
	if len(rd.conflicts) >= maxFindings {
		return
	}
	if rd.conflicts == nil {
		rd.conflicts = make(map[conflictKey]*conflict)
	}
	c := &conflict{finding: trajectory.Finding{File: at.file, Line: at.line, Trajectory: at.trajectory, Turn: at.turn,
		Severity: trajectory.SeverityWarning, Rule: rule, Text: fmt.Sprintf(format, args...) + ": they cannot both be right"}}
	rd.conflicts[key] = c
	rd.conflictOrder = append(rd.conflictOrder, c)
}

type conflictKey struct{ file, trajectory, rule string }

// A conflict is the first of several.
type conflict struct {
	finding trajectory.Finding
	more    int
}

// noteConflicts turns the conflicts into findings.
func (rd *reader) noteConflicts() {
	for _, c := range rd.conflictOrder {
		if c.more > 0 {
			c.finding.Text += fmt.Sprintf(" (and %d more like it)", c.more)
		}
		rd.note(c.finding)
	}
	rd.conflicts, rd.conflictOrder = nil, nil
}

// checkText compares the token counts of all turns with their text. A token is at least
// one byte and at most so many; text that was not recorded says nothing.
func (rd *reader) checkText(w *trajectory.Workload) {
	for t := range w.Threads() {
		pictures, odd := pictures{}, false
		for i := range t.Turns {
			turn := &t.Turns[i]
			if turn.Origins.Text == trajectory.Synthetic {
				break
			}
			at := place{t.Source, turn.Line, t.ID, i}
			size := turn.History.Size() + len(turn.Tools)
			known := turn.PromptTokens > 0 && turn.Origins.Input == trajectory.Recorded
			few := turn.PromptTokens > size+messageTokens*turn.History.Len()+templateTokens && turn.Origins.Text == trajectory.Recorded
			if known && (few || size > mostBytesPerToken*(turn.PromptTokens+templateTokens)) && (odd || !pictures.in(turn.History)) {
				odd = true // and others like it need no search for pictures
				rd.conflict(at, ruleUsageText, "a prompt of %d tokens, and %d bytes of text", turn.PromptTokens, size)
			}
			if answer := answerOf(t, i); answer != nil && turn.OutputTokens > 0 && turn.Origins.Output == trajectory.Recorded {
				if n := len(answer.JSON()); n > mostBytesPerToken*(turn.OutputTokens+messageTokens) {
					rd.conflict(at, ruleOutputText, "an answer of %d tokens, and %d bytes of text", turn.OutputTokens, n)
				}
			}
		}
	}
}

// answerOf returns the answer to a turn, as the next one repeats it, nil if unknown.
func answerOf(t *trajectory.Trajectory, i int) *trajectory.Message {
	if i+1 >= len(t.Turns) {
		return nil
	}
	h, n := t.Turns[i+1].History, t.Turns[i].History.Len()
	if h.Len() <= n || h.Len() > n+maxAnswerParts {
		return nil
	}
	for h.Len() > n+1 {
		h = h.Front()
	}
	if m := h.Last(); h.Front() == t.Turns[i].History && m.Role() == "assistant" && m.Blocks() == nil {
		return m
	}
	return nil
}

// pictures are the histories of a thread that were searched for pictures.
type pictures map[*trajectory.History]bool

// in reports whether a history may have pictures or sounds in it, whose tokens have
// nothing to do with their bytes.
func (p pictures) in(h *trajectory.History) (found bool) {
	var fresh []*trajectory.History
	for ; h != nil; h = h.Front() {
		known, ok := p[h]
		if found = known; ok {
			break
		}
		fresh = append(fresh, h)
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		m := fresh[i].Last()
		found = found || m.Blocks() == nil && isPicture(m.JSON())
		p[fresh[i]] = found
	}
	return found
}

func isPicture(message []byte) bool {
	for _, sign := range []string{";base64,", `"image`, "[image]", `"input_audio"`, `"file"`} {
		if bytes.Contains(message, []byte(sign)) {
			return true
		}
	}
	return false
}
