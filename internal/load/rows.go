package load

import "github.com/agentperf/agentperf-go/agentperf/record"

// rows holds the requests of a phase so far. Ended rows are only appended to, so that a look
// can share them.
type rows struct {
	ended    []record.Row
	open     []*Request
	plays    []record.Play
	threads  names
	messages names
}

func newRows() *rows {
	r := &rows{threads: names{most: mostThreads}, messages: names{most: mostMessages}}
	r.threads.index("")
	return r
}

// mostMessages bounds the number of different failure messages that a phase keeps. Servers
// put request IDs and times into them, so that each may be different.
const mostMessages = 1000

// mostThreads bounds the number of different subagents, far above that of any workload.
const mostThreads = 1 << 20

// otherMessages stands for the messages beyond those.
const otherMessages = "(another message; only the first 999 are kept)"

// begin adds a request that is open.
func (r *rows) begin(q *Request) {
	q.at = len(r.open)
	r.open = append(r.open, q)
}

// end moves the request to those that have ended, and returns its row.
func (r *rows) end(q *Request) *record.Row {
	last := len(r.open) - 1
	r.open[q.at] = r.open[last]
	r.open[q.at].at = q.at
	r.open[last] = nil
	r.open = r.open[:last]
	r.ended = append(r.ended, q.row)
	return &r.ended[len(r.ended)-1]
}

// play adds a play and returns its index.
func (r *rows) play(p record.Play) int32 {
	r.plays = append(r.plays, p)
	return int32(len(r.plays) - 1)
}

// names returns a phase without rows that has what rows refer to.
func (r *rows) names() record.Phase {
	return record.Phase{Plays: r.plays[:len(r.plays):len(r.plays)], Threads: r.threads.list(), Messages: r.messages.list()}
}

// phase returns a phase with the rows so far.
func (r *rows) phase() *record.Phase {
	p := r.names()
	p.Rows = r.ended[:len(r.ended):len(r.ended)]
	for _, q := range r.open {
		p.Open = append(p.Open, q.row)
	}
	return &p
}

// names numbers strings in the order in which they first occur, up to a limit.
type names struct {
	most  int
	all   []string
	known map[string]int32
}

func (n *names) index(s string) int32 {
	if i, ok := n.known[s]; ok {
		return i
	}
	if len(n.all) >= n.most {
		return int32(len(n.all) - 1)
	}
	if len(n.all) == n.most-1 {
		s = otherMessages
	}
	if n.known == nil {
		n.known = make(map[string]int32)
	}
	i := int32(len(n.all))
	n.all, n.known[s] = append(n.all, s), i
	return i
}

func (n *names) list() []string { return n.all[:len(n.all):len(n.all)] }
