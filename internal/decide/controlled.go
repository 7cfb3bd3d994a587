package decide

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/agentperf/agentperf-go/search"
)

// Bounds are the least and the greatest number of agents that a search may try, and the
// first that it does; 0 means 1 for Min and Start.
type Bounds struct{ Min, Max, Start int }

// Controlled configures the controlled rule. It has no defaults: the caller sets all fields.
type Controlled struct {
	// ErrorRate bounds the probability of a wrong answer for each tier.
	ErrorRate float64
	// Block is the length of the time blocks treated as independent. MaxMeasure bounds
	// the total measuring time of one number of agents.
	Block, MaxMeasure time.Duration
	// SpawnRate, Settle and Drain are those of every plan.
	SpawnRate     float64
	Settle, Drain time.Duration
}

// NewControlled returns the controlled rule for the given tiers.
func NewControlled(cfg Controlled, tiers []Tier, bounds Bounds) Rule {
	return newControlled(cfg, tiers, bounds)
}

func newControlled(cfg Controlled, tiers []Tier, b Bounds) *controlled {
	c := &controlled{Controlled: cfg, tiers: tiers, joint: joint{Min: b.Min, Max: b.Max, Start: b.Start}, levels: make([]level, len(tiers))}
	for i := range c.levels {
		c.levels[i].numbers = make(map[int]*number)
	}
	return c
}

// LeastTime returns the shortest measuring time in which a number of agents could pass: the
// one without a single bad request.
func (cfg Controlled) LeastTime(tiers []Tier) time.Duration {
	strictest := 1.0
	for i := range tiers {
		for j := range tiers[i].Criteria {
			strictest = min(strictest, tiers[i].Criteria[j].Limit())
		}
	}
	if !(strictest > 0 && strictest < 1 && cfg.ErrorRate > 0) {
		return 0
	}
	blocks := max(confseq.MinBlocks, math.Ceil(needed(cfg.ErrorRate, search.Pass, 0, 1)/-math.Log1p(-strictest)))
	return time.Duration(min(blocks*float64(cfg.Block), float64(forever)))
}

// controlled is the controlled rule. It measures most numbers of agents only until they show
// which way to go, and the two next to the limit until they are decided.
type controlled struct {
	Controlled
	tiers  []Tier
	joint  joint
	levels []level

	assigned []Assignment // since this copy was made
}

// think returns a copy for what-if evaluation. What it assigns is discarded, unless a plan
// carries it to Observe.
func (c *controlled) think() *controlled {
	t := *c
	t.assigned = nil
	t.levels = make([]level, len(c.levels))
	for i := range c.levels {
		t.levels[i] = c.levels[i].clone()
	}
	return &t
}

// settled returns a copy that has assigned what the next plan would assign.
func (c *controlled) settled() *controlled {
	t := c.think()
	t.ask(0, nil, 0)
	return t
}

// Next implements [Rule].
func (c *controlled) Next() (p Plan, ok bool) {
	t := c.think()
	q, ok := t.ask(0, nil, 0)
	if !ok {
		return Plan{}, false
	}
	p = Plan{
		Agents: q.N, Alpha: t.assigned, SpawnRate: c.SpawnRate, Settle: c.Settle, Most: c.MaxMeasure, Drain: c.Drain, Look: c.Block,
		Why: "which way to go from here",
	}
	// A phase that uses all of its time, and a minute for requests that straddle its end.
	p.Timeout = ramp(q.N, c.SpawnRate) + c.Settle + c.MaxMeasure + time.Minute
	if slices.Contains(q.Sure, true) {
		p.Why = "to decide on this number"
	}
	for i, sure := range q.Sure {
		if sure {
			p.Tiers = append(p.Tiers, i)
		}
	}
	p.Cost = time.Duration(c.cost(q.N, 0, len(p.Tiers) > 0) * float64(time.Second))
	return p, true
}

// ramp returns the time from the first agent's start to the last one's.
func ramp(agents int, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(agents-1) / rate * float64(time.Second))
}

// cost estimates the seconds that a phase of n agents takes. running is the number of
// agents of the phase under way, which has paid for its start; 0 without one.
func (c *controlled) cost(n, running int, sure bool) float64 {
	start := ramp(n, c.SpawnRate) + c.Settle
	if n == running {
		start = 0
	}
	blocks := looks
	if sure {
		blocks = sureBlocks
	}
	return (start + time.Duration(blocks)*c.Block).Seconds()
}

// Stop implements [Rule]. A phase may end once every tier that can learn from it knows at
// least which way to go, and the next question is about another number.
//
// While agents straddle the beginning of the window it is unknown what they will get: that
// can rule out a pass, and only a fail ends the phase.
func (c *controlled) Stop(p Plan, sofar Observation) bool {
	t := c.think()
	t.assign(p.Alpha)
	measured, running := sofar.Measured, make([][]CriterionObservation, len(c.levels))
	for i := range t.levels {
		running[i] = sofar.Tiers[i].Criteria
		if measured+t.levels[i].at(p.Agents).measured >= c.MaxMeasure {
			return true
		}
	}
	for i := range t.levels {
		s := t.joint.Stand(t.beliefs(i, 0, nil, 0))
		if p.Agents <= s.Pass || s.Fail > 0 && p.Agents >= s.Fail {
			continue // this number is decided by others
		}
		w := t.levels[i].at(p.Agents).assess(running[i])
		if w.unmeasurable && measured >= blankBlocks*c.Block {
			continue // more of the same answers would not help
		}
		few := w.requests < fewest && measured < c.patience()
		if w.blocks < leastBlocks || !w.clear && (measured < looks*c.Block || few) || sofar.Straddling > 0 && w.tentative != search.Fail {
			return false
		}
	}
	q, ok := t.ask(p.Agents, running, measured)
	return !ok || q.N != p.Agents
}

// Void reports whether the phase leaves no evidence, because the client failed or the
// phase was cut short. It is then run again.
func (o *Observation) Void() bool {
	switch o.Ending {
	case record.Interrupted, record.Stopped:
		return true
	case record.TimedOut:
		return o.Straddling > 0
	}
	return o.Invalid != ""
}

// Observe implements [Rule].
func (c *controlled) Observe(p Plan, o Observation) error {
	if err := o.Validate(c.tiers); err != nil {
		return err
	}
	if err := c.check(p.Alpha); err != nil {
		return err
	}
	c.assign(p.Alpha)
	for i := range c.levels {
		k := c.levels[i].at(o.Agents)
		if t := &o.Tiers[i]; o.Invalid != "" || o.Void() && t.Categorical == "" {
			k.void++
			k.invalid = o.Invalid != ""
		} else {
			k.observe(t, o.Measured)
		}
	}
	return nil
}

// check reports impossible assignments: they may come from a file.
func (c *controlled) check(alpha []Assignment) error {
	for _, a := range alpha {
		if a.Tier < 0 || a.Tier >= len(c.levels) || a.Agents < 1 || a.Agents > mostAgents || a.Rank < 1 || a.Verdict == search.Unclear {
			return fmt.Errorf("impossible assignment of a part of the error rate: %+v", a)
		}
	}
	return nil
}

// assign records the parts of the error rate that a plan assigns.
func (c *controlled) assign(alpha []Assignment) {
	for _, a := range alpha {
		l := &c.levels[a.Tier]
		k := l.at(a.Agents)
		k.tentative = a.Verdict
		if a.Verdict == search.Pass {
			k.passRank, l.passes = a.Rank, max(l.passes, a.Rank)
		} else {
			k.failRank, l.fails = a.Rank, max(l.fails, a.Rank)
		}
	}
}

// beliefs returns the beliefs of tier i. If n is not 0, a phase of n agents is under way,
// and what it has observed so far counts too.
func (c *controlled) beliefs(i, n int, running []CriterionObservation, measured time.Duration) (bs []belief) {
	l := &c.levels[i]
	if n > 0 {
		l.at(n)
	}
	for m, k := range l.numbers {
		if m != n {
			if k.phases == 0 && k.void == 0 {
				continue
			}
			// A journal may know of more agents than may be tried. Only what is decided
			// counts there, as nothing more can be learned.
			if b := c.belief(k, m, nil, 0); b.Sure || m <= c.joint.Max {
				bs = append(bs, b)
			}
			continue
		}
		bs = append(bs, c.belief(k, m, running, measured))
	}
	return bs
}

// ask returns what to measure next if the phase of n agents, with what it has observed,
// were over; 0 if none is under way. It gives the numbers that have to be decided their
// parts of the error rate.
func (c *controlled) ask(n int, running [][]CriterionObservation, measured time.Duration) (q question, ok bool) {
	joint := c.joint
	joint.Cost = func(m int, sure bool) float64 { return c.cost(m, n, sure) }
	for i := range c.levels {
		c.assignBeyond(i)
	}
	for {
		levels := make([][]belief, len(c.levels))
		for i := range levels {
			var more []CriterionObservation
			if n > 0 {
				more = running[i]
			}
			levels[i] = c.beliefs(i, n, more, measured)
		}
		if q, ok = joint.Next(levels); !ok {
			return q, false
		}
		assigned := false
		for i, sure := range q.Sure {
			if sure {
				assigned = c.assignNext(i, q.N, levels[i]) || assigned
			}
		}
		if !assigned {
			return q, true
		}
	}
}

// assignBeyond gives the two numbers next to the limit their parts of the error rate if the
// limit is beyond what may be tried. They will not be asked about, but a journal may hold
// enough evidence to decide them.
func (c *controlled) assignBeyond(i int) {
	l, pass, fail := &c.levels[i], 0, 0
	for n, k := range l.numbers {
		if k.phases == 0 || k.assess(nil).tentative != search.Fail {
			continue
		}
		if n <= c.joint.Max {
			return // the limit is within
		}
		if fail == 0 || n < fail {
			fail = n
		}
	}
	for n, k := range l.numbers {
		if n > c.joint.Max && k.phases > 0 && k.assess(nil).tentative == search.Pass && n > pass && (fail == 0 || n < fail) {
			pass = n
		}
	}
	if fail > 0 {
		c.rank(i, fail, search.Fail)
	}
	if pass > 0 {
		c.rank(i, pass, search.Pass)
	}
}

// assignNext gives a number that has to be decided its part of the error rate, for the
// verdict that its evidence points to, and reports whether that is new.
func (c *controlled) assignNext(i, n int, beliefs []belief) bool {
	want := search.Pass // unless the number is known, or next to a limit
	s := c.joint.Stand(beliefs)
	if s.Limit > 0 && n >= s.Limit {
		want = search.Fail
	}
	for _, b := range beliefs {
		if b.N == n && b.Lean != search.Unclear {
			want = b.Lean
		}
	}
	if c.rank(i, n, want) {
		return true
	}
	if k := c.levels[i].at(n); k.tentative != want {
		// It has had its part before, and is taken up with the other direction again.
		k.tentative = want
		rank := k.passRank
		if want == search.Fail {
			rank = k.failRank
		}
		c.assigned = append(c.assigned, Assignment{Tier: i, Agents: n, Verdict: want, Rank: rank})
	}
	return false
}

// rank gives a number the next part of the error rate for a verdict, and reports whether
// that is new: a number keeps the part that it has.
func (c *controlled) rank(i, n int, want search.Verdict) bool {
	l := &c.levels[i]
	k := l.at(n)
	switch {
	case want == search.Pass && k.passRank == 0:
		l.passes++
		k.passRank = l.passes
		c.assigned = append(c.assigned, Assignment{Tier: i, Agents: n, Verdict: want, Rank: k.passRank})
	case want == search.Fail && k.failRank == 0:
		l.fails++
		k.failRank = l.fails
		c.assigned = append(c.assigned, Assignment{Tier: i, Agents: n, Verdict: want, Rank: k.failRank})
	default:
		return false
	}
	k.tentative = want
	return true
}

// Judge implements [Rule].
func (c *controlled) Judge(agents int) (js []Judgment) {
	t := c.settled()
	for i := range t.levels {
		js = append(js, t.judge(i, agents))
	}
	return js
}

func (c *controlled) judge(i, n int) Judgment {
	k := c.levels[i].at(n)
	b := c.belief(k, n, nil, 0)
	j := Judgment{Measured: k.measured, Phases: k.phases, Invalid: k.phases == 0 && k.invalid, Criteria: c.estimates(i, k), Tentative: b.Lean}
	if b.Sure {
		j.Verdict, j.Tentative = b.Lean, search.Unclear
	}
	if k.categorical() || k.failed > 0 && len(k.criteria) == 0 {
		j.Categorical, j.Reason, j.Criteria = true, k.why, nil
		return j
	}
	for _, o := range k.criteria {
		if o.undecidable() && j.Verdict == search.Unclear {
			j.Reason = o.unmeasurableText()
		}
	}
	if j.Verdict != search.Pass {
		j.Reason = cmp.Or(j.Reason, Words(j.Criteria))
	}
	if !b.Sure && b.Lean != search.Unclear {
		if d := c.projected(k, new(k.assess(nil)), b.Lean, k.measured); d <= longest {
			j.Needed = d
		}
	}
	return j
}

// estimates returns what is known of the criteria at a number of agents.
func (c *controlled) estimates(i int, k *number) (es []Estimate) {
	for j := range k.criteria {
		o := &k.criteria[j]
		e := Estimate{Criterion: &c.tiers[i].Criteria[j], Share: o.Against.Share(), Effective: o.Against.Effective(), Bounded: true}
		n, _ := o.For.Counts()
		e.Requests = int(n)
		e.Lower, _ = o.Against.Bounds(math.Exp(-needed(c.ErrorRate, search.Fail, max(0, k.failRank-1), len(k.criteria))))
		_, e.Upper = o.For.Bounds(math.Exp(-needed(c.ErrorRate, search.Pass, max(0, k.passRank-1), len(k.criteria))))
		es = append(es, e)
	}
	return es
}

// Conclude implements [Rule]: only what is decided counts.
func (c *controlled) Conclude() (all []Conclusion) {
	t := c.settled()
	for i := range t.levels {
		s := t.joint.Stand(t.beliefs(i, 0, nil, 0))
		con := Conclusion{
			Holds: s.Pass, Fails: s.Fail, Contradictions: s.Contradictions,
			Confirmed:  s.Fail > 0 && s.Pass == s.Fail-1 || s.Fail == 0 && s.Pass > 0 && s.Pass == t.joint.Max,
			Low:        s.Pass,
			Assumption: fmt.Sprintf("the system is in its steady state after %v, and disturbances last no longer than %v", c.Settle, c.Block),
		}
		first := cmp.Or(t.joint.Min, 1)
		if s.Lean > s.Pass && s.Lean >= first {
			con.Tentative = s.Lean
		}
		for n, k := range t.levels[i].numbers {
			// What neither passes nor fails for sure, though it has been looked into.
			if k.phases+k.void > 0 && n > s.Pass && (s.Fail == 0 || n < s.Fail) && first <= n && n <= t.joint.Max && (con.Undecided == 0 || n < con.Undecided) {
				con.Undecided = n
			}
		}
		if con.Undecided > 0 {
			n := cmp.Or(con.Tentative, con.Undecided)
			con.Unclear, con.Reason = []int{n}, t.judge(i, n).Reason
		}
		if con.Estimate = max(s.Pass, con.Tentative); s.Fail > 0 {
			con.High = s.Fail - 1
		}
		all = append(all, con)
	}
	return all
}
