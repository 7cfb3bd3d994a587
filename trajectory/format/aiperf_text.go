package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A rowKind tells what the rows of a session hold: whole histories, or what is
// new.
type rowKind int

const (
	unknownRows rowKind = iota
	histories
	deltas
)

// text adds a row with text. An error concerns the returned field.
func (p *aiperfParser) text(r *aiperfRow) (field string, err error) {
	var c *trajectory.History
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
	turn := trajectory.Turn{History: c, OutputTokens: r.output, PromptTokens: r.input, MaxOutputTokens: r.limit, Line: r.line}
	if turn.Tools, err = p.rd.tools(r.tools); err != nil {
		return "tools", err
	}
	if r.session == "" && r.mode != "delta" && r.mode != "text" {
		p.chains.add(turn, turn.History, fmt.Sprintf("%s:%d", plainName(r.file), r.line), r.file, r.at)
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

// rootOf returns the context of the first message.
func rootOf(c *trajectory.History) *trajectory.History {
	for c.Len() > 1 {
		c = c.Front()
	}
	return c
}

// begins reports whether shorter is a proper prefix of c.
func begins(c, shorter *trajectory.History) bool {
	if c.Len() <= shorter.Len() {
		return false
	}
	for c.Len() > shorter.Len() {
		c = c.Front()
	}
	return c == shorter
}

// history decides whether the messages of a row are its whole context or what is
// new in it. It goes by the messages, and by what the row claims only if they do
// not tell: cumulative rows taken for new ones would double the history.
func (p *aiperfParser) history(s *aiperfSession, r *aiperfRow, turn *trajectory.Turn) error {
	before := &s.Turns[len(s.Turns)-1]
	root := rootOf(turn.History)
	alike := root == rootOf(s.Turns[0].History)
	all := begins(turn.History, before.History)
	first := root.Last().Role()
	severity, claim := trajectory.SeverityError, ""
	var whole bool
	switch r.mode {
	case "text": // a single prompt
	case "delta":
		if whole = all; whole {
			claim = "the rows claim to hold only new messages, but each repeats the one before it: they are read as whole histories"
		}
	case "history":
		if whole = alike || first != "assistant" && first != "tool"; !whole {
			claim = "the rows claim to hold whole histories, but have nothing in common and begin with an answer: they are read as new messages"
		} else if !alike {
			severity = trajectory.SeverityWarning
			claim = "the row claims to hold a whole history, but has nothing in common with the one before it: it may hold only new messages"
		}
	default:
		// A session has rows of one kind. A cumulative row that shares nothing
		// with the one before was compacted; a repeated prompt is not a history.
		whole = all || alike && s.kind != deltas || s.kind == histories
	}
	if s.kind = deltas; whole {
		s.kind = histories
	}
	if claim != "" && !s.warned {
		s.warned = true
		p.rd.note(trajectory.Finding{
			File: r.file, Line: r.line, Trajectory: s.ID, Turn: len(s.Turns), Severity: severity, Rule: "history", Text: claim,
		})
	}
	if whole {
		return nil
	}
	added := turn.History.Append(nil)
	c := before.History
	if first != "assistant" && c.Last().Role() != "assistant" {
		// The answer was not recorded: synthetic text of its length stands for
		// it.
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
	turn.History = c
	return nil
}
