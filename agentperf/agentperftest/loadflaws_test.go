package agentperftest_test

import (
	"context"
	"errors"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A caughtLoad is a flawedLoad, and the rule that catches it.
type caughtLoad struct {
	rule string
	flawedLoad
}

func flawedLoads() map[string]caughtLoad {
	digest := ""
	return map[string]caughtLoad{
		"an error": {"phase", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			return nil, errors.New("no machine")
		}}},
		"no phase": {"phase", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			return nil, nil
		}}},
		"no ending":                {"phase", flawedLoad{phase: func(p *record.Phase) { p.Ending = "" }}},
		"always a fault":           {"phase", flawedLoad{phase: func(p *record.Phase) { p.Fault = "lost a machine" }}},
		"another seed":             {"requests", flawedLoad{plan: func(p *record.Plan) { p.Seed++ }}},
		"seeds by float":           {"requests", flawedLoad{plan: func(p *record.Plan) { p.Seed = uint64(float64(p.Seed)) }}},
		"starts at the first turn": {"requests", flawedLoad{plan: func(p *record.Plan) { p.MaxStart = 0 }}},
		"another model":            {"requests", flawedLoad{plan: func(p *record.Plan) { p.Policy.Model = "other" }}},
		"sends twice": {"requests", flawedLoad{sender: each(5, func(ctx context.Context, s trajectory.Sender, r *trajectory.Request, clock *metrics.Clock) error {
			var first metrics.Clock
			s.Send(ctx, r, &first)
			return s.Send(ctx, r, clock)
		})}},
		"leaves requests out": {"requests", flawedLoad{sender: each(5, func(ctx context.Context, s trajectory.Sender, r *trajectory.Request, clock *metrics.Clock) error {
			now := time.Now()
			clock.Sent(now)
			clock.Arrived(now, 5, r.MaxTokens)
			clock.Done(now)
			return nil
		})}},
		"sends after the end": {"phase", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			over, stop := context.WithCancel(context.WithoutCancel(ctx))
			time.AfterFunc(1900*time.Millisecond, stop) // and the agents end later
			go run(context.WithoutCancel(ctx))
			<-over.Done()
			return &record.Phase{}, nil
		}}},
		"drops a row":              {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows = p.Rows[:max(1, len(p.Rows))-1] }}},
		"a row twice":              {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows = append(p.Rows, p.Rows[0]) }}},
		"drops what was cut":       {"canceled", flawedLoad{phase: dropCut}},
		"of another agent":         {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows[3].Agent ^= 1 }}},
		"of another turn":          {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows[3].Turn += 7 }}},
		"instants since yesterday": {"rows", flawedLoad{phase: func(p *record.Phase) { p.Anchor = p.Anchor.Add(-24 * time.Hour) }}},
		"a clock that is off":      {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows[5].Sent -= time.Second }}},
		"no tokens":                {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows[5].Tokens = 0 }}},
		"no forced length":         {"rows", flawedLoad{phase: func(p *record.Phase) { p.Rows[5].Forced = false }}},
		"all at once":              {"spawning", flawedLoad{plan: func(p *record.Plan) { p.SpawnRate = 0 }}},
		"half the rate":            {"spawning", flawedLoad{plan: func(p *record.Plan) { p.SpawnRate /= 2.5 }}},
		"does not settle":          {"window", flawedLoad{plan: func(p *record.Plan) { p.Settle = 0 }}},
		"a short window":           {"window", flawedLoad{plan: func(p *record.Plan) { p.Measure /= 2 }}},
		"cuts what it measures":    {"window", flawedLoad{plan: func(p *record.Plan) { p.Fixed, p.Drain = true, 0 }}},
		"no progress":              {"told", flawedLoad{watch: func(w *record.Watch) { w.Progress = nil }}},
		"tells no rows":            {"told", flawedLoad{watch: func(w *record.Watch) { w.Ended = nil }}},
		"tells rows twice": {"told", flawedLoad{watch: func(w *record.Watch) {
			ended := w.Ended
			w.Ended = func(p *record.Phase, r *record.Row) { ended(p, r); ended(p, r) }
		}}},
		"tells rows at once": {"told", flawedLoad{watch: func(w *record.Watch) {
			ended := w.Ended
			w.Ended = func(p *record.Phase, r *record.Row) {
				row, done := *r, make(chan bool)
				go func() { ended(p, &row); close(done) }()
				ended(p, r)
				<-done
			}
		}}},
		"tells rows too late": {"told", flawedLoad{watch: func(w *record.Watch) {
			ended := w.Ended
			w.Ended = func(p *record.Phase, r *record.Row) {
				row := *r
				time.AfterFunc(50*time.Millisecond, func() { ended(p, &row) })
			}
		}}},
		"no minimum":          {"minima", flawedLoad{plan: func(p *record.Plan) { p.MinTotal = 0 }}},
		"no minimum each":     {"minima", flawedLoad{plan: func(p *record.Plan) { p.MinTotal, p.MinPerAgent = min(p.MinTotal, 4), min(p.MinPerAgent, 1) }}},
		"counts all":          {"minima", flawedLoad{phase: func(p *record.Phase) { p.Completed = len(p.Rows) }}},
		"waits after minima":  {"minima", flawedLoad{plan: func(p *record.Plan) { p.Measure = max(p.Measure, 1500*time.Millisecond) }}},
		"not fixed":           {"fixed", flawedLoad{plan: func(p *record.Plan) { p.Fixed, p.MinTotal = false, min(p.MinTotal, 16) }}},
		"a nanosecond longer": {"fixed", flawedLoad{plan: func(p *record.Plan) { p.Measure += btoi(p.Fixed) }}},
		"late to time out":    {"timeout", flawedLoad{plan: func(p *record.Plan) { p.Timeout *= 2 }}},
		"patient":             {"timeout", flawedLoad{plan: func(p *record.Plan) { p.Patience *= 10 }}},
		"never gives up":      {"giving up", flawedLoad{plan: func(p *record.Plan) { p.GiveUp = 0 }}},
		"failures are answers": {"giving up", flawedLoad{phase: func(p *record.Phase) {
			for i := range p.Rows {
				if p.Rows[i].Failed() {
					p.Rows[i].Outcome = record.OK
				}
			}
		}}},
		"failures without a word": {"giving up", flawedLoad{phase: func(p *record.Phase) { p.Messages = nil }}},
		"does not look":           {"look", flawedLoad{watch: func(w *record.Watch) { w.Look = nil }}},
		"looks away": {"look", flawedLoad{watch: func(w *record.Watch) {
			if look := w.Look; look != nil {
				w.Look = func(p *record.Phase) bool { look(p); return false }
			}
		}}},
		"shows nothing": {"look", flawedLoad{watch: func(w *record.Watch) {
			if look := w.Look; look != nil {
				w.Look = func(p *record.Phase) bool { return look(&record.Phase{Header: p.Header}) }
			}
		}}},
		"ignores ctx": {"canceled", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			return run(context.WithoutCancel(ctx))
		}}},
		"nothing was seen": {"canceled", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			p, err := run(ctx)
			if err != nil {
				p = nil
			}
			return p, err
		}}},
		"nil when canceled": {"canceled", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			p, err := run(ctx)
			if ctx.Err() != nil {
				err = nil
			}
			return p, err
		}}},
		"an error of its own": {"canceled", flawedLoad{around: func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
			p, err := run(ctx)
			if ctx.Err() != nil {
				err = errors.New("stopped")
			}
			return p, err
		}}},
		"always the first phase": {"draws", flawedLoad{plan: func(p *record.Plan) { p.Index = 0 }}},
		"always the first draw":  {"draws", flawedLoad{plan: func(p *record.Plan) { p.Draw = 0 }}},
		"draws by phase":         {"draws", flawedLoad{plan: func(p *record.Plan) { p.Draw = p.Index }}},
		"not the steady state":   {"draws", flawedLoad{plan: func(p *record.Plan) { p.Steady = false }}},
		"assigns nothing":        {"draws", flawedLoad{plan: func(p *record.Plan) { p.Assigned = nil }}},
		"any workload": {"workload", flawedLoad{plan: func(p *record.Plan) {
			if p.Index == 0 && digest == "" {
				digest = p.Workload
			}
			p.Workload = digest
		}}},
	}
}

func btoi(b bool) time.Duration {
	if b {
		return 1
	}
	return 0
}

// dropCut leaves out the requests that were cut, of fixed phases at least.
func dropCut(p *record.Phase) {
	var kept []record.Row
	for _, r := range p.Rows {
		if r.Outcome != record.Canceled {
			kept = append(kept, r)
		}
	}
	p.Rows = kept
}
