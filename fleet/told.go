package fleet

import (
	"fmt"
	"hash/crc32"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/internal/load"
)

// told is what a worker has told of an attempt.
type told struct {
	entries  int64
	bytes    int64
	sum      uint32
	started  bool
	late     time.Duration // of its first agent
	manifest []byte
	final    bool
	ended    wire.Manifest // once it is final
}

// collect takes in what has come.
func (a *attempt) collect() {
	for i := range a.inboxes {
		for _, b := range a.inboxes[i].take() {
			a.take(i, b, time.Since(a.start))
		}
	}
}

// take takes in the next batch of a worker.
func (a *attempt) take(part int, b *wire.Batch, now time.Duration) {
	t := &a.parts[part]
	if t.final || a.corrupt {
		return
	}
	entries, err := wire.Entries(b.Entries)
	if err == nil {
		err = t.plausible(entries, b, now)
	}
	if err == nil {
		err = a.merge.Add(part, entries, time.Duration(b.Until))
	}
	if err != nil {
		a.corrupt = true
		a.fail("worker %s tells what cannot be: %v", a.names[part], err)
		return
	}
	t.entries += int64(len(entries))
	t.bytes += int64(len(b.Entries))
	t.sum = crc32.Update(t.sum, castagnoli, b.Entries)
	for i := range entries {
		if e := &entries[i]; e.Kind == load.Up && !t.started {
			t.started, t.late = true, e.At-a.plan.Due(int(e.Agent))
		}
	}
	t.manifest = append(t.manifest, b.Manifest...)
	if len(t.manifest) > mostManifest {
		a.fail("worker %s has a manifest of more than %d bytes", a.names[part], mostManifest)
		t.manifest = nil
	}
	if t.final = b.Final; t.final {
		a.finish(part)
	}
}

const (
	// mostEarly is how far ahead of the controller's a worker's clock may be.
	mostEarly = time.Second
	// mostFirst and mostEachSecond bound the entries of a worker: several times what one machine
	// does. mostBytes bounds the bytes of one, on average.
	mostFirst      = 1 << 20
	mostEachSecond = 200_000
	mostBytes      = 1 << 10
)

// plausible returns an error for what no worker can have done until now.
func (t *told) plausible(entries []load.Entry, b *wire.Batch, now time.Duration) error {
	last := time.Duration(b.Until)
	if n := len(entries); n > 0 {
		last = max(last, entries[n-1].At)
	}
	most := mostFirst + int64(mostEachSecond*max(0, now.Seconds()))
	switch n := t.entries + int64(len(entries)); {
	case last > max(0, now)+mostEarly:
		return fmt.Errorf("it is at %v, and the phase at %v", last, now)
	case n > most || t.bytes+int64(len(b.Entries)) > mostBytes*most:
		return fmt.Errorf("%d entries in %v, expected %d at most", n, now, most)
	}
	for i := range entries {
		if e := &entries[i]; e.Kind == load.Begin || e.Kind == load.First || e.Kind == load.End {
			if why := impossibleRow(e); why != "" {
				return fmt.Errorf("request %d of agent %d %s", e.Request, e.Agent, why)
			}
		}
	}
	return nil
}

// impossibleRow says what the row of an entry cannot have; empty if there is nothing. What has
// happened is told of as it happens, or later.
func impossibleRow(e *load.Entry) string {
	r := &e.Row
	switch last := max(r.Begun, r.Due, r.Sent, r.First, r.Tenth, r.Last, r.Made, r.End); {
	case last > e.At || e.Kind == load.First && r.First < 0:
		return fmt.Sprintf("has something at %v that was told of at %v", last, e.At)
	case e.Context < 0 || e.Context > 0 && r.Outcome != record.Overflow:
		return fmt.Sprintf("found a context of %d tokens with the outcome %q, expected 0 unless it is %q", e.Context, r.Outcome, record.Overflow)
	case e.Kind == load.First:
		return ""
	}
	return derive.Impossible(r, e.Kind == load.Begin)
}
