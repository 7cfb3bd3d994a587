package agentperftest_test

import (
	"context"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// flawedRows are flawed loads whose phases say what was not, each of which would decide an answer.
func flawedRows() map[string]caughtLoad {
	rows := func(change func(r *record.Row)) caughtLoad {
		return caughtLoad{"rows", flawedLoad{phase: func(p *record.Phase) {
			for i := range p.Rows {
				change(&p.Rows[i])
			}
		}}}
	}
	looks := func(change func(p *record.Phase)) caughtLoad {
		return caughtLoad{"look", flawedLoad{watch: func(w *record.Watch) {
			if told := w.Look; told != nil {
				w.Look = func(p *record.Phase) bool {
					own := &record.Phase{Header: p.Header, Plays: p.Plays, Threads: p.Threads, Messages: p.Messages, Rows: slices.Clone(p.Rows), Open: slices.Clone(p.Open)}
					change(own)
					return told(own)
				}
			}
		}}}
	}
	ended := func(change func(p *record.Phase) *record.Phase) caughtLoad {
		return caughtLoad{"told", flawedLoad{watch: func(w *record.Watch) {
			told := w.Ended
			w.Ended = func(p *record.Phase, r *record.Row) { told(change(p), r) }
		}}}
	}
	late := rows(func(r *record.Row) { r.Due = r.Sent })
	late.sender = each(5, func(ctx context.Context, s trajectory.Sender, r *trajectory.Request, clock *metrics.Clock) error {
		time.Sleep(400 * time.Millisecond)
		return s.Send(ctx, r, clock)
	})
	return map[string]caughtLoad{
		// What TTFT and speed are made of.
		"First is Sent":      rows(func(r *record.Row) { r.First = min(r.First, r.Sent) }),
		"First is Last":      rows(func(r *record.Row) { r.First = r.Last }),
		"Last is First":      rows(func(r *record.Row) { r.Last = r.First }),
		"Made is none":       rows(func(r *record.Row) { r.Made = record.None }),
		"FirstTokens -100":   rows(func(r *record.Row) { r.FirstTokens = -100 }),
		"FirstTokens are 3":  rows(func(r *record.Row) { r.FirstTokens = 3 }),
		"FirstEvents 0":      rows(func(r *record.Row) { r.FirstEvents = 0 }),
		"one burst":          rows(func(r *record.Row) { r.FirstEvents, r.FirstTokens = r.Events, r.Tokens }),
		"Lead 1.9 s":         rows(func(r *record.Row) { r.Lead = 1_900_000_000 }),
		"Lead until Last":    rows(func(r *record.Row) { r.Lead = int32(r.Last - r.First) }),
		"Completion 7 times": rows(func(r *record.Row) { r.Completion *= 7 }),
		"Prompt 7 times":     rows(func(r *record.Row) { r.Prompt *= 7 }),
		"Cached is 0":        rows(func(r *record.Row) { r.Cached = 0 }),
		"TokenSource none":   rows(func(r *record.Row) { r.TokenSource = 0 }),
		"TokenSource events": rows(func(r *record.Row) { r.TokenSource = record.SourceOf(metrics.SourceEvents) }),
		// How late the client was.
		"Due is none":           rows(func(r *record.Row) { r.Due = record.None }),
		"Due is at the end":     rows(func(r *record.Row) { r.Due = r.End }),
		"late, and Due is Sent": late,
		// How heavy the load was.
		"Planned is none":   rows(func(r *record.Row) { r.Planned = record.None }),
		"Planned as sent":   rows(func(r *record.Row) { r.Planned = r.Prompt }),
		"Rest is none":      rows(func(r *record.Row) { r.Rest = 0 }),
		"Midway always":     rows(func(r *record.Row) { r.Midway = true }),
		"an agent too many": rows(func(r *record.Row) { r.Agent = 4 }),
		"Midway never": {"draws", flawedLoad{phase: func(p *record.Phase) {
			for i := range p.Rows {
				p.Rows[i].Midway = false
			}
		}}},
		"owners that are not there": {"rows", flawedLoad{phase: func(p *record.Phase) { p.Owners = []int32{0, 0, 0, 3} }}},
		"an owner too many":         {"rows", flawedLoad{phase: func(p *record.Phase) { p.Owners = make([]int32, len(p.Owners)+5) }}},
		// What looks are shown, how often, and when they were.
		"looks without open requests": looks(func(p *record.Phase) { p.Open = nil }),
		"looks where nothing is open": looks(func(p *record.Phase) { p.Rows, p.Open = append(p.Rows, p.Open...), nil }),
		"looks with other rows": looks(func(p *record.Phase) {
			for i := range p.Rows {
				p.Rows[i].Outcome, p.Rows[i].First, p.Rows[i].Last = record.OK, 0, 0
			}
		}),
		"looks without first tokens": looks(func(p *record.Phase) {
			for i := range p.Open {
				p.Open[i].First = record.None
			}
		}),
		"looks with first tokens": looks(func(p *record.Phase) {
			for i := range p.Open {
				p.Open[i].First = p.Open[i].Begun
			}
		}),
		"looks at requests twice": looks(func(p *record.Phase) { p.Open = append(p.Open, p.Rows...) }),
		"looks as of before":      looks(func(p *record.Phase) { p.Rows = p.Rows[:len(p.Rows)/2] }),
		"looks at nothing": {"look", flawedLoad{watch: func(w *record.Watch) {
			if told := w.Look; told != nil {
				w.Look = func(p *record.Phase) bool { return told(nil) }
			}
		}}},
		"looks 4 times as often":  {"look", flawedLoad{plan: func(p *record.Plan) { p.LookEvery /= 4 }}},
		"looks 4 times as seldom": {"look", flawedLoad{plan: func(p *record.Plan) { p.LookEvery *= 4 }}},
		"looks at 0":              {"look", flawedLoad{phase: func(p *record.Phase) { clear(p.Looks) }}},
		// How long is waited.
		"no Drain":                 {"fixed", flawedLoad{plan: func(p *record.Plan) { p.Drain = 0 }}},
		"a Drain of ten times":     {"fixed", flawedLoad{plan: func(p *record.Plan) { p.Drain *= 10 }}},
		"begins without tokens":    {"window", flawedLoad{plan: func(p *record.Plan) { p.FirstTokens = 0 }}},
		"begins without Settle":    {"window", flawedLoad{plan: func(p *record.Plan) { p.Settle, p.FirstTokens = p.Settle+p.FirstTokens, 0 }}},
		"waits for tokens forever": {"timeout", flawedLoad{plan: func(p *record.Plan) { p.FirstTokens *= 100 }}},
		// What rows refer to when they end.
		"Ended without a phase": ended(func(*record.Phase) *record.Phase { return nil }),
		"Ended without plays":   ended(func(p *record.Phase) *record.Phase { return &record.Phase{Header: p.Header, Threads: p.Threads} }),
		"Ended with one play": ended(func(p *record.Phase) *record.Phase {
			return &record.Phase{Header: p.Header, Threads: p.Threads, Plays: slices.Repeat(p.Plays[:1], len(p.Plays))}
		}),
	}
}
