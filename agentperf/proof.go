package agentperf

import (
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/phase"
)

// A proof is the evidence on one criterion of a tier: that at most a share of the
// requests is bad.
type proof struct {
	Criterion string  `json:"criterion"`
	Limit     float64 `json:"limit"`
	// For is the evidence for a pass, in which every request that is still open
	// counts as bad, Against that for a fail, in which it counts as good, unless
	// it is known already what it will be. Looking at completed requests alone
	// would favour short ones.
	For     confseq.Evidence `json:"for"`
	Against confseq.Evidence `json:"against"`
	// Blind is the number of successful answers that have no speed, Seen that of
	// those that have one.
	Blind int `json:"blind,omitempty"`
	Seen  int `json:"seen,omitempty"`
}

// join adds the proof of another phase.
func (p *proof) join(o proof) {
	p.For.Join(o.For)
	p.Against.Join(o.Against)
	p.Blind += o.Blind
	p.Seen += o.Seen
}

// blind reports whether more than half of the answers say nothing, so that the rest do
// not speak for them.
func (p *proof) blind() bool { return p.Blind > p.Seen }

// A collector makes the proof of one criterion from requests.
type collector struct {
	proof
	pass, fail confseq.Sample
}

// add counts a request, and whether it is to be taken as bad for a pass and for a fail.
func (c *collector) add(block int64, play int, forPass, forFail bool) {
	c.pass.Add(block, play, forPass)
	c.fail.Add(block, play, forFail)
}

func (c *collector) done() proof {
	c.For, c.Against = c.pass.Evidence(), c.fail.Evidence()
	return c.proof
}

// ledger is what is known of a phase at an instant.
type ledger struct {
	times  phase.Times // WindowEnd is the instant at the latest
	now    time.Time
	block  time.Duration
	ended  []record
	flying []flight
}

// proofs returns those of a tier.
func (l *ledger) proofs(t Tier) []proof {
	plays := make(map[string]int)
	number := func(session string) int {
		n, ok := plays[session]
		if !ok {
			n = len(plays)
			plays[session] = n
		}
		return n
	}
	var cs []*collector
	with := func(criterion string, limit float64) *collector {
		c := &collector{proof: proof{Criterion: criterion, Limit: limit}}
		cs = append(cs, c)
		return c
	}
	type open struct {
		block int64
		play  int
		flight
		until time.Time // to which it is known
	}
	var unknown []open
	var speed, ttft, e2e *collector
	if t.E2EFloor > 0 {
		e2e = with(onE2E, t.percent()/100)
	} else {
		speed = with(onSpeed, speedPercent/100.0)
		if t.TTFTCeiling > 0 {
			ttft = with(onTTFT, 1-ttftPercent/100.0)
		}
	}
	for i := range l.ended {
		r := &l.ended[i]
		if !l.times.Measured(r.begin) || r.outcome == endpoint.OutcomeLocal {
			continue
		}
		block, play := l.blockOf(r.begin), number(r.play.Session)
		if r.outcome == endpoint.OutcomeCanceled { // by us, who had waited long for it
			f := flight{begin: r.begin}
			if r.timing.Events > 0 {
				f.first = r.timing.Sent.Add(r.timing.First)
			}
			unknown = append(unknown, open{block, play, f, r.timing.Sent.Add(r.timing.E2E)})
			continue
		}
		if speed != nil {
			speed.count(block, play, r, r.measurable, float64(r.speed) < float64(t.SpeedFloor))
		}
		if ttft != nil {
			late := r.ttft() > float64(t.TTFTCeiling)
			ttft.add(block, play, late, late)
		}
		if e2e != nil {
			v, ok := r.timing.E2ESpeed()
			e2e.count(block, play, r, ok, v < t.E2EFloor)
		}
	}
	for _, f := range l.flying {
		if l.times.Measured(f.begin) {
			unknown = append(unknown, open{l.blockOf(f.begin), number(f.play), f, l.now})
		}
	}
	for _, o := range unknown {
		if speed != nil {
			speed.add(o.block, o.play, true, o.slow(o.until, float64(t.SpeedFloor)))
		}
		if ttft != nil {
			late := o.late(o.until, t.TTFTCeiling)
			ttft.add(o.block, o.play, late || o.first.IsZero(), late)
		}
		if e2e != nil {
			e2e.add(o.block, o.play, true, o.slowOverall(o.until, float64(t.E2EFloor)))
		}
	}
	var all []proof
	for _, c := range cs {
		all = append(all, c.done())
	}
	return all
}

func (l *ledger) blockOf(t time.Time) int64 { return int64(t.Sub(l.times.Settled) / l.block) }

// count counts an ended request against a floor of speed: a failed one is slow.
func (c *collector) count(block int64, play int, r *record, has, below bool) {
	switch {
	case r.failed():
		c.add(block, play, true, true)
	case has:
		c.Seen++
		c.add(block, play, below, below)
	default:
		c.Blind++
	}
}
