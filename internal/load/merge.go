package load

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A Merge makes one phase of what its parts tell. It takes entries in the order of their
// instants, up to the latest of which every part has told, so that the window is driven as in
// one process, however late the entries come: the same entries make the same phase, whatever
// they are divided into. It has neither a clock nor a lock.
type Merge struct {
	book
	watch record.Watch
	every time.Duration // between looks

	owner   func(agent int) int
	parts   []mergedPart
	waiting int           // entries, of all parts
	up      []bool        // agents that were started
	now     time.Duration // up to which all is taken
	tick    time.Duration // when the window has to be told the time
	look    time.Duration // when the next look is due; never before the window begins
	over    time.Duration // since when nothing that is measured is waited for
	shown   display

	begun, ended bool // the window, as far as it was told of that
}

// mergedPart is what a merge knows of one part.
type mergedPart struct {
	agents   func(agent int) bool // that it has
	waiting  []Entry
	until    time.Duration
	last     time.Duration // of the latest entry added
	plays    []int32       // its plays, threads and messages as the phase has them
	threads  []int32
	messages []int32
	open     map[int64]*Request
	client   record.Client
}

// NewMerge returns the merge of a phase of a plan. owner returns which part, from 0, has an
// agent.
func NewMerge(plan *record.Plan, watch record.Watch, parts int, anchor time.Time, owner func(agent int) int) *Merge {
	m := &Merge{
		book:  newBook(plan.Shape, record.Header{Run: plan.Run, Index: plan.Index, ContextTokens: plan.Policy.Window, Anchor: anchor.Round(0)}),
		watch: watch, look: never, owner: owner, up: make([]bool, plan.Agents),
	}
	if watch.Look != nil {
		m.every = plan.LookEvery
	}
	for i := range parts {
		m.parts = append(m.parts, mergedPart{
			agents:  func(agent int) bool { return agent >= 0 && agent < plan.Agents && owner(agent) == i },
			threads: []int32{0}, messages: []int32{record.None}, open: make(map[int64]*Request),
		})
	}
	return m
}

// Add takes in what a part tells: entries, which follow those before, and an instant of which it
// has told all entries before. The error says what is wrong with an entry; the merge is then of
// no more use but for Phase.
func (m *Merge) Add(part int, entries []Entry, until time.Duration) error {
	p := &m.parts[part]
	for i := range entries {
		e := &entries[i]
		switch {
		case e.Kind == 0 || e.Kind >= kinds:
			return fmt.Errorf("an entry of kind %d, expected 1 to %d", e.Kind, kinds-1)
		case e.At < p.last || e.At < p.until:
			return fmt.Errorf("an entry at %v after one at %v, of a part that has told all until %v", e.At, p.last, p.until)
		case e.Kind != Thread && e.Kind != Message && !p.agents(int(e.Agent)):
			return fmt.Errorf("an entry of agent %d, who belongs to another part", e.Agent)
		}
		p.last = e.At
	}
	if n := m.waiting + len(entries); n > mostWaiting {
		return fmt.Errorf("%d entries wait for those of other parts, expected %d at most", n, mostWaiting)
	}
	p.waiting = append(p.waiting, entries...)
	m.waiting += len(entries)
	p.until = max(p.until, until)
	return nil
}

// mostWaiting bounds the entries that wait for the slowest part, some 350 bytes each: what a large
// system gives in half a minute.
const mostWaiting = 1 << 21

// End takes in that nothing more is told of a part: no other waits for it.
func (m *Merge) End(part int) { m.parts[part].until = never }

// Client takes in the check of itself that the client of a part has made so far.
func (m *Merge) Client(part int, c record.Client) { m.parts[part].client = c }

// A PartError is of an entry that cannot be.
type PartError struct {
	Part int // that has told it
	Err  error
}

func (e *PartError) Error() string { return fmt.Sprintf("part %d: %v", e.Part, e.Err) }
func (e *PartError) Unwrap() error { return e.Err }

// Advance takes what has been told up to the latest instant of which every part has told all.
// The error is a [*PartError].
func (m *Merge) Advance() error {
	horizon := time.Duration(never)
	for i := range m.parts {
		horizon = min(horizon, m.parts[i].until)
	}
	if horizon == never { // all have ended
		horizon = m.last() + 1
	}
	// What happens at the horizon itself may not all have been told.
	return m.take(horizon - 1)
}

// take takes all entries up to an instant, with the ticks and looks between them.
func (m *Merge) take(until time.Duration) error {
	for {
		next, part := time.Duration(never), -1
		for i := range m.parts {
			if w := m.parts[i].waiting; len(w) > 0 && w[0].At < next {
				next, part = w[0].At, i
			}
		}
		if m.ending() == "" && m.look <= min(next, m.tick, until) {
			m.now = m.look
			if m.ticks(); m.ending() == "" { // a window that may end now does, without the look
				m.lookNow()
			}
			continue
		}
		if m.tick <= min(next, until) && !m.window.Over() {
			m.now = max(m.now, m.tick)
			m.ticks()
			continue
		}
		if part < 0 || next > until {
			m.now = max(m.now, until)
			return nil
		}
		m.now = next
		p := &m.parts[part]
		e := &p.waiting[0]
		if err := m.apply(p, e); err != nil {
			return &PartError{part, err}
		}
		p.waiting = p.waiting[1:]
		m.waiting--
		m.turns()
	}
}

// ending returns why the window ended; empty while it is open.
func (m *Merge) ending() record.Ending { return m.window.Ending() }

// ticks tells the window the time.
func (m *Merge) ticks() {
	next, ok := m.window.Tick(m.now)
	if !ok {
		next = never
	}
	m.tick = max(next, m.now+1)
	m.turns()
}

// turns tells the window the time again when it has just begun or ended, and sets when the
// first look is due.
func (m *Merge) turns() {
	if !m.begun && m.window.Settled(m.now) {
		m.begun = true
		if from, _ := m.window.Bounds(); m.every > 0 {
			m.look = from + m.every
		}
		m.ticks()
	}
	if !m.ended && m.ending() != "" {
		m.ended = true
		m.ticks()
	}
	if m.over == 0 && m.window.Over() {
		m.over = m.now
	}
}

// lookNow asks whether the window may end.
func (m *Merge) lookNow() {
	m.header.Looks = append(m.header.Looks, m.now)
	from, _ := m.window.Bounds()
	if m.watch.Look(m.snapshot()) {
		m.window.Close(m.now, record.Decided)
		m.turns()
		return
	}
	m.look = from + nextLook(m.every, m.now-from)
}

// apply does what an entry says.
func (m *Merge) apply(p *mergedPart, e *Entry) error {
	agent := int(e.Agent)
	if e.Kind != Thread && e.Kind != Message && m.up[agent] == (e.Kind == Up) {
		return fmt.Errorf("an entry of kind %d of agent %d, who was started twice or not at all", e.Kind, agent)
	}
	switch e.Kind {
	case Up:
		m.up[agent] = true
		m.window.Spawned()
	case Play:
		p.plays = append(p.plays, m.rows.play(record.Play{Agent: e.Agent, Trajectory: e.Text, Session: e.Session}))
	case Thread:
		p.threads = append(p.threads, m.rows.threads.index(e.Text))
	case Message:
		p.messages = append(p.messages, m.rows.messages.index(e.Text))
	case Completed:
		m.window.Completed(agent, e.At)
	case Begin:
		if p.open[e.Request] != nil {
			return fmt.Errorf("request %d of agent %d begins twice", e.Request, agent)
		}
		q := &Request{row: e.Row, id: e.Request}
		if err := p.translate(&q.row, agent); err != nil {
			return err
		}
		p.open[e.Request] = q
		m.begin(q, e.At)
	case First, End:
		q := p.open[e.Request]
		if q == nil || int(q.row.Agent) != agent {
			return fmt.Errorf("request %d of agent %d goes on, and has not begun or has ended", e.Request, agent)
		}
		if e.Kind == First {
			if e.Row.First < q.row.Begun {
				return fmt.Errorf("request %d of agent %d has its first output at %v, and began at %v", e.Request, agent, e.Row.First, q.row.Begun)
			}
			m.first(q, e.Row.First, e.At)
			return nil
		}
		begun := q.row.Begun
		q.row = e.Row
		if err := p.translate(&q.row, agent); err != nil {
			return err
		}
		if q.row.Begun != begun {
			return fmt.Errorf("request %d of agent %d began at %v, and at %v when it ended", e.Request, agent, begun, q.row.Begun)
		}
		delete(p.open, e.Request)
		m.overflown(e.Context)
		row := m.end(q, e.At)
		if m.watch.Ended != nil {
			names := m.rows.names()
			names.Header = m.header
			m.watch.Ended(&names, row)
		}
	}
	return nil
}

// translate makes a row of a part one of the phase.
func (p *mergedPart) translate(r *record.Row, agent int) error {
	for _, of := range []struct {
		what  string
		at    *int32
		known []int32
	}{{"play", &r.Play, p.plays}, {"thread", &r.Thread, p.threads}, {"message", &r.Message, p.messages}} {
		switch i := *of.at; {
		case i == record.None && of.what != "thread":
		case i < 0 || int(i) >= len(of.known):
			return fmt.Errorf("a request of agent %d has the %s %d, which was not told of", agent, of.what, i)
		default:
			*of.at = of.known[i]
		}
	}
	r.Agent = int32(agent)
	return nil
}

// Window reports whether the window has begun, has ended, and is over: no measured request is
// waited for any more.
func (m *Merge) Window() (begun, ended, over bool) {
	return m.window.Settled(m.now), m.ending() != "", m.window.Over()
}

// Drained returns when, since the start, requests that are open once the window is over are cut:
// at the same instant however late it is known that it is.
func (m *Merge) Drained() time.Duration { return m.over + m.window.Drain() }

// last returns the latest instant that anything is known of.
func (m *Merge) last() time.Duration {
	last := m.now
	for i := range m.parts {
		last = max(last, m.parts[i].last)
	}
	return last
}

// Progress returns how far the phase has come, by what is known.
func (m *Merge) Progress() record.Progress {
	p := m.progress(m.now)
	if m.shown.due(&p) {
		p.Sofar = m.snapshot()
	}
	return p
}

func (m *Merge) snapshot() *record.Phase { return m.phase(m.now, m.clients()...) }

func (m *Merge) clients() (all []record.Client) {
	for i := range m.parts {
		all = append(all, m.parts[i].client)
	}
	return all
}

// Phase ends the merge and returns its phase. It takes what was told beyond the latest instant
// that all know of, as it is after the window. A window that is open ends for the given reason.
// fault says why the load itself failed; empty if it did not.
func (m *Merge) Phase(why record.Ending, fault string) (*record.Phase, error) {
	if m.ending() == "" {
		m.window.Close(m.now, why)
	}
	last := m.last()
	err := m.take(last)
	if fault != "" {
		m.header.Fault = fault
	}
	p := m.phase(last, m.clients()...)
	p.Owners = make([]int32, p.Agents)
	for agent := range p.Owners {
		p.Owners[agent] = int32(m.owner(agent))
	}
	return p, err
}
