package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// Run looks at a server by all rules. Those of the capabilities wanted are required; without
// any, those of [Required]. The others are information.
//
// The error says why the server could not be looked at, or that ctx ended the run: the report
// then has what was found by then. That rules failed is not an error of Run; [Report.Err] is
// about that.
func Run(ctx context.Context, cfg Config, want ...Capability) (*Report, error) {
	s, err := newSuite(cfg, want)
	if err != nil {
		return &Report{Schema: Schema}, err
	}
	defer s.close()
	ctx, cancel := s.limit(ctx)
	defer cancel()
	s.prepare(ctx)
	for _, r := range rules {
		s.judge(ctx, r)
	}
	return s.end(ctx)
}

// errTime ends a suite whose time is over.
var errTime = errors.New("the time of the suite was over")

func newSuite(cfg Config, want []Capability) (*suite, error) {
	cfg, err := cfg.resolve()
	if err := errors.Join(err, check(want)); err != nil {
		return nil, err
	}
	if len(want) == 0 {
		want = Required()
	}
	client, err := endpoint.New(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	s := &suite{cfg: cfg, api: cfg.Endpoint.ResolvedAPI(), want: want, client: client, conn: client.Conn(), began: time.Now(), places: make(map[string]bool), secrets: secretsOf(&cfg.Endpoint)}
	s.report = Report{Schema: Schema, API: s.api, Concurrency: cfg.Concurrency, Most: cfg.Cost()}
	return s, nil
}

func (s *suite) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.cfg.Timeout, errTime)
}

// judge looks at one rule and adds what it found to the report.
func (s *suite) judge(ctx context.Context, r rule) Finding {
	s.allow(s.cfg.cost(r.costs))
	var saw seen
	switch {
	case ctx.Err() != nil:
		saw = skipped("%v", context.Cause(ctx))
	case !r.alone && (s.control == nil || !s.control.served()):
		saw = skipped("there is no answer to look at")
	default:
		if saw = r.look(ctx, s); saw.status != Passed && ctx.Err() != nil {
			saw = skipped("%v", context.Cause(ctx))
		}
	}
	const most = 400 // bytes of text, of which a server may have written 300
	f := Finding{Rule: r.name, Status: saw.status, Required: slices.Contains(s.want, r.name), Saw: plain.Text(cut(string(s.secrets.Redact([]byte(saw.text))), most)), Why: r.why}
	s.report.Rules = append(s.report.Rules, f)
	if s.cfg.Each != nil {
		s.cfg.Each(f)
	}
	return f
}

// end completes the report.
func (s *suite) end(ctx context.Context) (*Report, error) {
	r := &s.report
	r.Model, r.Engine, r.ContextTokens = s.found.Model, s.found.Engine, s.found.ContextTokens
	s.mu.Lock()
	r.Spent = s.spent
	s.mu.Unlock()
	r.Spent.Seconds = time.Since(s.began).Seconds()
	switch cause := context.Cause(ctx); {
	case cause != nil && !errors.Is(cause, errTime): // the server is not to blame
		return r, cause
	case s.unknown != nil && s.found.Model == "":
		return r, s.unknown
	case errors.Is(cause, errTime):
		return r, fmt.Errorf("conformance: the suite ended after %v: %w", s.cfg.Timeout, cause)
	}
	r.Complete = true
	return r, nil
}
