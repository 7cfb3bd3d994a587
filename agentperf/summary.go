package agentperf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// summarise turns what the agents of a phase saw into its result.
func summarise(index, agents int, rules Rules, r phase.Result, all []record, gaps []metrics.Gaps) (*PhaseResult, *evidence) {
	p := &PhaseResult{
		Index: index, Agents: agents, Ending: string(r.Ending),
		Outcomes: make(map[endpoint.Outcome]int), TokenSources: make(map[metrics.Source]int),
		Trajectories: r.Completed, LeastTrajectories: r.Least,
		MeasuredSeconds: max(0, r.WindowEnd.Sub(r.Settled).Seconds()), PhaseSeconds: r.End.Sub(r.Start).Seconds(),
	}
	e := &evidence{agents: agents, speed: metrics.Percentiles{Exact: -1}, ttft: metrics.Percentiles{Exact: -1}, e2e: metrics.Percentiles{Exact: -1}}
	lateness := metrics.Percentiles{Exact: -1}
	short, over, estimated, hidden, cut := 0, 0, 0, 0, 0
	var counted, recorded float64 // input tokens, by the server and in the recording
	e.own = make(map[int]*metrics.Percentiles)
	served := make([]service, agents)
	for i := range all {
		rec := &all[i]
		if rec.outcome == endpoint.OutcomeLocal && e.invalid == "" {
			e.invalid = "the client failed: " + rec.message
		}
		served[rec.agent].add(rec, r.Times)
		if !r.Measured(rec.begin) {
			continue
		}
		p.Requests++
		p.Outcomes[rec.outcome]++
		lateness.Record(rec.timing.Lateness.Seconds())
		p.InputTokens += int64(rec.timing.Usage.Prompt)
		if rec.input > 0 && rec.timing.UsageReported && rec.timing.Usage.Prompt > 0 {
			counted += float64(rec.timing.Usage.Prompt)
			recorded += float64(rec.input)
		}
		p.CachedInputTokens += int64(rec.timing.Usage.Cached)
		p.OutputTokens += int64(rec.timing.Tokens)
		p.TokenSources[rec.timing.TokenSource]++
		switch rec.outcome {
		case endpoint.OutcomeOK:
			e.succeeded++
			switch {
			case rec.measurable:
				e.speed.Record(float64(rec.speed))
				if e.own[rec.agent] == nil {
					e.own[rec.agent] = &metrics.Percentiles{Exact: -1}
				}
				e.own[rec.agent].Record(float64(rec.speed))
			default:
				e.unmeasurable++
			}
			e.ttft.Record(rec.ttft())
			if speed, ok := rec.timing.E2ESpeed(); ok {
				e.e2e.Record(float64(speed))
			} else {
				e.endless++
			}
		case endpoint.OutcomeCanceled:
			cut++ // by us: neither good nor bad
		case endpoint.OutcomeLocal:
		default:
			p.Failed++
			e.speed.Record(0)
			e.e2e.Record(0)
			e.ttft.Record(math.Inf(1))
			if p.FailureExample == "" {
				p.FailureExample = rec.message
			}
		}
		if rec.short {
			short++
		}
		if rec.over {
			over++
		}
		if rec.timing.Usage.Hidden > 0 {
			hidden++
		}
		if rec.timing.FirstSource == metrics.SourceEstimated && rec.timing.FirstEvents > 1 {
			estimated++
		}
	}
	e.countStarved(served, r.WindowEnd.Sub(r.Settled))
	p.Unmeasurable, p.StarvedAgents = e.unmeasurable, e.starved
	e.unmet, e.dead = unmet(rules, r, cut), ""
	if r.Ending == phase.Dead {
		e.unmet, e.dead = "", deadReason(all)
	}
	e.lateness = lateness
	p.fillPercentiles(e, &lateness, gaps)
	p.OutputTokensPerSecond = throughput(r.Times, all)
	p.warn(e)
	p.warnOfCounts(short, over, estimated, hidden)
	p.warnOfInput(counted, recorded)
	return p, e
}

// judge judges a phase by the point rule.
func (p *PhaseResult) judge(tiers []Tier, e *evidence) {
	for _, t := range tiers {
		verdict, reason := e.judge(t)
		p.Verdicts = append(p.Verdicts, TierVerdict{Tier: t.name(), Verdict: verdict, Reason: reason})
	}
}

// unmet says why the rules of a phase are not met, empty when they are.
func unmet(rules Rules, r phase.Result, cut int) string {
	switch {
	case r.Ending == phase.Canceled:
		return "the phase was interrupted"
	case r.Ending == phase.Stopped:
		return "the phase was stopped"
	case r.Ending == phase.Decided:
		return ""
	case r.Ending == phase.TimedOut && r.HeldUp > 0:
		return fmt.Sprintf("the time-out passed and %d agents had begun no request in the window: each had one open from before it", r.HeldUp)
	case r.Ending == phase.TimedOut:
		return fmt.Sprintf("the time-out passed with %d trajectories completed and %d by the slowest agent; %d and %d are required",
			r.Completed, r.Least, rules.MinTrajectories, rules.MinPerAgent)
	case cut > 0:
		return fmt.Sprintf("%d measured requests were cut", cut)
	}
	return ""
}

// lastOf returns the last request of each agent that was not cut by us.
func lastOf(all []record) (last []record) {
	index := make(map[int]int)
	for i := range all {
		r := &all[i]
		if r.outcome == endpoint.OutcomeCanceled {
			continue
		}
		if j, ok := index[r.agent]; ok {
			last[j] = *r
			continue
		}
		index[r.agent] = len(last)
		last = append(last, *r)
	}
	return last
}

// deadReason says how requests ended of which none succeeded, the commonest first.
func deadReason(all []record) string {
	counts := make(map[endpoint.Outcome]int)
	example := make(map[endpoint.Outcome]string)
	total := 0
	for _, r := range all {
		if r.outcome == endpoint.OutcomeCanceled {
			continue
		}
		total++
		counts[r.outcome]++
		example[r.outcome] = r.message
	}
	var kinds []endpoint.Outcome
	for k := range counts {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b endpoint.Outcome) int {
		if c := counts[b] - counts[a]; c != 0 {
			return c
		}
		return strings.Compare(string(a), string(b))
	})
	var parts []string
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", counts[k], k, example[k]))
	}
	if total == 0 {
		return "no request ended of itself"
	}
	return fmt.Sprintf("none of %d requests succeeded: %s", total, strings.Join(parts, ", "))
}

func (p *PhaseResult) fillPercentiles(e *evidence, lateness *metrics.Percentiles, gaps []metrics.Gaps) {
	p.P25Speed, p.P50Speed = at(&e.speed, speedPercent, 1), at(&e.speed, 50, 1)
	p.P25E2ESpeed, p.P50E2ESpeed = at(&e.e2e, speedPercent, 1), at(&e.e2e, 50, 1)
	p.P95TTFT, p.P50TTFT = at(&e.ttft, ttftPercent, 1e-9), at(&e.ttft, 50, 1e-9)
	p.P95TTFTState = "ok"
	if v, ok := e.ttft.At(ttftPercent); !ok {
		p.P95TTFTState = "no_data"
	} else if math.IsInf(v, 1) {
		p.P95TTFTState = "infinite"
	}
	p.LatenessP99 = at(lateness, 99, 1)
	var g metrics.Gaps
	for i := range gaps {
		g.Merge(&gaps[i])
	}
	p.P99InterEventGap, p.P99InterTokenGap = at(g.InterEvent(), 99, 1), at(g.InterToken(), 99, 1)
}

// throughput returns the output tokens per second of the window, over all
// requests: those of the first stamp count when they came, the rest evenly from
// there to the last.
func throughput(t phase.Times, all []record) float64 {
	window := t.WindowEnd.Sub(t.Settled)
	if window <= 0 {
		return 0
	}
	tokens := 0.0
	for i := range all {
		m := &all[i].timing
		if m.Events == 0 {
			continue
		}
		first, last := m.Sent.Add(m.First), m.Sent.Add(m.Last)
		if t.Measured(first) {
			tokens += float64(m.FirstTokens + m.Usage.Hidden)
		}
		rest := float64(m.Tokens - m.Usage.Hidden - m.FirstTokens)
		if span := last.Sub(first); span > 0 && rest > 0 {
			from, to := maxTime(first, t.Settled), minTime(last, t.WindowEnd)
			tokens += rest * max(0, to.Sub(from).Seconds()) / span.Seconds()
		}
	}
	return tokens / window.Seconds()
}

// warn adds what a reader of the phase should know.
func (p *PhaseResult) warn(e *evidence) {
	add := func(format string, args ...any) { p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...)) }
	p.Warnings = append(p.Warnings, e.speed.Warnings(speedPercent)...)
	p.Warnings = append(p.Warnings, e.ttft.Warnings(ttftPercent)...)
	if e.unmeasurable > 0 {
		add("%d of %d answers came all at once and have no output speed", e.unmeasurable, e.succeeded)
	}
	if p.Failed > 0 {
		add("%d of %d requests failed: %s", p.Failed, p.Requests, p.FailureExample)
	}
	if p.StarvedAgents > 0 {
		add("%d of %d agents got nothing for more than half of the window", p.StarvedAgents, p.Agents)
	}
}

// warnOfCounts says where token counts are not what they should be.
func (p *PhaseResult) warnOfCounts(short, over, estimated, hidden int) {
	add := func(format string, args ...any) { p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...)) }
	if n := p.TokenSources[metrics.SourceEvents]; n > 0 {
		add("%d answers came without token usage that can be believed: their speed counts events, which need not be tokens", n)
	}
	if short > 0 {
		add("%d answers were shorter than they were forced to be: ignore_eos is not honoured", short)
	}
	if over > 0 {
		add("%d answers have more tokens than were asked for", over)
	}
	if hidden > 0 {
		add("%d answers spent tokens on reasoning that was not shown; these are left out of output speed", hidden)
	}
	if 10*estimated > p.Requests {
		add("%d answers began with several events in one read; how many tokens these held is estimated by bytes", estimated)
	}
}

// drift is how far the server's count of input tokens may be from the recorded one
// before a phase carries a warning: templates and the prefix of a play add some.
const drift = 0.1

// warnOfInput says when the prompts are not as long as they were recorded: other
// tokenizers, or text that is not what it was.
func (p *PhaseResult) warnOfInput(counted, recorded float64) {
	if recorded == 0 {
		return
	}
	p.InputRatio = new(counted / recorded)
	if ratio := *p.InputRatio; ratio < 1-drift || ratio > 1+drift {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the server counts %.2f times the input tokens that were recorded: the load is another by so much", ratio))
	}
}

// warnOfUnfairness says when a tier passes although many agents live below its
// floor: quantiles are over requests, and fast agents send more of them.
func (p *PhaseResult) warnOfUnfairness(tiers []Tier, own map[int]*metrics.Percentiles) {
	for i, t := range tiers {
		below := 0
		for _, speeds := range own {
			if median, ok := speeds.At(50); ok && median < float64(t.SpeedFloor) {
				below++
			}
		}
		if p.Verdicts[i].Verdict == Pass && 4*below > p.Agents {
			p.Warnings = append(p.Warnings, fmt.Sprintf("tier %s holds over requests, but %d of %d agents have a median speed below its floor", t.name(), below, p.Agents))
		}
	}
}
