package agentperf_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Sender that cannot be closed well does not cut the requests of others.
func TestSenderThatFailsToClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(int) trajectory.Sender { return badlyClosed{} }, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49), Rule: short,
		}, 3)
		if err != nil || report.Tiers[0].MaxAgents != 3 {
			t.Errorf("%v, %+v", err, report.Tiers[0])
		}
	})
}

type badlyClosed struct{ inProcess }

func (badlyClosed) Close() error { return errors.New("it is closed already") }

// A Connect that returns nil makes the phase invalid and says so.
func TestConnectReturnsNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(int) trajectory.Sender { return nil }, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49), Rule: short,
		}, 3)
		if !errors.Is(err, agentperf.ErrInvalid) || !strings.Contains(err.Error(), "the Sender is nil") {
			t.Error(err)
		}
		consistent(t, report)
	})
}

// A Sender that ignores its context ends the run with an error that names it.
func TestSenderThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(15*time.Second, cancel)
		began := time.Now()
		report, err := agentperf.Run(ctx, agentperf.Config{
			Connect: func(int) trajectory.Sender {
				return trajectory.SenderFunc(func(_ context.Context, _ *trajectory.Request, clock *metrics.Clock) error {
					clock.Sent(time.Now())
					<-release
					return errors.New("released")
				})
			}, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49), Rule: short,
		})
		if err == nil || !strings.Contains(err.Error(), "did not return within 30s") || time.Since(began) > time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		consistent(t, report)
		close(release)
		synctest.Wait()
	})
}

// A context that is done at any stage ends a run soon, with its cause and a report that
// can be encoded and agrees with itself.
func TestDoneAtEveryStage(t *testing.T) {
	cause := errors.New("enough")
	for _, rule := range []agentperf.Rule{short, brief()} {
		for _, stage := range []string{"before", "starting", "spawning", "settling", "measuring", "finishing", "done"} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if stage == "before" {
					cancel(cause)
				}
				var at time.Time
				report, err := agentperf.Run(ctx, agentperf.Config{
					Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49, 500), Rule: rule, MaxAgents: 64,
					Progress: func(e agentperf.Event) {
						if at.IsZero() && e.Stage == stage && (e.Agents >= 4 || stage == "starting") {
							at = time.Now()
							cancel(cause)
						}
					},
				})
				if at.IsZero() && stage != "before" {
					t.Skipf("there is no stage %s", stage)
				}
				if !errors.Is(err, cause) || report.Complete || stage != "before" && time.Since(at) > time.Second {
					t.Errorf("%T, %s: %v, complete %v, after %v", rule, stage, err, report.Complete, time.Since(at))
				}
				consistent(t, report)
			})
		}
	}
}

// consistent fails the test if a report contradicts itself or cannot be encoded.
func consistent(t *testing.T, r *agentperf.Report) {
	t.Helper()
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	if err := r.WriteTable(&strings.Builder{}); err != nil {
		t.Error(err)
	}
	decided := func(v agentperf.Verdict) bool { return v == agentperf.Pass || v == agentperf.Fail }
	sound := func(where string, v, tentative agentperf.Verdict, reason string, categorical bool) {
		switch {
		case v != agentperf.Undecided && tentative != "":
			t.Errorf("%s: %s and yet tentatively %s", where, v, tentative)
		case v != agentperf.Pass && reason == "":
			t.Errorf("%s: %s without a reason", where, v)
		case v == agentperf.Pass && (reason != "" || categorical):
			t.Errorf("%s: a pass for the reason %q, categorical %v", where, reason, categorical)
		case categorical && v != agentperf.Fail:
			t.Errorf("%s: categorically %s", where, v)
		}
	}
	for _, p := range r.Phases {
		if (p.Invalid == "") != (p.Figures != nil) || (p.Invalid != "") != (p.InvalidFigures != nil) {
			t.Errorf("phase %d: invalid %q with figures %v and %v", p.Index, p.Invalid, p.Figures != nil, p.InvalidFigures != nil)
		}
		if len(p.Verdicts) != len(r.Tiers) {
			t.Errorf("phase %d: %d verdicts of %d tiers", p.Index, len(p.Verdicts), len(r.Tiers))
		}
		for _, v := range p.Verdicts {
			sound("phase, "+v.String(), v.Verdict, v.Tentative, v.Reason, v.Categorical)
			if (v.Verdict == agentperf.Invalid) != (p.Invalid != "") {
				t.Errorf("phase %d, invalid %q, is %s", p.Index, p.Invalid, v)
			}
		}
	}
	for i := range r.Tiers {
		tier := &r.Tiers[i]
		for _, n := range tier.Numbers {
			sound(tier.Name+", number", n.Verdict, n.Tentative, n.Reason, n.Categorical)
			valid := 0
			var last agentperf.Verdict
			for _, at := range n.Phases {
				p := &r.Phases[at]
				if p.Agents != n.Agents {
					t.Errorf("phase %d of %d agents is one of %d", at, p.Agents, n.Agents)
				}
				if p.Invalid == "" {
					valid++
				}
				last = p.Verdicts[i].Verdict
			}
			if n.Verdict == agentperf.Invalid && valid > 0 || n.Verdict != agentperf.Invalid && valid == 0 && len(n.Phases) > 0 {
				t.Errorf("%s: %d agents are %s with %d valid phases", tier.Name, n.Agents, n.Verdict, valid)
			}
			if decided(last) && decided(n.Verdict) && last != n.Verdict {
				t.Errorf("%s: %d agents are %s, and %s by their last phase", tier.Name, n.Agents, n.Verdict, last)
			}
			// Without more evidence a number may become decided, once it gets its part of
			// the error rate, but not undecided.
			if decided(last) && !decided(n.Verdict) {
				t.Errorf("%s: %d agents are %s, and %s by their last phase", tier.Name, n.Agents, n.Verdict, last)
			}
			if n.Verdict == agentperf.Pass && n.Agents > tier.MaxAgents && (tier.FirstFailingAgents == nil || n.Agents < *tier.FirstFailingAgents) {
				t.Errorf("%s: %d agents pass, more than the most, %d", tier.Name, n.Agents, tier.MaxAgents)
			}
			if n.Verdict == agentperf.Fail && (tier.FirstFailingAgents == nil || n.Agents < *tier.FirstFailingAgents) {
				t.Errorf("%s: %d agents fail, fewer than the fewest, %v", tier.Name, n.Agents, tier.FirstFailingAgents)
			}
		}
		for _, at := range []*int{&tier.MaxAgents, tier.FirstFailingAgents, tier.UndecidedAgents, tier.TentativeMaxAgents} {
			if at != nil && *at > 0 && tier.Number(*at) == nil {
				t.Errorf("%s: nothing is said of %d agents", tier.Name, *at)
			}
		}
	}
}

// bold decides soon and is often wrong.
var bold = agentperf.Controlled{ErrorRate: 0.2, Block: 2 * time.Second, MaxMeasure: 4 * time.Minute, SpawnRate: -1, Settle: 2 * time.Second, Drain: 4 * time.Second}

// Whatever the system does, a report agrees with itself.
func TestReportsAreConsistent(t *testing.T) {
	fault := func(kind endpointtest.FaultKind, each int) func(int) endpointtest.Fault {
		return func(n int) endpointtest.Fault {
			if n < 6 || n%each != 0 {
				return endpointtest.Fault{}
			}
			return endpointtest.Fault{Kind: kind, Status: 503}
		}
	}
	for name, engine := range map[string]func() *endpointtest.Engine{
		"sound":        func() *endpointtest.Engine { return &endpointtest.Engine{Capacity: 200} },
		"failing":      func() *endpointtest.Engine { return &endpointtest.Engine{Fault: fault(endpointtest.FaultStatus, 3)} },
		"rarely":       func() *endpointtest.Engine { return &endpointtest.Engine{Fault: fault(endpointtest.FaultStatus, 40)} },
		"dead":         func() *endpointtest.Engine { return &endpointtest.Engine{Fault: fault(endpointtest.FaultStatus, 1)} },
		"empty":        func() *endpointtest.Engine { return &endpointtest.Engine{Fault: fault(endpointtest.FaultEmpty, 1)} },
		"unmeasurable": func() *endpointtest.Engine { return &endpointtest.Engine{TokensPerEvent: 50} },
		"half":         func() *endpointtest.Engine { return &endpointtest.Engine{TokensPerEvent: 30} },
	} {
		for _, rule := range []agentperf.Rule{short, bold} {
			for _, check := range []int{0, 6} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, rule, check), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cfg := inMemory(t, engine(), agentperf.Config{
							Workload: workload(t, 3, []int{30, 40, 50}, 0), Tiers: floor(20, 5000), Rule: rule, MaxAgents: 16, MaxPhases: 7,
						})
						var report *agentperf.Report
						if check > 0 {
							report, _ = agentperf.Check(t.Context(), cfg, check)
						} else {
							report, _ = agentperf.Run(t.Context(), cfg)
						}
						consistent(t, report)
						if t.Failed() {
							logPhases(t, report)
						}
					})
				})
			}
		}
	}
}

// A Requests writer that blocks does not hold up a run that was canceled, nor a phase; one
// that fails ends the run with its error, and what was measured is in the report.
func TestBadRequestsWriter(t *testing.T) {
	cfg := agentperf.Config{Connect: func(int) trajectory.Sender { return inProcess{} }, Tiers: floor(49), Rule: short, MaxAgents: 8}
	synctest.Test(t, func(t *testing.T) {
		cfg := cfg
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Minute, cancel)
		release, began := make(chan struct{}), time.Now()
		cfg.Workload, cfg.Requests = workload(t, 2, []int{20}, 0), blocked(release)
		report, err := agentperf.Run(ctx, cfg)
		if !strings.Contains(fmt.Sprint(err), "has been blocked for 5s") || time.Since(began) != 3*time.Minute+5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if len(report.Phases) != 1 || report.Phases[0].MeasuredSeconds != 20 || report.Phases[0].Verdicts[0].Verdict != agentperf.Pass {
			t.Errorf("%+v", report.Phases)
		}
		consistent(t, report)
		close(release)
		synctest.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		cfg := cfg
		full := errors.New("the disk is full")
		cfg.Workload, cfg.Requests = workload(t, 2, []int{20}, 0), failing{full}
		report, err := agentperf.Run(t.Context(), cfg)
		if !errors.Is(err, full) || strings.Count(err.Error(), "full") != 1 || report.Complete || len(report.Phases) != 1 || report.Tiers[0].MaxAgents != 1 {
			t.Errorf("%v, %+v", err, report.Tiers)
		}
		consistent(t, report)
	})
}

type blocked chan struct{}

func (b blocked) Write(p []byte) (int, error) {
	<-b
	return len(p), nil
}

// Values that no configuration can mean are refused, without a panic.
func TestHostileValues(t *testing.T) {
	nan, huge := math.NaN(), math.MaxInt
	for want, change := range map[string]func(*agentperf.Config){
		"Workload is empty": func(c *agentperf.Config) { c.Workload = nil },
		"Trajectories[0]": func(c *agentperf.Config) {
			c.Workload = &trajectory.Workload{Trajectories: []*trajectory.Trajectory{nil}}
		},
		"Tiers[0].SpeedFloor is NaN":       func(c *agentperf.Config) { c.Tiers = floor(nan) },
		"Tiers[0].SpeedFloor is +Inf":      func(c *agentperf.Config) { c.Tiers = floor(math.Inf(1)) },
		"Tiers[0].SpeedFloor is 0":         func(c *agentperf.Config) { c.Tiers = []agentperf.Tier{{}} },
		"Tiers[0].TTFTCeiling is -1ns":     func(c *agentperf.Config) { c.Tiers = []agentperf.Tier{{SpeedFloor: 1, TTFTCeiling: -1}} },
		"Tiers[0].E2EFloor is 5 at":        func(c *agentperf.Config) { c.Tiers = []agentperf.Tier{{E2EFloor: 5, E2EPercent: nan}} },
		"Rule.ErrorRate is NaN":            func(c *agentperf.Config) { c.Rule = agentperf.Controlled{ErrorRate: nan} },
		"Rule.ErrorRate is -0.1":           func(c *agentperf.Config) { c.Rule = agentperf.Controlled{ErrorRate: -0.1} },
		"Rule.SpawnRate is NaN":            func(c *agentperf.Config) { c.Rule = agentperf.Controlled{SpawnRate: nan} },
		"Rule.Block is 720h0m0.000000001s": func(c *agentperf.Config) { c.Rule = agentperf.Controlled{Block: 720*time.Hour + 1} },
		"Rule.MaxMeasure is -1ns":          func(c *agentperf.Config) { c.Rule = agentperf.Controlled{MaxMeasure: -1} },
		"Rule.Timeout is -1ns":             func(c *agentperf.Config) { c.Rule = agentperf.Point{Timeout: -1} },
		"Rule.SpawnRate is +Inf":           func(c *agentperf.Config) { c.Rule = agentperf.Point{SpawnRate: math.Inf(1)} },
		"Start is -1 and MaxAgents 4096":   func(c *agentperf.Config) { c.Start = -1 },
		"MaxAgents 9223372036854775807":    func(c *agentperf.Config) { c.MaxAgents = huge },
		"MaxPhases is -1":                  func(c *agentperf.Config) { c.MaxPhases = -1 },
		"ClientLag is 1ns":                 func(c *agentperf.Config) { c.ClientLag = 1 },
		`Earlier[1] is ""`:                 func(c *agentperf.Config) { c.Earlier = []string{"a", ""} },
		`Earlier[0] is "j/"`:               func(c *agentperf.Config) { c.Journal, c.Label, c.Earlier = "j", "x", []string{"j/"} },
		"Label is empty":                   func(c *agentperf.Config) { c.Journal = "j" },
		"expected nothing":                 func(c *agentperf.Config) {},
		"expected nothing at all": func(c *agentperf.Config) {
			c.Rule = agentperf.Point{SpawnRate: 1e300, Settle: math.MinInt64, Drain: math.MinInt64, MinTrajectories: huge, MinPerAgent: math.MinInt}
			c.ClientLag, c.MaxStart, c.ContextTokens = math.MinInt64, math.MinInt, math.MinInt
		},
	} {
		c := agentperf.Config{Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 1, []int{20}, 0)}
		change(&c)
		err := c.Validate()
		if ok := strings.HasPrefix(want, "expected nothing"); ok != (err == nil) || !ok && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if report, err := agentperf.Check(t.Context(), c, -5); err == nil || report == nil {
			t.Errorf("a check of -5 agents: %v", err)
		}
	}
}
