package fleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// attempt is a phase under way.
type attempt struct {
	epoch     int64
	plan      *record.Plan
	watch     record.Watch
	names     []string
	instances []string // the processes that take part; all is lost with one
	owners    []int32

	inboxes []inbox
	checks  sync.Mutex // held briefly, unlike the other
	clients []*record.Client

	mu      sync.Mutex
	merge   *load.Merge
	parts   []told
	start   time.Time
	corrupt bool   // what was told cannot be: nothing more is taken in
	ending  bool   // workers were told to stop
	broken  string // why it says nothing of the system
	err     error  // of an agent
}

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

func newAttempt(epoch int64, plan *record.Plan, watch record.Watch, members []*member, owners []int32) *attempt {
	a := &attempt{epoch: epoch, plan: plan, watch: watch, owners: owners, inboxes: make([]inbox, len(members)), parts: make([]told, len(members)), clients: make([]*record.Client, len(members))}
	for _, m := range members {
		a.names = append(a.names, m.name)
	}
	a.starts(time.Now())
	return a
}

// starts sets when the phase begins, before anything is told of it.
func (a *attempt) starts(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.start = at
	a.merge = load.NewMerge(a.plan, a.watch, len(a.names), at, func(agent int) int { return int(a.owners[agent]) })
}

// fail makes the attempt invalid and returns why it is. The first reason counts.
func (a *attempt) fail(format string, args ...any) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failLocked(format, args...)
}

func (a *attempt) failLocked(format string, args ...any) string {
	if a.broken == "" {
		a.broken = fmt.Sprintf(format, args...)
	}
	return a.broken
}

func (a *attempt) fault() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.broken
}

// batched takes in a batch.
func (c *Controller) batched(name string, b *wire.Batch, now time.Time) {
	c.mu.Lock()
	m, a := c.known(name, b.Instance, now), c.attempt
	c.mu.Unlock()
	if m == nil || a == nil || b.Epoch != a.epoch || b.Instance != a.instances[m.index] {
		return
	}
	acked := a.inboxes[m.index].put(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.order.Epoch == b.Epoch {
		m.order.Acked = max(m.order.Acked, acked)
		c.say(m)
	}
}

// collect takes in what has come. The caller holds the lock.
func (a *attempt) collect() {
	for i := range a.inboxes {
		for _, b := range a.inboxes[i].take() {
			a.take(i, b, time.Since(a.start))
		}
	}
}

// take takes in the next batch of a worker. The caller holds the lock.
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
		a.failLocked("worker %s tells what cannot be: %v", a.names[part], err)
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
		a.failLocked("worker %s has a manifest of more than %d bytes", a.names[part], mostManifest)
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
	return nil
}

// finish takes in the manifest of a worker, which has told all.
func (a *attempt) finish(part int) {
	t, name := &a.parts[part], a.names[part]
	a.merge.End(part)
	if !a.ending && counted(a.owners, int32(part)) > 0 {
		a.failLocked("worker %s has ended before the phase", name)
	}
	m := &t.ended
	m.Gaps = new(metrics.Gaps)
	switch err := json.Unmarshal(t.manifest, m); {
	case err != nil:
		a.failLocked("the manifest of worker %s cannot be read: %v", name, err)
	case m.Entries != t.entries || m.Sum != t.sum:
		a.failLocked("records of worker %s are missing or damaged: it has told of %d with the checksum %08x, and %d with %08x are here", name, m.Entries, m.Sum, t.entries, t.sum)
	case m.Err != "":
		a.err = fmt.Errorf("fleet: worker %s: %s", name, m.Err)
		a.failLocked("worker %s: %s", name, m.Err)
	}
	t.manifest = nil
}

// mostManifest bounds a manifest: two histograms take 650 KB each at most.
const mostManifest = 4 << 20

// checked takes in the check of itself that a worker has made so far.
func (a *attempt) checked(part int, c *record.Client) {
	a.checks.Lock()
	defer a.checks.Unlock()
	c.Name = a.names[part]
	a.clients[part] = c
}

// takeChecks passes the checks on.
func (a *attempt) takeChecks() {
	a.checks.Lock()
	defer a.checks.Unlock()
	for i, c := range a.clients {
		if c != nil {
			a.merge.Client(i, *c)
		}
	}
}

// advance puts together what was told.
func (a *attempt) advance() (begun, ended, over bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.takeChecks()
	a.collect()
	if err := a.merge.Advance(); err != nil {
		a.corrupt = true
		a.failLocked("%s", a.blame(err))
	}
	_, begun, ended, over = a.merge.Window()
	return begun, ended, over
}

// blame says whose entry cannot be.
func (a *attempt) blame(err error) string {
	if e, ok := errors.AsType[*load.PartError](err); ok {
		return fmt.Sprintf("worker %s tells what cannot be: %v", a.names[e.Part], e.Err)
	}
	return err.Error()
}

func (a *attempt) progress() record.Progress {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.merge.Progress()
}

// stalled returns how long nothing of what a worker did has come through.
func (a *attempt) stalled(part int, now time.Time) time.Duration {
	until, final := a.inboxes[part].told()
	if final {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return now.Sub(a.start) - until
}

// stop says that workers are told to stop, and returns how long open requests may go on.
func (a *attempt) stop() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ending = true
	return a.merge.Drain()
}

// final reports whether a worker has told all.
func (a *attempt) final(part int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.parts[part].final
}

func (a *attempt) finals() bool { return a.late() == "" }

// late names a worker that has not told all; empty if there is none.
func (a *attempt) late() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.parts {
		if !a.parts[i].final {
			return a.names[i]
		}
	}
	return ""
}

// phase returns the phase, which is invalid if there is a fault.
func (a *attempt) phase(before, after []clock, fault string) (*record.Phase, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.collect()
	fault = cmp.Or(fault, a.broken)
	var gaps metrics.Gaps
	var warnings []metrics.Warning
	var reconnects int64
	for i := range a.parts {
		t := &a.parts[i]
		if !t.final {
			continue
		}
		m := &t.ended
		if m.Gaps != nil {
			gaps.Merge(m.Gaps)
		}
		reconnects += m.Reconnects
		for _, text := range m.Warnings {
			warnings = append(warnings, metrics.Warning{Code: "connections", Text: "worker " + a.names[i] + ": " + text})
		}
		check := m.Client
		check.Name, check.StartLate = a.names[i], t.late
		if after != nil {
			if check.ClockError = after[i].error(before[i]); after[i].n == 0 || check.ClockError > mostClockError {
				fault = cmp.Or(fault, fmt.Sprintf("the clock of worker %s is known to %v, where %v is allowed", a.names[i], check.ClockError, mostClockError))
			}
		}
		a.merge.Client(i, check)
	}
	why := record.Interrupted
	if fault != "" {
		why = record.Stopped
	}
	p, err := a.merge.Phase(why, fault)
	if err != nil && fault == "" {
		p.Fault = a.blame(err)
	}
	p.Gaps.Merge(&gaps)
	p.Reconnects, p.Warnings = reconnects, warnings
	return p, a.err
}
