package requestlog

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A group is the requests of one phase, as they are read.
type group struct {
	file   file
	index  int
	client Client
	rows   []record.Row
	seed   maphash.Seed
	seen   map[uint64]bool // hashes of request_id

	agents   map[string]int32
	plays    []record.Play
	sessions map[string]int32 // of plays
	threads  []string
	byThread map[string]int32
	messages []string
	byText   map[string]int32

	countless int  // answers without a count of tokens
	streamed  bool // some answer has a first token
	notes     []string
}

func newGroup(f file, index int) *group {
	return &group{
		file: f, index: index, seed: maphash.MakeSeed(), seen: make(map[uint64]bool), agents: make(map[string]int32), sessions: make(map[string]int32),
		threads: []string{""}, byThread: map[string]int32{"": 0}, byText: make(map[string]int32),
	}
}

func (g *group) note(text string) { g.notes = append(g.notes, text) }

// agent returns the number of a user.
func (g *group) agent(user string) int32 {
	n, ok := g.agents[user]
	if !ok {
		n = int32(len(g.agents))
		g.agents[user] = n
	}
	return n
}

// play returns the index of an agent's play of a session.
func (g *group) play(agent int32, session, trajectory string) int32 {
	key := fmt.Sprintf("%d %s", agent, session)
	n, ok := g.sessions[key]
	if !ok {
		n = int32(len(g.plays))
		g.sessions[key] = n
		g.plays = append(g.plays, record.Play{Agent: agent, Trajectory: trajectory, Session: session})
	}
	return n
}

func (g *group) thread(name string) int32 {
	n, ok := g.byThread[name]
	if !ok {
		n = int32(len(g.threads))
		g.byThread[name] = n
		g.threads = append(g.threads, name)
	}
	return n
}

// mostMessages bounds the different messages that are kept of a phase.
const mostMessages = 1000

// message returns the index of a message; that of none for an empty one.
func (g *group) message(text string) int32 {
	if text == "" || text == "null" {
		return record.None
	}
	if len(text) > 1000 {
		text = text[:1000]
	}
	n, ok := g.byText[text]
	if !ok {
		if len(g.messages) >= mostMessages {
			return record.None
		}
		n = int32(len(g.messages))
		g.byText[text] = n
		g.messages = append(g.messages, text)
	}
	return n
}

// phase returns the phase of the requests.
func (g *group) phase(b *bounds) (*Phase, error) {
	p := &Phase{Client: cmp.Or(g.client, Own), Invalid: b.invalid}
	switch {
	case b.exact && p.Client == Own:
		p.Header = b.header
	case b.exact || p.Client == Own && len(g.rows) > 0:
		return nil, fmt.Errorf("its requests are those of %s, and the line of the phase is not", p.Client)
	default:
		g.rebase(b, &p.Header)
	}
	for i := range g.rows {
		if n := int(g.rows[i].Agent); n >= p.Agents && p.Client != AIPerf {
			return nil, fmt.Errorf("a request of agent %d of %d", n+1, p.Agents)
		}
	}
	if g.countless > 0 {
		g.note(fmt.Sprintf("%d answers have no count of output tokens, and so no output speed", g.countless))
	}
	slices.SortStableFunc(g.rows, func(a, b record.Row) int { return cmp.Compare(a.End, b.End) })
	p.Rows, p.Plays, p.Threads, p.Messages = g.rows, g.plays, g.threads, g.messages
	return p, nil
}

// rebase counts the instants of another client's rows from the start of the phase, and fills
// in a header.
func (g *group) rebase(b *bounds, h *record.Header) {
	start, last := b.settled, b.end
	for i := range g.rows {
		start, last = min(start, g.rows[i].Sent), max(last, g.rows[i].End)
	}
	first := make(map[int32]time.Duration)
	for i := range g.rows {
		r := &g.rows[i]
		for _, t := range []*time.Duration{&r.Begun, &r.Due, &r.Sent, &r.First, &r.Last, &r.Made, &r.End} {
			if *t >= 0 {
				*t -= start
			}
		}
		if at, ok := first[r.Agent]; !ok || r.Begun < at {
			first[r.Agent] = r.Begun
		}
	}
	*h = record.Header{
		Index: b.index, Agents: b.agents, Anchor: time.Unix(0, int64(start)).UTC(), Settled: b.settled - start, WindowEnd: b.end - start, End: last - start,
		Ending: record.Complete, Up: min(len(first), b.agents),
	}
	for _, at := range first {
		h.AllUp = max(h.AllUp, min(at, h.Settled))
	}
	h.Completed, h.Least = g.completed(h)
}

// completed returns how many plays ended in the window, in all and by the agent with the
// fewest, as far as rows show it: a play has ended when the same agent began another.
func (g *group) completed(h *record.Header) (all, least int) {
	byAgent := make([][]*record.Row, h.Agents)
	for i := range g.rows {
		if r := &g.rows[i]; r.Agent >= 0 && int(r.Agent) < h.Agents {
			byAgent[r.Agent] = append(byAgent[r.Agent], r)
		}
	}
	for i, rows := range byAgent {
		slices.SortFunc(rows, func(a, b *record.Row) int { return cmp.Compare(a.Begun, b.Begun) })
		n := 0
		for k, r := range rows {
			if k+1 < len(rows) && (rows[k+1].Play != r.Play || rows[k+1].Turn <= r.Turn) && h.Within(r.End) {
				n++
			}
		}
		if all += n; i == 0 || n < least {
			least = n
		}
	}
	return all, least
}
