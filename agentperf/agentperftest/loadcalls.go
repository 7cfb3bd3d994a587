package agentperftest

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// watched is what a watch was told.
type watched struct {
	progress, looks, ended calls
	told                   []record.Progress
	rows                   []toldRow
}

// A toldRow is one that Watch.Ended was told.
type toldRow struct {
	record.Row
	of  requestName
	err error // about the phase that came with it
}

// row takes in what Watch.Ended is told.
func (w *watched) row(p *record.Phase, r *record.Row) {
	var told toldRow
	if p == nil || r == nil {
		told.err = errors.New("the phase or the row is nil, expected a phase that has what the row refers to")
	} else {
		told.Row = *r
		told.of, told.err = nameOf(p, r)
	}
	w.rows = append(w.rows, told)
}

// calls are those of one function of a watch.
type calls struct {
	running  atomic.Int32
	over     atomic.Bool // Phase has returned
	overlaps atomic.Bool
	late     atomic.Bool
}

// during calls f, and notes other calls at the same time or too late.
func (c *calls) during(f func()) {
	if c.running.Add(1) > 1 {
		c.overlaps.Store(true)
	}
	if c.over.Load() {
		c.late.Store(true)
	}
	for range 20 { // so that a concurrent call is seen; a sleep would hold up the load
		runtime.Gosched()
	}
	if !c.overlaps.Load() && !c.late.Load() {
		f()
	}
	c.running.Add(-1)
}

func (c *calls) err(name string) error {
	switch {
	case c.overlaps.Load():
		return fmt.Errorf("%s was called concurrently with itself", name)
	case c.late.Load():
		return fmt.Errorf("%s was called after Phase had returned", name)
	}
	return nil
}
