package audit

import (
	"bytes"
	"context"
	"strings"

	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A kind is a way in which a prompt is sent, or its answer sent back.
type kind int

const (
	fresh     kind = iota // as a play of its own, of forced length
	unlikeIt              // a text of that length that no play has, of forced length
	repeat                // byte for byte as fresh
	resalted              // as fresh, behind another prefix
	free                  // as another play, of free length
	nothing               // a word as the only message
	recount               // the answer to fresh as the only message
	recountIt             // that to free
	kinds
)

// An answer is what came back of one kind of a prompt.
type answer struct {
	sent   bool
	err    error
	forced bool // to limit tokens
	limit  int
	timing metrics.Timing
	text   string
	body   []byte // the request, where somebody will look at it
}

func (a *answer) ok() bool { return a.sent && a.err == nil }

// claimed returns the tokens that the server says it made, or else those counted.
func (a *answer) claimed() int {
	if a.timing.UsageReported {
		return a.timing.Usage.Completion
	}
	return a.timing.Tokens
}

// perToken returns the time of making a token, in seconds: that after the first output over
// the tokens.
func (a *answer) perToken() float64 {
	return (a.timing.E2E - a.timing.First).Seconds() / float64(max(1, a.timing.Tokens))
}

// prefill returns the time to the first token for each token of input, in seconds.
func (a *answer) prefill() float64 {
	return a.timing.First.Seconds() / float64(max(1, a.timing.Usage.Prompt))
}

// An item is a prompt with all that came back.
type item struct {
	id     int
	before float64
	got    [kinds]answer
}

// An asker sends the questions of one agent.
type asker struct {
	sender listener
	// The length of answers is forced, or left to the model up to a limit.
	forced, open *trajectory.Replayer
	short        *trajectory.Replayer // for one token
	next         func() (trajectory.Play, bool)
	free         int  // limit of answers of free length; 0 for that of the prompt
	keep         bool // keep the requests of free length
}

// A listener hears what is answered.
type listener struct {
	trajectory.Answerer
	text string
	body []byte
	keep bool
}

func (l *listener) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) (err error) {
	if l.body = nil; l.keep {
		l.body = bytes.Join(r.Body, nil)
	}
	l.text, err = l.Answer(ctx, r, clock)
	return err
}

// newAsker returns an asker whose plays next returns: fresh prefixes and sessions.
func newAsker(s trajectory.Answerer, policy trajectory.Policy, next func() (trajectory.Play, bool)) *asker {
	a := &asker{sender: listener{Answerer: s}, next: next}
	connect := func() trajectory.Sender { return &a.sender }
	exact := policy.Output == trajectory.OutputExact
	policy.Output = trajectory.OutputCap
	a.open = trajectory.NewReplayer(connect, policy, nil)
	if a.forced = a.open; exact {
		policy.Output = trajectory.OutputExact
		a.forced = trajectory.NewReplayer(connect, policy, nil)
	}
	policy.Output, policy.Fields = trajectory.OutputCap, fields.ForOneToken(policy.Fields)
	a.short = trajectory.NewReplayer(connect, policy, nil)
	return a
}

// keepText returns as much of what was heard as checks look at.
func (a *asker) keepText(k kind) string {
	switch text := a.sender.text; {
	case k != fresh && k != free:
		return ""
	case k == free && a.keep:
		return text
	default:
		return strings.Clone(text[:min(len(text), mostText)])
	}
}

// ask sends everything about a prompt, and tells done of each request.
func (a *asker) ask(ctx context.Context, p *prompt, done func()) (it item) {
	it.id, it.before = p.id, p.before
	var first, play trajectory.Play
	for k := range kinds {
		turn, replayer := p.turn, a.forced
		turn.OutputTokens, turn.MaxOutputTokens = p.limit, 0
		switch k {
		case fresh:
			first, _ = a.next()
			play = first
		case repeat:
			play = first
		case unlikeIt, resalted, free:
			play, _ = a.next()
		default:
			play, _ = a.next()
			play.Prefix, replayer = "", a.short
			turn.Tools, turn.OutputTokens, turn.PromptTokens = nil, 1, 0
		}
		switch k {
		case unlikeIt:
			turn.History = p.unlike
		case free:
			replayer = a.open
			if a.free > 0 {
				turn.OutputTokens = a.free
			}
		case nothing, recount, recountIt:
			text := "."
			if k != nothing {
				of := &it.got[fresh]
				if k == recountIt {
					of = &it.got[free]
				}
				if text = of.text; !of.ok() || len(text) == 0 || len(text) >= mostText {
					continue
				}
			}
			var err error
			if turn.History, err = say(new(trajectory.Store), nil, text); err != nil {
				continue
			}
		}
		a.sender.keep = a.keep && k == free
		play.Trajectory, play.Start = &trajectory.Trajectory{ID: "audit", Turns: []trajectory.Turn{turn}}, 0
		for res := range replayer.Play(ctx, play) {
			err := res.Err
			if k == nothing || k == recount || k == recountIt { // the one token may show nothing
				if res.Timing.UsageReported && res.Timing.Usage.Prompt > 0 {
					err = nil
				}
			}
			it.got[k] = answer{
				sent: true, err: err, forced: res.Forced, limit: res.MaxTokens, timing: res.Timing, text: a.keepText(k), body: a.sender.body,
			}
		}
		if ctx.Err() != nil {
			return it
		}
		done()
	}
	return it
}
