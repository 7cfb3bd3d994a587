package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A rowKind says what the rows of a session hold.
type rowKind int

const (
	unknownRows rowKind = iota
	histories
	deltas
)

// said adds a row with text.
func (p *aiperfParser) text(r *aiperfRow) (field string, err error) {
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
	severity, claim := trajectory.SeverityError, ""
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
			severity = trajectory.SeverityWarning
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
	if claim != "" && !s.warned {
		s.warned = true
		p.rd.note(trajectory.Finding{
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
