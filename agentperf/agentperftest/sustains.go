package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// An Option changes what [Sustains] does.
type Option func(*options)

type options struct {
	undecided func(args ...any)
}

// OnUndecided calls report, such as t.Skip or t.Log, instead of failing the test when nothing
// fails and the evidence is too little for a verdict. By default that is a failure: a test
// that skips whenever it cannot tell is one that a broken measurement passes. A nil report is
// that default.
func OnUndecided(report func(args ...any)) Option {
	return func(o *options) {
		if report != nil {
			o.undecided = report
		}
	}
}

// Sustains tests that a system serves a number of agents: it runs [agentperf.Check], by
// agentperf.Quick where cfg has no Rule, and fails the test with the words of the verdict for
// each tier that does not hold there. It returns the report, for what else is to be tested.
//
// Before it sends anything it logs how long that may take; if that is beyond the deadline of
// the test, the test ends at once and says which -timeout would do. Short of the deadline a
// check that is still running is ended, with what was measured by then.
//
// The report, its table and a row for each request are written to a folder of
// tb.ArtifactDir(), which go test keeps with -artifacts; the table is in the log as well.
//
// An invalid phase ends the test at once: it says nothing of the system, but that this
// machine was too busy, or that a request was longer than the endpoint's context. An error of the
// configuration, of an endpoint that answers nothing and so on does, too. What an audit
// (Config.Audit) finds is a failure, and one that cannot be completed is undecided.
//
// The check is canceled with tb.Context().
func Sustains(tb testing.TB, cfg agentperf.Config, agents int, opts ...Option) *agentperf.Report {
	tb.Helper()
	o := options{undecided: tb.Error}
	for _, option := range opts {
		option(&o)
	}
	cfg = withRule(cfg)
	ctx, cancel := before(tb, cfg, agents)
	defer cancel()
	files := newArtifacts(tb, agents)
	cfg.Requests = files.tee(cfg.Requests)
	report, err := agentperf.Check(ctx, cfg, agents)
	tb.Logf("%s\n%s", files.save(report), table(report))
	fatal(tb, err)
	var undecided []any
	for i := range report.Tiers {
		tier := &report.Tiers[i]
		sentence := plain.Text(tier.Sentence())
		n := tier.Number(agents)
		switch {
		case n != nil && n.Verdict == agentperf.Pass:
		case n != nil && n.Verdict == agentperf.Fail:
			tb.Error(sentence)
		case n != nil && n.Verdict == agentperf.Invalid:
			fatal(tb, fmt.Errorf("%w: %s", agentperf.ErrInvalid, n.Reason))
		default:
			undecided = append(undecided, sentence)
		}
	}
	if cfg.Audit != nil {
		undecided = append(undecided, audited(tb, &report.Audit)...)
	}
	for _, text := range undecided {
		if tb.Failed() { // a skip would hide it
			o.undecided = tb.Log
		}
		o.undecided(text)
	}
	return report
}

// withRule returns a configuration with the rule of this package where it has none.
func withRule(cfg agentperf.Config) agentperf.Config {
	if cfg.Rule == nil && cfg.Profile == "" {
		cfg.Rule = agentperf.Quick()
	}
	return cfg
}

// fatal ends a test for an error, unless that is nil or says that nothing was decided, which
// the tiers say in more words.
func fatal(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case errors.Is(err, agentperf.ErrInvalid):
		tb.Fatalf("%s\nThis says nothing about the system. %s", plain.Text(err.Error()), advice)
	case err != nil && !errors.Is(err, agentperf.ErrUndecided):
		tb.Fatal(plain.Text(err.Error()))
	}
}

const advice = "If the client was too late, give it more of the machine: run this test alone (go test -p 1 -run NAME), " +
	"without -race, with the system on another machine or on other cores; Config.ClientLag is how late it may be. " +
	"If a request was too long, set Config.ContextTokens."

// audited fails the test for what an audit found, and returns what it left open.
func audited(tb testing.TB, a *agentperf.AuditReport) (undecided []any) {
	tb.Helper()
	for _, c := range a.Checks {
		if c.Outcome == "found" {
			tb.Errorf("audit: %s: %s", c.Code, plain.Text(c.Text))
		}
	}
	if a.Outcome == agentperf.NotAudited || a.Outcome == agentperf.AuditIncomplete {
		undecided = append(undecided, plain.Text(fmt.Sprintf("audit: %s: %s", a.Outcome, a.Reason)))
	}
	return undecided
}

// table returns the report for people.
func table(r *agentperf.Report) string {
	var b strings.Builder
	r.WriteTable(&b) // to memory
	return b.String()
}

// before says how long a check may take, and ends the test if its deadline comes sooner. The
// context it returns ends short of the deadline.
func before(tb testing.TB, cfg agentperf.Config, agents int) (context.Context, context.CancelFunc) {
	tb.Helper()
	f, err := foresee(cfg, agents)
	fatal(tb, err)
	deadline, ok := deadlineOf(tb)
	if !ok {
		tb.Log(f.text)
		return context.WithCancel(tb.Context())
	}
	left, hint := untilEnd(deadline), timeoutFor(f.most, deadline)
	if left < f.most {
		tb.Fatalf("%s. The deadline of the test leaves %v: nothing was sent. %s", f.text, left, hint)
	}
	tb.Logf("%s; the deadline of the test leaves %v", f.text, left)
	return context.WithDeadlineCause(tb.Context(), deadline.Add(-reserve), fmt.Errorf("agentperftest: the deadline of the test is near, and answers or an audit are still open. %s", hint))
}
