package agentperf

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/search"
)

// criteria summarises the evidence on a number of agents.
func (r *referee) criteria(k *number) (cs []Criterion) {
	for i := range k.proofs {
		p := &k.proofs[i]
		c := Criterion{Name: p.Criterion, Limit: p.Limit, Share: p.Against.Share(), Effective: p.Against.Effective()}
		n, _ := p.For.Counts()
		c.Requests = int(n)
		c.Lower, _ = p.Against.Bounds(math.Exp(-enough(r.errorRate, search.Fail, max(0, k.failRank-1), len(k.proofs))))
		_, c.Upper = p.For.Bounds(math.Exp(-enough(r.errorRate, search.Pass, max(0, k.passRank-1), len(k.proofs))))
		cs = append(cs, c)
	}
	return cs
}

// A lookout looks at the evidence of a phase while it runs.
type lookout struct {
	run     *run
	crew    *crew
	agents  int
	referee *referee // to think with
	check   *selfcheck.Watch
	next    time.Duration
	proofs  [][]proof // as of the look that ended the phase
}

func (r *run) lookout(c *crew, agents int) *lookout {
	return &lookout{run: r, crew: c, agents: agents, referee: r.referee.clone()}
}

// watch ends the phase when it has served its purpose. Looks grow sparser as evidence
// grows, so that they cost little of the client.
func (l *lookout) watch(t phase.Times, heldUp int) bool {
	measured := t.WindowEnd.Sub(t.Settled)
	if measured < l.next {
		return false
	}
	l.next = measured + measured/20
	if f := l.check.Read(); l.run.cfg.ClientLag > 0 && f.Wakes >= metrics.SamplesFor(99) && f.Lag() > l.run.cfg.ClientLag {
		return true // it will be invalid
	}
	// Whole blocks: the clock is a little past the last one.
	book := l.crew.ledger(t, t.WindowEnd)
	book.times.WindowEnd = t.Settled.Add(measured.Truncate(book.block))
	proofs := l.collect(book)
	if !l.referee.enoughOf(l.agents, proofs, measured, heldUp) {
		return false
	}
	l.proofs = proofs
	return true
}

// collect returns the proofs of all tiers.
func (l *lookout) collect(b *ledger) (all [][]proof) {
	for _, t := range l.run.cfg.Tiers {
		all = append(all, b.proofs(t))
	}
	return all
}

// judge fills in the verdicts of a phase. Its evidence is that of the look which ended
// it: what was open then went on under a load that fell.
func (l *lookout) judge(p *PhaseResult, e *evidence, result phase.Result) {
	if l.proofs == nil {
		book := l.crew.ledger(result.Times, result.End)
		book.times.WindowEnd = result.WindowEnd
		l.proofs = l.collect(book)
	}
	for i, t := range l.run.cfg.Tiers {
		v := TierVerdict{Tier: t.name(), Verdict: Undecided}
		switch {
		case e.invalid != "":
			v.Verdict, v.Reason = Invalid, e.invalid
		case e.dead != "" || e.starves(t):
			v.Verdict, v.Reason = e.judge(t)
			v.Beyond = true
		case result.Ending == phase.Canceled || result.Ending == phase.Stopped || result.HeldUp > 0 && result.Ending == phase.TimedOut:
			v.Reason = e.unmet
		default:
			v.Evidence = encode(l.proofs[i])
		}
		p.Verdicts = append(p.Verdicts, v)
	}
	r := l.run.referee.clone()
	if o, err := l.run.observed(p); err == nil { // it is our own
		r.observe(o)
		r.next() // ranks what is to be sure
	}
	r.fillVerdicts(p)
}

// observed returns what a phase amounts to, of whichever run it is. The error says what
// cannot be.
func (r *run) observed(p *PhaseResult) (outcome, error) {
	o := outcome{
		agents: p.Agents, proofs: make([][]proof, len(r.cfg.Tiers)), dead: make([]bool, len(r.cfg.Tiers)), invalid: true,
		measured: time.Duration(math.Round(p.MeasuredSeconds * 1e9)),
	}
	if p.Agents < 1 || p.Agents > mostAgents {
		return o, fmt.Errorf("%d agents, expected 1 to %d", p.Agents, mostAgents)
	}
	if !(p.MeasuredSeconds >= 0 && p.MeasuredSeconds <= longest.Seconds() && p.PhaseSeconds >= 0 && p.PhaseSeconds <= forever.Seconds()) {
		return o, fmt.Errorf("measured for %v of %v seconds", p.MeasuredSeconds, p.PhaseSeconds)
	}
	for i, t := range r.cfg.Tiers {
		for _, v := range p.Verdicts {
			if v.Tier != t.name() {
				continue
			}
			var err error
			if o.proofs[i], err = decode(t, v.Evidence); err != nil {
				return o, fmt.Errorf("evidence on tier %s: %w", v.Tier, err)
			}
			o.dead[i] = v.Beyond
			o.invalid = o.invalid && v.Evidence == nil && !v.Beyond
		}
	}
	return o, nil
}

// fillVerdicts says what is thought of a number of agents after a phase.
func (r *referee) fillVerdicts(p *PhaseResult) {
	for i := range p.Verdicts {
		v := &p.Verdicts[i]
		if v.Evidence == nil {
			continue
		}
		k := r.levels[i].at(p.Agents)
		v.Verdict, v.Leaning = r.verdict(i, p.Agents)
		v.Criteria = r.criteria(k)
		for j := range k.proofs {
			if k.proofs[j].blind() && v.Verdict == Undecided {
				v.Reason = "most answers came all at once and have no speed"
			}
		}
		if v.Verdict != Undecided {
			v.Leaning = ""
		}
		if v.Verdict != Pass && v.Reason == "" {
			v.Reason = words(v.Criteria)
		}
		v.NeededSeconds = r.needed(i, p.Agents)
	}
}

// encode returns proofs as they are kept in reports.
func encode(proofs []proof) json.RawMessage {
	text, err := json.Marshal(proofs)
	if err != nil {
		return nil // of numbers only: it does not happen
	}
	return text
}

// decode reads what encode wrote for a tier; nil of nil.
func decode(t Tier, text json.RawMessage) (proofs []proof, err error) {
	if text == nil {
		return nil, nil
	}
	if err := json.Unmarshal(text, &proofs); err != nil {
		return nil, err
	}
	want := (&ledger{block: time.Second}).proofs(t)
	if len(proofs) != len(want) {
		return nil, fmt.Errorf("%d criteria, expected %d", len(proofs), len(want))
	}
	for i := range proofs {
		p := &proofs[i]
		if p.Criterion != want[i].Criterion || p.Limit != want[i].Limit || p.Blind < 0 || p.Seen < 0 {
			return nil, fmt.Errorf("criterion %q with a limit of %v, expected %q with %v", p.Criterion, p.Limit, want[i].Criterion, want[i].Limit)
		}
		if err := errors.Join(p.For.Validate(), p.Against.Validate()); err != nil {
			return nil, fmt.Errorf("criterion %s: %w", p.Criterion, err)
		}
	}
	return proofs, nil
}

// needed returns for how long in all a number of agents would have to be measured for a
// verdict of tier i, as things look; 0 when there is one or that cannot be said.
func (r *referee) needed(i, n int) float64 {
	k := r.levels[i].at(n)
	b := r.belief(k, n, nil, 0)
	if b.Sure || b.Lean == search.Unclear {
		return 0
	}
	d := r.projected(k, k.weigh(nil), b.Lean, k.measured)
	if d > longest {
		return 0
	}
	return d.Seconds()
}
