package agentperf_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Rows of which only what [record.Row] demands is filled in lead to the same verdicts.
func TestLoadOfSparseRows(t *testing.T) {
	sparse := func(full *record.Row) record.Row {
		r := record.New()
		r.Agent, r.Play, r.Turn, r.Thread = full.Agent, full.Play, full.Turn, full.Thread
		r.Begun, r.Due, r.Sent, r.End, r.Message = full.Begun, full.Due, full.Sent, full.End, full.Message
		r.MaxTokens, r.Forced, r.Reported, r.Completion = full.MaxTokens, full.Forced, full.Reported, full.Completion
		r.Planned, r.Rest, r.Cold, r.Midway = full.Planned, full.Rest, full.Cold, full.Midway
		if full.Events > 0 {
			r.First, r.Last, r.Made, r.Events, r.FirstEvents = full.First, full.Last, full.Last, full.Events, 1
			r.Tokens, r.TokenSource = full.Tokens, full.TokenSource
			r.FirstTokens, r.FirstSource = 1, record.SourceOf(metrics.SourceEstimated)
		}
		r.Conclude(full.Outcome, 0)
		return r
	}
	for _, rule := range []agentperf.Rule{short, brief()} {
		run := func(change func(*record.Phase)) (report *agentperf.Report) {
			synctest.Test(t, func(t *testing.T) {
				connect := func(int) trajectory.Sender { return inProcess{} }
				inner := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20, 20}, 0), Connect: connect}
				var err error
				report, err = agentperf.Check(t.Context(), agentperf.Config{
					Connect: connect, Workload: workload(t, 3, []int{20, 20}, 0), Tiers: floor(40, 60), Rule: rule, Seed: 42,
					Load: loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
						if look := watch.Look; look != nil {
							watch.Look = func(p *record.Phase) bool { change(p); return look(p) }
						}
						p, err := inner.Phase(ctx, plan, watch)
						change(p)
						return p, err
					}),
				}, 3)
				if err != nil {
					t.Fatal(err)
				}
			})
			return report
		}
		want := run(func(*record.Phase) {})
		got := run(func(p *record.Phase) {
			rows := make([]record.Row, len(p.Rows))
			for i := range p.Rows {
				rows[i] = sparse(&p.Rows[i])
			}
			p.Rows = rows
		})
		for i, tier := range want.Tiers {
			if n := tier.Number(3); n.Verdict != []agentperf.Verdict{agentperf.Pass, agentperf.Fail}[i] {
				t.Fatalf("%v: %s holds: %s", rule, tier.Name, n.Verdict)
			}
			if d := cmp.Diff(tier.Numbers, got.Tiers[i].Numbers); d != "" {
				t.Errorf("%v, %s: %s", rule, tier.Name, d)
			}
		}
	}
}
