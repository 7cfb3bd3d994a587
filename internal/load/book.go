package load

import (
	"cmp"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// book is what is known of a phase under way: its window and its rows. Like a [Window] it has
// neither a clock nor a lock.
type book struct {
	header record.Header // what is known beside the window
	window *Window
	rows   *rows
	failed int   // requests, by the system's fault
	tokens int64 // of the output of requests that have ended
}

func newBook(s record.Shape, header record.Header) book {
	header.Agents = s.Agents
	return book{header: header, window: NewWindow(s), rows: newRows()}
}

// begin records that a request begins now.
func (b *book) begin(q *Request, now time.Duration) {
	q.row.Begun, q.ticket = now, b.window.Begin(int(q.row.Agent), now)
	b.rows.begin(q)
}

// first records that the first output of a request came, of which is known now.
func (b *book) first(q *Request, at, now time.Duration) {
	q.row.First = at
	b.window.First(q.ticket.agent, now)
}

// end records that a request has ended, whose row is complete, and returns the row. One that is
// void ends the window, since what follows would say nothing about the system.
func (b *book) end(q *Request, now time.Duration) *record.Row {
	row := b.rows.end(q)
	if b.tokens += int64(max(0, row.Tokens)); row.Failed() {
		b.failed++
	}
	b.window.End(q.ticket, now, row.Answered())
	if row.Void() {
		b.window.Close(now, record.Stopped)
	}
	return row
}

// overflown records the context that the endpoint stated when a request did not fit.
func (b *book) overflown(context int) {
	b.header.ContextTokens = cmp.Or(context, b.header.ContextTokens)
}

// phase returns the phase as it is known now, with the clients' checks of themselves.
func (b *book) phase(now time.Duration, clients ...record.Client) *record.Phase {
	p := b.rows.phase()
	p.Header = b.header
	p.Clients, p.End = clients, now
	b.window.Fill(&p.Header, now)
	return p
}

// progress returns how far the phase has come.
func (b *book) progress(now time.Duration) record.Progress {
	p := b.window.Progress(now)
	p.InFlight, p.Failed, p.OutputTokens = len(b.rows.open), b.failed, b.tokens
	return p
}

// nextLook returns when the look after one at w is due, both since the window began: a
// whole number of every, and a twentieth of the window later at least.
func nextLook(every, w time.Duration) time.Duration {
	w = w.Truncate(every) // the look came a little late
	return (max(w+every, w+w/20) + every - 1).Truncate(every)
}

// A display decides when Progress is told all that is known.
type display struct{ shown time.Duration }

// shownEvery is the time between two instants at which Progress is told all that is known. Later
// they are a tenth of the phase apart: a look takes time in proportion to the requests so far,
// and all of them together must not take more than a small part of the client's.
const shownEvery = time.Second

// due reports whether it is now, and remembers it.
func (d *display) due(p *record.Progress) bool {
	if p.Stage != "measuring" || p.Elapsed < d.shown+max(shownEvery, p.Elapsed/10) {
		return false
	}
	d.shown = p.Elapsed
	return true
}
