package load

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// These make a run the host of its agents.

func (r *run) bounds() (from, until time.Time) {
	settled, earliest := r.window.Bounds() // which do not change
	return r.start.Add(settled), r.start.Add(earliest)
}

func (r *run) gapsOf(agent int) *metrics.Gaps { return &r.gaps[agent%len(r.gaps)] }

func (r *run) play(p record.Play) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows.play(p)
}

func (r *run) thread(id string) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows.threads.index(id)
}

func (r *run) begin(q *Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// With the lock held, so that the window cannot end in between.
	r.book.begin(q, r.since(time.Now()))
	r.told()
}

func (r *run) first(q *Request, t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.book.first(q, r.since(t), r.since(time.Now()))
	r.told()
}

func (r *run) finish(q *Request, t *metrics.Timing, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.since(time.Now())
	message, stated := q.conclude(t, err, r.hard, r.start, now, r.header.ContextTokens)
	r.overflown(stated)
	if message != "" {
		q.row.Message = r.rows.messages.index(message)
	}
	row := r.end(q, now)
	r.told()
	if r.cfg.Ended != nil {
		p := r.rows.names()
		p.Header = r.header
		r.cfg.Ended(&p, row)
	}
}

func (r *run) completed(agent int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.window.Completed(agent, r.since(time.Now()))
	r.told()
}

func (r *run) part(q *Request, part metrics.Part) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q.row.WindowBytes, q.row.WindowTokens = int32(part.Bytes), part.Tokens
}
