package fleet

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
)

// attempt is a phase under way. It belongs to the goroutine of Phase, but for its inboxes and its
// checks, which messages are put in.
type attempt struct {
	epoch     int64
	plan      *record.Plan
	watch     record.Watch
	teller    *teller
	names     []string
	instances []string // the processes that take part; all is lost with one
	apart     string   // says that requests go to different addresses
	owners    []int32

	inboxes []inbox
	checks  sync.Mutex
	clients []record.Client // under checks
	odd     string          // what a check says that none can, under checks

	merge   *load.Merge
	parts   []told
	start   time.Time
	ordered bool   // the start
	corrupt bool   // what was told cannot be: nothing more is taken in
	ending  bool   // workers were told to stop
	broken  string // why it says nothing of the system
	err     error  // of an agent
}

func newAttempt(epoch int64, plan *record.Plan, watch record.Watch, names []string, owners []int32) *attempt {
	a := &attempt{
		epoch: epoch, plan: plan, watch: watch, teller: newTeller(watch.Progress), names: names, owners: owners,
		inboxes: make([]inbox, len(names)), parts: make([]told, len(names)), clients: make([]record.Client, len(names)),
	}
	for i, name := range names { // until they say more
		a.clients[i] = unknown(name)
	}
	a.starts(time.Now())
	return a
}

// starts sets when the phase begins, before anything is told of it.
func (a *attempt) starts(at time.Time) {
	a.start = at
	a.merge = load.NewMerge(a.plan, a.watch, len(a.names), at, func(agent int) int { return int(a.owners[agent]) })
}

// fail makes the attempt invalid and returns why it is. The first reason counts.
func (a *attempt) fail(format string, args ...any) string {
	if a.broken == "" {
		a.broken = fmt.Sprintf(format, args...)
	}
	return a.broken
}

func (a *attempt) fault() string { return a.broken }

// checked takes in the check of itself that a worker has made so far.
func (a *attempt) checked(part int, c *record.Client) {
	a.checks.Lock()
	defer a.checks.Unlock()
	c.Name, c.StartLate, c.ClockError, c.Explanation = a.names[part], record.None, record.None, shortened(c.Explanation)
	if why := impossibleClient(c); why != "" {
		a.odd = cmp.Or(a.odd, "worker "+c.Name+" tells what cannot be: "+why)
		return
	}
	a.clients[part] = *c
}

// check returns the last check of itself that a worker has made.
func (a *attempt) check(part int) record.Client {
	a.checks.Lock()
	defer a.checks.Unlock()
	return a.clients[part]
}

// takeChecks passes the checks on.
func (a *attempt) takeChecks() {
	for i := range a.clients {
		a.merge.Client(i, a.check(i))
	}
	a.checks.Lock()
	defer a.checks.Unlock()
	if a.odd != "" {
		a.fail("%s", a.odd)
	}
}

// advance puts together what was told.
func (a *attempt) advance() (begun, ended, over bool) {
	a.takeChecks()
	a.collect()
	if err := a.merge.Advance(); err != nil {
		a.corrupt = true
		a.fail("%s", a.blame(err))
	}
	begun, ended, over = a.merge.Window()
	return begun, ended, over
}

func (a *attempt) progress() record.Progress { return a.merge.Progress() }

// stalled returns how long nothing of what a worker did has come through, since the start: how long
// it takes to prepare is bounded elsewhere.
func (a *attempt) stalled(part int, now time.Time) time.Duration {
	until, final := a.inboxes[part].told()
	if final || !a.ordered {
		return 0
	}
	return now.Sub(a.start) - until
}

// stop says that workers are told to stop, and returns until when open requests may go on, counted
// from the start.
func (a *attempt) stop() time.Duration {
	a.ending = true
	return a.merge.Drained()
}

// final reports whether a worker has told all.
func (a *attempt) final(part int) bool { return a.parts[part].final }

func (a *attempt) finals() bool { return a.late() == "" }

// late names a worker that has not told all; empty if there is none.
func (a *attempt) late() string {
	for i := range a.parts {
		if !a.parts[i].final {
			return a.names[i]
		}
	}
	return ""
}
