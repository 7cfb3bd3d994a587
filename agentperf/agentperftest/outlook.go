package agentperftest

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/trajectory"
)

// reserve is how long before the deadline of a test a check is ended: agentperf waits up to
// 5 s for its requests to be written, and go test kills a test at its deadline with nothing
// but a dump of its goroutines.
const reserve = 10 * time.Second

// An outlook is how long a check takes.
type outlook struct {
	likely, most time.Duration
	text         string // for people
}

// foresee returns how long a check takes, without sending anything: one of the same
// configuration over senders that are never used, which ends before its first phase. What
// only an endpoint or a journal tells is not in it.
func foresee(cfg agentperf.Config, agents int) (o outlook, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg.Connect = func(int) trajectory.Sender { return nil }
	cfg.Journal, cfg.Earlier, cfg.Requests, cfg.Logger, cfg.Audit = "", nil, nil, nil, nil
	started := false
	cfg.Progress = func(e agentperf.Event) {
		started, o.likely, o.most = true, e.Remaining, e.RemainingMost
		cancel()
	}
	report, err := agentperf.Check(ctx, cfg, agents)
	if !started {
		return o, err
	}
	rule := &report.Config.Rule
	most := fmt.Sprintf("at most %v", o.most.Round(time.Second))
	if o.most == 0 { // of a point rule
		o.most = pointLimit(rule, agents) + inSeconds(rule.DrainSeconds)
		most = fmt.Sprintf("at most %v, and then as long as an answer that is still open", o.most.Round(time.Second))
	}
	o.text = fmt.Sprintf("checking %d agents takes about %v by its rule (%s); %s", agents, o.likely.Round(time.Second), rule.Name, most)
	return o, nil
}

// pointLimit returns when the window of a phase under agentperf.Point ends at the latest, as
// Point.Timeout says: with its minima unmet, or with an agent that is still at one answer.
func pointLimit(r *agentperf.RuleEcho, agents int) time.Duration {
	if r.TimeoutSeconds > 0 {
		return inSeconds(r.TimeoutSeconds)
	}
	ramp := 0.0
	if r.SpawnRate > 0 {
		ramp = float64(agents-1) / r.SpawnRate
	}
	return inSeconds(ramp + r.SettleSeconds + max(6*r.MeasureSeconds, 60))
}

func inSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// deadlineOf returns the deadline of a test. Benchmarks have none, and neither have tests in
// virtual time, which may not even ask for it.
func deadlineOf(tb testing.TB) (deadline time.Time, ok bool) {
	t, ok := tb.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return deadline, false
	}
	defer func() {
		if recover() != nil { // called inside a synctest bubble
			deadline, ok = time.Time{}, false
		}
	}()
	return t.Deadline()
}

// untilEnd returns the time that a deadline leaves for a check.
func untilEnd(deadline time.Time) time.Duration {
	return max(0, time.Until(deadline)-reserve).Round(time.Second)
}

// timeoutFor says with which -timeout a check that takes as long would end before the
// deadline: the tests before it have used up some.
func timeoutFor(most time.Duration, deadline time.Time) string {
	used := time.Duration(0)
	if f := flag.Lookup("test.timeout"); f != nil {
		if d, ok := f.Value.(flag.Getter).Get().(time.Duration); ok {
			used = max(0, d-time.Until(deadline))
		}
	}
	minutes := int64((used+most+reserve)/time.Minute) + 1
	return fmt.Sprintf("Run go test -timeout %dm, or choose a shorter Config.Rule.", minutes)
}
