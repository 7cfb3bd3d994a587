package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A contradiction is a Load whose phases contradict themselves, the plan, or what the watch was
// told.
type contradiction struct {
	engine  func() *endpointtest.Engine
	cfg     func(*agentperf.Config)
	measure measurement
	load    func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error)
}

// run runs a benchmark whose answer is 11 = floor(46/4).
func (o contradiction) run(t *testing.T, rule agentperf.Rule) (report *agentperf.Report, err error) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 46}
		if o.engine != nil {
			engine = o.engine()
		}
		sessions := func() *trajectory.Workload { return workload(t, 3, []int{20, 7, 33}, 0) }
		cfg := inMemory(t, engine, agentperf.Config{Workload: sessions(), Tiers: floor(4), Rule: rule, MaxAgents: 30})
		client, e := endpoint.New(cfg.Endpoint)
		if e != nil {
			t.Fatal(e)
		}
		defer client.Close()
		inner := &agentperf.LocalLoad{Workload: sessions(), Connect: func(int) trajectory.Sender { return agentperf.HTTPSender(client.Conn()) }}
		cfg.Load = loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
			return o.load(inner, ctx, plan, watch)
		})
		if o.cfg != nil {
			o.cfg(&cfg)
		}
		measure := o.measure
		if measure == nil {
			measure = agentperf.Run
		}
		report, err = measure(t.Context(), cfg)
	})
	return report, err
}

// said returns all that a report says besides its answer, but for samples that are few.
func said(r *agentperf.Report, err error) (all []string) {
	if err != nil {
		all = append(all, err.Error())
	}
	for _, w := range r.Warnings {
		all = append(all, w.Code)
	}
	for _, p := range r.Phases {
		if p.Invalid != "" {
			all = append(all, p.Invalid)
		}
		for _, w := range p.Warnings {
			all = append(all, w.Code)
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "few_samples" })
}

func changed(change func(plan *record.Plan, p *record.Phase)) func(agentperf.Load, context.Context, *record.Plan, record.Watch) (*record.Phase, error) {
	return func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
		p, err := inner.Phase(ctx, plan, watch)
		if p != nil {
			change(plan, p)
		}
		return p, err
	}
}

func eachRow(change func(r *record.Row)) func(*record.Plan, *record.Phase) {
	return func(_ *record.Plan, p *record.Phase) {
		for i := range p.Rows {
			change(&p.Rows[i])
		}
	}
}

// want fails the test if more than the truth is found and nothing is said.
func (o contradiction) want(t *testing.T, rule agentperf.Rule, most int) {
	t.Helper()
	r, err := o.run(t, rule)
	if n := r.Tiers[0].MaxAgents; n > most && len(said(r, err)) == 0 {
		t.Errorf("%.5s: %d agents hold, and nothing is said; want %d at most, or an invalid phase or a warning", rule, n, most)
	}
}

// A phase that contradicts itself, its plan or what was told of it leads to no better answer: it is
// invalid, or there is a warning.
func TestContradictions(t *testing.T) {
	// Without one the answer is right and nothing is said: the others do not pass by that.
	t.Run("none", func(t *testing.T) {
		for _, rule := range []agentperf.Rule{short, brief()} {
			r, err := contradiction{load: changed(func(*record.Plan, *record.Phase) {})}.run(t, rule)
			if n, all := r.Tiers[0].MaxAgents, said(r, err); n != 11 || len(all) > 0 {
				t.Errorf("%.5s: %d agents, %q", rule, n, all)
			}
		}
	})
	// 1. A phase that says itself that it is of another plan.
	t.Run("stale", func(t *testing.T) {
		for _, rule := range []agentperf.Rule{short, brief()} {
			var first *record.Phase
			contradiction{load: func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
				if first == nil {
					p, err := inner.Phase(ctx, plan, watch)
					first = p
					return p, err
				}
				again := first
				again.Run, again.Index, again.Agents = "0000000000000001", 0, 1 // as it was returned
				return again, nil
			}}.want(t, rule, 11)
		}
	})
	// 2. Header.Up is 11 of 30, and 19 agents have no row at all. fleet makes that a Fault itself.
	t.Run("fewer agents", func(t *testing.T) {
		contradiction{load: func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
			own := *plan
			own.Agents = min(own.Agents, 11)
			return inner.Phase(ctx, &own, watch)
		}}.want(t, short, 11)
	})
	// 3. Phases in which the system was slow are void without a reason: Stopped without a Fault or
	// a void row, Interrupted though ctx is not done, TimedOut though the plan has no Timeout. The
	// same with a Fault is warned of (client_failed). The system has 46 tokens/s in every second
	// phase and 92 in the others; honest: 11, "wanders by 35 %".
	for _, ending := range []record.Ending{record.Stopped, record.Interrupted, record.TimedOut} {
		t.Run("void "+string(ending), func(t *testing.T) {
			var r *agentperf.Report
			var err error
			synctest.Test(t, func(t *testing.T) {
				sessions := func() *trajectory.Workload { return workload(t, 3, []int{20, 7, 33}, 0) }
				load := func(capacity float64) agentperf.Load {
					server := memnet.Serve(&endpointtest.Engine{Capacity: capacity})
					t.Cleanup(server.Close)
					client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(client.Close)
					return &agentperf.LocalLoad{Workload: sessions(), Connect: func(int) trajectory.Sender { return agentperf.HTTPSender(client.Conn()) }}
				}
				slow, fast, n := load(46), load(92), 0
				cfg := inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{Workload: sessions(), Tiers: floor(4), Rule: brief(), MaxAgents: 30})
				cfg.Load = loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
					if n++; n%2 == 0 {
						return fast.Phase(ctx, plan, watch)
					}
					p, err := slow.Phase(ctx, plan, watch)
					if plan.Agents > 11 {
						p.Ending, p.Straddling = ending, 1
					}
					return p, err
				})
				r, err = agentperf.Run(t.Context(), cfg)
			})
			if n := r.Tiers[0].MaxAgents; n > 11 && len(said(r, err)) == 0 {
				t.Errorf("%d agents hold, and nothing is said of the phases that were thrown away", n)
			}
		})
	}
	// 4. "complete" after 2 s where the plan says 20 s and minima that were not met, as the header
	// itself says; then with a header that claims them, where rows show that they were not.
	minima := agentperf.Point{SpawnRate: 4, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: 300, MinPerAgent: 30, Drain: 10 * time.Second}
	for _, claims := range []bool{false, true} {
		t.Run(fmt.Sprint("minima, claimed ", claims), func(t *testing.T) {
			r, err := contradiction{measure: checking(5), load: func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
				own := *plan
				own.MinTotal, own.MinPerAgent = 0, 0
				if !claims {
					own.Measure = 2 * time.Second
				}
				p, err := inner.Phase(ctx, &own, watch)
				if claims {
					p.Completed, p.Least = plan.MinTotal, plan.MinPerAgent
				}
				return p, err
			}}.run(t, minima)
			v := r.Phases[0].Verdicts[0]
			if v.Verdict == agentperf.Pass && !strings.Contains(v.Reason, "minima unmet") {
				t.Errorf("%+v in a window of %v s (%v), want invalid or \"minima unmet\" as of the LocalLoad", v, r.Phases[0].MeasuredSeconds, err)
			}
		})
	}
	// 5. Half of the requests fail. Their rows have ended and have the outcome Open ("", the zero
	// value), or are in Phase.Open although the phase has ended.
	failing := func() *endpointtest.Engine {
		n := 0
		return &endpointtest.Engine{Capacity: 46, Fault: func(int) endpointtest.Fault {
			if n++; n%2 == 0 && n > 12 {
				return endpointtest.Fault{Kind: endpointtest.FaultStatus}
			}
			return endpointtest.Fault{}
		}}
	}
	t.Run("outcome open", func(t *testing.T) {
		contradiction{engine: failing, load: changed(eachRow(func(r *record.Row) {
			if r.Failed() {
				r.Outcome = record.Open
			}
		}))}.want(t, brief(), 0)
	})
	t.Run("rows open", func(t *testing.T) {
		for _, rule := range []agentperf.Rule{short, brief()} {
			contradiction{engine: failing, load: changed(func(_ *record.Plan, p *record.Phase) {
				var kept []record.Row
				for _, r := range p.Rows {
					if r.Failed() {
						r.Outcome = record.Open
						p.Open = append(p.Open, r)
					} else {
						kept = append(kept, r)
					}
				}
				p.Rows = kept
			})}.want(t, rule, 0)
		}
	})
	// 5b. Failures are Canceled, in the middle of a window whose load cut nothing before its end: only
	// the drain, ctx and Row.Conclude (Midway, below 16 tokens) cut. Under Point that is undecided
	// ("14 measured requests were cut"), unless the phase says Decided, which no look can have made it.
	t.Run("canceled in the window", func(t *testing.T) {
		for _, rule := range []agentperf.Rule{short, brief()} {
			contradiction{engine: failing, load: changed(func(_ *record.Plan, p *record.Phase) {
				p.Ending = record.Decided
				for i := range p.Rows {
					if r := &p.Rows[i]; r.Failed() {
						r.Outcome, r.Message = record.Canceled, record.None
					}
				}
			})}.want(t, rule, 0)
		}
	})
	// 6. Counts and instants that none can have, and no one checks: FirstTokens -1000 adds 1000
	// tokens to the rest.
	t.Run("first tokens", func(t *testing.T) {
		r, _ := contradiction{load: changed(eachRow(func(r *record.Row) { r.FirstTokens = -1000 })), measure: checking(20)}.run(t, short)
		if v := r.Phases[0].Verdicts[0]; v.Verdict == agentperf.Pass && r.Phases[0].Invalid == "" {
			t.Errorf("20 agents pass at %.0f tokens/s of 46 with answers whose first burst had -1000 tokens", r.Phases[0].Figures.OutputTokensPerSecond)
		}
	})
	// 6b. Answers of half of the tokens that were forced are OK: nobody calls Row.Conclude again, or
	// holds MaxTokens and Completion of a row against each other.
	t.Run("short unsaid", func(t *testing.T) {
		for _, rule := range []agentperf.Rule{short, brief()} {
			r, err := contradiction{load: changed(eachRow(func(r *record.Row) {
				if r.Outcome == record.OK {
					r.Tokens, r.Completion, r.Events, r.Bytes = r.Tokens/2, r.Completion/2, r.Events/2, r.Bytes/2
					r.Last = r.First + (r.Last-r.First)/8
					r.Made, r.End = r.Last, r.Last
				}
			}))}.run(t, rule)
			if n, codes := r.Tiers[0].MaxAgents, said(r, err); n > 11 && !slices.ContainsFunc(codes, func(s string) bool { return strings.Contains(s, "short") }) {
				t.Errorf("%.5s: %d agents hold with answers of half the forced length; said: %v", rule, n, codes)
			}
		}
	})
	// 7. Every row twice: twice the throughput, and twice the samples.
	t.Run("rows twice", func(t *testing.T) {
		r, err := contradiction{load: changed(func(_ *record.Plan, p *record.Phase) { p.Rows = append(p.Rows, p.Rows...) }), measure: checking(5)}.run(t, short)
		if f := r.Phases[0].Figures; f != nil && f.OutputTokensPerSecond > 47 && len(said(r, err)) == 0 {
			t.Errorf("%.1f tokens/s of a system that makes 46, of %d requests, and nothing is said", f.OutputTokensPerSecond, f.Requests)
		}
	})
	// 8. A report that cannot be written, after a run that had no error; with a journal the run
	// ends with an error that names neither the Load nor the field.
	for name, change := range map[string]func(*record.Plan, *record.Phase){
		"CPUShare NaN":       func(_ *record.Plan, p *record.Phase) { p.Clients[0].CPUShare = math.NaN() },
		"WindowTokens 1e308": eachRow(func(r *record.Row) { r.WindowBytes, r.WindowTokens = 1, 1e308 }),
	} {
		t.Run("report/"+name, func(t *testing.T) {
			r, err := contradiction{load: changed(change), measure: checking(5)}.run(t, short)
			if _, e := json.Marshal(r); e != nil {
				t.Errorf("run: %v; report: %v", err, e)
			}
		})
	}
	// 9. What cannot be ends the run, rather than making the phase invalid and repeating it, with
	// an error that names no one.
	for name, change := range map[string]func(*record.Plan, *record.Phase){
		"First before Begun": eachRow(func(r *record.Row) {
			if r.First >= 0 {
				d := r.First - r.Begun + time.Second
				r.Sent, r.First, r.Last, r.Made = r.Sent-d, r.First-d, r.Last-d, r.Made-d
			}
		}),
		"MaxTokens -20": eachRow(func(r *record.Row) { r.MaxTokens = -20 }),
		"Turn -1":       eachRow(func(r *record.Row) { r.Turn = -1 }),
		"End":           func(_ *record.Plan, p *record.Phase) { p.End = 1e18 },
		"Settled":       func(_ *record.Plan, p *record.Phase) { p.Settled = 5e18 },
	} {
		t.Run("error/"+name, func(t *testing.T) {
			r, err := contradiction{load: changed(change), measure: checking(5)}.run(t, short)
			if len(r.Phases) < 2 || err != nil && !strings.HasPrefix(err.Error(), "agentperf: ") {
				t.Errorf("%d phases, %v; want 4 invalid ones and ErrInvalid with the row and the field", len(r.Phases), err)
			}
		})
	}
	// 10. What Config.Requests has is not what was judged.
	for name, ended := range map[string]func(e func(*record.Phase, *record.Row)) func(*record.Phase, *record.Row){
		"never": func(func(*record.Phase, *record.Row)) func(*record.Phase, *record.Row) { return nil },
		"twice and other rows": func(e func(*record.Phase, *record.Row)) func(*record.Phase, *record.Row) {
			return func(p *record.Phase, r *record.Row) {
				other := *r
				other.Last = other.First + 1
				e(p, &other)
				e(p, &other)
			}
		},
	} {
		t.Run("requests/"+name, func(t *testing.T) {
			var requests bytes.Buffer
			rows := 0
			r, err := contradiction{measure: checking(5), cfg: func(c *agentperf.Config) { c.Requests = &requests }, load: func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
				watch.Ended = ended(watch.Ended)
				p, err := inner.Phase(ctx, plan, watch)
				rows = len(p.Rows)
				return p, err
			}}.run(t, short)
			if n := strings.Count(requests.String(), "\n") - 1; n != rows && len(said(r, err)) == 0 {
				t.Errorf("Config.Requests got %d requests, and %d were judged; nothing is said", n, rows)
			}
		})
	}
	// 11. One Fault at each of several numbers under Point, each of which is a second draw: 23
	// instead of 13, five of 14 phases faulted, and no client_failed.
	t.Run("a fault at each number", func(t *testing.T) {
		tries := make(map[int]int)
		faults := 0
		r, err := contradiction{load: changed(func(plan *record.Plan, p *record.Phase) {
			if tries[plan.Agents]++; tries[plan.Agents] == 1 && plan.Agents >= 6 {
				p.Fault = "a worker was lost"
				faults++
			}
		})}.run(t, short)
		codes := said(r, err)
		if faults > 2 && !slices.Contains(codes, "client_failed") {
			t.Errorf("%d of %d phases had a fault, each the first at its number, and there is no client_failed", faults, len(r.Phases))
		}
	})
	// 12. Agents play other sessions than trajectory.Schedule gives them, here only those that wait
	// 15 s for tools between turns. Rows and plays say so, and Header.Standings, which the run fills in
	// itself, says what each agent begins with.
	t.Run("other plays", func(t *testing.T) {
		find := func(other bool) (n int, all []string) {
			synctest.Test(t, func(t *testing.T) {
				sessions := func() *trajectory.Workload {
					w := workload(t, 4, []int{20, 20, 20}, 0)
					for _, s := range w.Trajectories[2:] {
						for i := range s.Turns {
							s.Turns[i].ToolDelay = 15 * time.Second
						}
					}
					return w
				}
				cfg := inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{Workload: sessions(), Tiers: floor(4), Rule: short, MaxAgents: 60, MaxStart: -1})
				client, err := endpoint.New(cfg.Endpoint)
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				inner := &agentperf.LocalLoad{Workload: sessions(), Connect: func(int) trajectory.Sender { return agentperf.HTTPSender(client.Conn()) }}
				cfg.Load = loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
					own := *plan
					for agent := 0; other && agent < own.Agents; agent++ {
						own.Assigned = append(own.Assigned, []string{"t2", "t3"})
					}
					return inner.Phase(ctx, &own, watch)
				})
				r, err := agentperf.Run(t.Context(), cfg)
				n, all = r.Tiers[0].MaxAgents, said(r, err)
			})
			return n, all
		}
		want, _ := find(false)
		if got, all := find(true); got > want && len(all) == 0 {
			t.Errorf("%d agents hold, want %d, and nothing is said of sessions that are not those of the schedule", got, want)
		} else {
			t.Log(got, want, all)
		}
	})
	// 13. ctx is done, and the Load returns what it has without an error, or an error of its own: the
	// run's error is not the cause of ctx, as Check's documentation has it.
	for name, returns := range map[string]func(p *record.Phase) (*record.Phase, error){
		"a phase": func(p *record.Phase) (*record.Phase, error) { return p, nil },
		"nothing": func(p *record.Phase) (*record.Phase, error) { return nil, nil },
	} {
		t.Run("canceled with "+name, func(t *testing.T) {
			enough := errors.New("enough")
			_, err := contradiction{measure: func(ctx context.Context, c agentperf.Config) (*agentperf.Report, error) {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(12*time.Second, func() { cancel(enough) })
				return agentperf.Check(ctx, c, 5)
			}, load: func(inner agentperf.Load, ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
				p, _ := inner.Phase(ctx, plan, watch)
				return returns(p)
			}}.run(t, short)
			if !errors.Is(err, enough) {
				t.Errorf("%v, want the cause of ctx: %v", err, enough)
			}
		})
	}
}
