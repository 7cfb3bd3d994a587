package agentperf

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// A referee keeps the evidence of a run under the controlled rule and says what to
// measure next and for how long. It depends on nothing but what it was told, so that a
// run that was interrupted goes on from its journal as if it had not been.
type referee struct {
	rules     Rules
	errorRate float64
	joint     search.Joint
	levels    []level
}

// level is the evidence on one tier.
type level struct {
	numbers map[int]*number
	// passes and fails count the numbers that were to be sure of, for either verdict.
	passes, fails int
}

// number is the evidence on one number of agents.
type number struct {
	proofs   []proof
	measured time.Duration
	phases   int
	invalid  int // phases since the last that was not
	// dead counts phases in which nothing succeeded, or agents starved: no question
	// of statistics, but one alone may have been an outage.
	dead int
	lean search.Verdict // of the evidence when a search last took it up
	// rank of this number among those to be sure of, 1 and up; 0 when it is none.
	passRank, failRank int

	known *weight // of proofs, once weighed
}

// clone returns a copy to think with: what it ranks does not count.
func (r *referee) clone() *referee {
	c := *r
	c.levels = make([]level, len(r.levels))
	for i, l := range r.levels {
		c.levels[i] = l
		c.levels[i].numbers = make(map[int]*number, len(l.numbers))
		for n, k := range l.numbers {
			c.levels[i].numbers[n] = new(*k)
		}
	}
	return &c
}

// weigh weighs what is known of a number, and one more phase if there is one.
func (k *number) weigh(more []proof) weight {
	if more != nil {
		return weigh(k.joined(more))
	}
	if k.known == nil {
		k.known = new(weigh(k.proofs))
	}
	return *k.known
}

func newReferee(rules Rules, errorRate float64, tiers int, joint search.Joint) *referee {
	r := &referee{rules: rules, errorRate: errorRate, joint: joint, levels: make([]level, tiers)}
	for i := range r.levels {
		r.levels[i].numbers = make(map[int]*number)
	}
	return r
}

// cost estimates the seconds of a phase. running is the number of a phase that goes
// on, which has paid for its start.
func (r *referee) cost(n, running int, sure bool) float64 {
	start := r.rules.ramp(n) + r.rules.Settle
	if n == running {
		start = 0
	}
	blocks := looks
	if sure {
		blocks = 60
	}
	return (start + time.Duration(blocks)*r.rules.Block).Seconds()
}

// looks is after how many blocks a number is left that only gives a direction, and fewest
// how many requests that takes, unless they are clear.
const (
	looks  = 6
	fewest = 10
)

// at returns what is known of a number of agents, which it makes if need be.
func (l *level) at(n int) *number {
	k := l.numbers[n]
	if k == nil {
		k = &number{}
		l.numbers[n] = k
	}
	return k
}

// joined returns the proofs with those of one more phase.
func (k *number) joined(more []proof) []proof {
	if len(k.proofs) == 0 {
		return more
	}
	all := append([]proof(nil), k.proofs...)
	for i := range more {
		if i < len(all) {
			all[i].join(more[i])
		}
	}
	return all
}

// belief returns what to think of a number, given the proofs of one more phase and
// how long it has measured.
func (r *referee) belief(k *number, n int, more []proof, measured time.Duration) search.Belief {
	if k.beyond() {
		return search.Belief{N: n, Lean: search.Fail, Sure: true, Spent: true}
	}
	w := k.weigh(more)
	b := search.Belief{N: n, Lean: w.lean}
	if k.dead > 0 && len(k.proofs) == 0 && more == nil {
		b.Lean = search.Fail
	}
	ranked := k.passRank+k.failRank > 0
	if ranked && k.lean != search.Unclear && w.lean != k.lean {
		// What was to become sure keeps its direction until the evidence
		// against it is more than chance.
		if against := w.against(k.lean); against < math.Log(1/flip) {
			b.Lean = k.lean
		}
	}
	if w.enough {
		if k.passRank > 0 && w.pass >= enough(r.errorRate, search.Pass, k.passRank-1, w.criteria) {
			b.Lean, b.Sure = search.Pass, true
		}
		if k.failRank > 0 && w.fail >= enough(r.errorRate, search.Fail, k.failRank-1, w.criteria) {
			b.Lean, b.Sure = search.Fail, true
		}
	}
	measured += k.measured
	switch {
	case k.invalid > 1 || ranked && measured >= r.rules.MaxMeasure:
		b.Spent = true
	case b.Lean == search.Unclear:
		b.Spent = measured >= r.patience() || w.blind && measured >= 2*looks*r.rules.Block
	case ranked && !b.Sure:
		b.Spent = measured >= r.patience() && r.projected(k, w, b.Lean, measured) > 2*r.rules.MaxMeasure
	}
	return b
}

// beyond reports whether a number fails for certain: nothing succeeded twice, and not
// less often than something did.
func (k *number) beyond() bool { return k.dead > 1 && k.dead >= k.phases-k.dead }

// patience is how long a number is measured before it is given up.
func (r *referee) patience() time.Duration {
	return min(r.rules.MaxMeasure, max(r.rules.MaxMeasure/6, hopeless*r.rules.Block))
}

// projected returns for how long in all a number would have to be measured to be sure,
// if evidence grows as it did. It starts below 0, for what a bet on many shares at once
// costs.
func (r *referee) projected(k *number, w weight, lean search.Verdict, measured time.Duration) time.Duration {
	have, rank := w.hope, k.passRank
	if lean == search.Fail {
		have, rank = w.fail, k.failRank
	}
	const start = 1
	factor := (enough(r.errorRate, lean, max(rank, 1)-1, w.criteria) + start) / max(have+start, 1e-6)
	return time.Duration(min(float64(measured)*factor, float64(forever)))
}

// hopeless is after how many blocks at the earliest a number is given up that will not
// become sure in its time.
const hopeless = 90

// forever is more than anything is measured for.
const forever = 100 * longest

// flip is the probability with which a number changes its direction by chance.
const flip = 0.1

func (w weight) against(lean search.Verdict) float64 {
	if lean == search.Pass {
		return w.fail
	}
	return w.pass
}

// beliefs returns those of a level; with running, the evidence of the phase that goes
// on at n is part of it.
func (r *referee) beliefs(i, n int, running []proof, measured time.Duration) (bs []search.Belief) {
	l := &r.levels[i]
	if n > 0 {
		l.at(n)
	}
	for m, k := range l.numbers {
		if m != n {
			if k.phases == 0 && k.invalid == 0 {
				continue
			}
			// What a journal or an earlier report knows of more agents than may be
			// tried counts if it is sure: nobody can ask any more.
			if b := r.belief(k, m, nil, 0); b.Sure || m <= r.joint.Max {
				bs = append(bs, b)
			}
			continue
		}
		bs = append(bs, r.belief(k, m, running, measured))
	}
	return bs
}

// next returns what to measure next. ok is false when all tiers are settled.
func (r *referee) next() (q search.Question, ok bool) { return r.ask(0, nil, 0) }

// ask returns what to measure next if the phase at n, with the given proofs for each
// level, were over. It ranks the numbers that have to be sure.
func (r *referee) ask(n int, running [][]proof, measured time.Duration) (q search.Question, ok bool) {
	joint := r.joint
	joint.Cost = func(m int, sure bool) float64 { return r.cost(m, n, sure) }
	for i := range r.levels {
		r.rankBeyond(i)
	}
	for {
		levels := make([][]search.Belief, len(r.levels))
		for i := range levels {
			var more []proof
			if n > 0 {
				more = running[i]
			}
			levels[i] = r.beliefs(i, n, more, measured)
		}
		if q, ok = joint.Next(levels); !ok {
			return q, false
		}
		ranked := false
		for i, sure := range q.Sure {
			if sure {
				ranked = r.rank(i, q.N, levels[i]) || ranked
			}
		}
		if !ranked {
			return q, true
		}
	}
}

// rankBeyond gives their parts of the error rate to the two numbers next to the limit
// among those beyond what may be tried. Nobody will ask for them, but a journal or an
// earlier report may have all that it takes to be sure.
func (r *referee) rankBeyond(i int) {
	l, pass, fail := &r.levels[i], 0, 0
	for n, k := range l.numbers {
		if n <= r.joint.Max && k.phases > 0 && k.weigh(nil).lean == search.Fail {
			return // the limit is within
		}
	}
	for n, k := range l.numbers {
		if n > r.joint.Max && k.phases > 0 && k.weigh(nil).lean == search.Fail && (fail == 0 || n < fail) {
			fail = n
		}
	}
	for n, k := range l.numbers {
		if n > r.joint.Max && k.phases > 0 && k.weigh(nil).lean == search.Pass && n > pass && (fail == 0 || n < fail) {
			pass = n
		}
	}
	if k := l.numbers[fail]; k != nil && k.failRank == 0 {
		l.fails++
		k.failRank, k.lean = l.fails, search.Fail
	}
	if k := l.numbers[pass]; k != nil && k.passRank == 0 {
		l.passes++
		k.passRank, k.lean = l.passes, search.Pass
	}
}

// rank gives a number its part of the error rate, and reports whether it had none.
func (r *referee) rank(i, n int, beliefs []search.Belief) bool {
	l := &r.levels[i]
	k := l.at(n)
	lean := search.Pass // a number not yet tried, near one that was spent
	s := r.joint.Stand(beliefs)
	if s.Limit > 0 && n >= s.Limit {
		lean = search.Fail
	}
	for _, b := range beliefs {
		if b.N == n && b.Lean != search.Unclear {
			lean = b.Lean
		}
	}
	k.lean = lean
	switch {
	case lean == search.Pass && k.passRank == 0:
		l.passes++
		k.passRank = l.passes
	case lean == search.Fail && k.failRank == 0:
		l.fails++
		k.failRank = l.fails
	default:
		return false
	}
	return true
}

// enoughOf reports whether a phase at n may end, given the proofs of each level so
// far: every tier for which it matters knows at least where to go from here, and the
// next question is another.
//
// With agents held up by requests from before the window nobody knows what they will
// get: only a fail can be seen then.
func (r *referee) enoughOf(n int, proofs [][]proof, measured time.Duration, heldUp int) bool {
	for i := range r.levels {
		if measured+r.levels[i].at(n).measured >= r.rules.MaxMeasure {
			return true
		}
	}
	for i := range r.levels {
		beliefs := r.beliefs(i, 0, nil, 0)
		s := r.joint.Stand(beliefs)
		if n <= s.Pass || s.Fail > 0 && n >= s.Fail {
			continue // whatever it says, it is no news
		}
		w := r.levels[i].at(n).weigh(proofs[i])
		if w.blind && measured >= 2*looks*r.rules.Block {
			continue // and it will stay so
		}
		few := w.requests < fewest && measured < r.patience()
		if w.blocks < 3 || !w.clear && (measured < looks*r.rules.Block || few) || heldUp > 0 && w.lean != search.Fail {
			return false
		}
	}
	q, ok := r.ask(n, proofs, measured)
	return !ok || q.N != n
}

// An outcome is what a phase amounts to for each tier.
type outcome struct {
	agents   int
	proofs   [][]proof // of each tier
	measured time.Duration
	invalid  bool
	dead     []bool // for each tier
}

// observe adds a phase to what is known.
func (r *referee) observe(o outcome) {
	for i := range r.levels {
		k := r.levels[i].at(o.agents)
		if o.invalid {
			k.invalid++
			continue
		}
		k.phases++
		k.invalid = 0
		if o.dead[i] {
			k.dead++
		}
		k.proofs, k.known = k.joined(o.proofs[i]), nil
		k.measured += o.measured
	}
}

// standing returns where a tier stands.
func (r *referee) standing(i int) search.Standing { return r.joint.Stand(r.beliefs(i, 0, nil, 0)) }

// verdict returns what is thought of a number by tier i after a phase.
func (r *referee) verdict(i, n int) (v Verdict, lean Verdict) {
	b := r.belief(r.levels[i].at(n), n, nil, 0)
	switch {
	case b.Sure && b.Lean == search.Pass:
		return Pass, Pass
	case b.Sure && b.Lean == search.Fail:
		return Fail, Fail
	case b.Lean == search.Pass:
		return Undecided, Pass
	case b.Lean == search.Fail:
		return Undecided, Fail
	}
	return Undecided, ""
}
