// Package decide decides what a search for the largest number of agents measures next, when
// a phase may end, and what is known about each number. It is pure: it has no clock, sends
// nothing, and knows only the observations that it was given.
//
//	rule := decide.NewControlled(cfg, tiers, decide.Bounds{Min: 1, Max: 4096, Start: 1})
//	for plan, ok := rule.Next(); ok; plan, ok = rule.Next() {
//		phase := run(plan, func(sofar *record.Phase) bool {
//			return rule.Stop(plan, decide.Observe(tiers, block, sofar))
//		})
//		rule.Observe(plan, decide.Observe(tiers, block, phase))
//	}
//	for i, c := range rule.Conclude() {
//		fmt.Println(tiers[i].Name, c.Holds, c.Fails)
//	}
//
// There are three levels. Rows (package record) hold what was seen of each request.
// [Observe] turns the rows of one phase into an [Observation]: a few KB of sufficient
// statistics by criterion, block of time and play, which journals keep. A [Rule] knows only
// observations, so that its state is bounded by phases and criteria, never by requests. Its
// results, [Judgment] and [Conclusion], belong to numbers of agents and not to phases.
//
// A service level is a [Tier], a table of criteria. A new kind of level is a new [Metric]:
// its figure, what is known about it while a request is open, and its words.
//
// # Which number is tried next
//
// Under the point rule each tier has a search.Bracket, which doubles and bisects. The first
// tier that is still open chooses the next number; all tiers learn from every phase.
//
// Under the controlled rule one search serves all tiers (joint.go). Each tier first wants a
// direction, at a number that halves its open range, until it knows two neighbors of which
// one seems to hold and the next does not. It then wants a decision on both. If one cannot
// be decided in the time allowed, the tier takes the nearest number that can be: a tenth
// further away, two tenths from there, or four tenths from there. The search asks the
// question that settles most, in bits over all tiers, for its cost in time: ramp, settling,
// and six blocks for a direction or sixty for a decision.
//
// # When a phase ends early
//
// Under the point rule it never does. Under the controlled rule [Rule.Stop] ends it once
// every tier that can learn from it knows at least the direction, and the next question is
// about another number. A direction takes three blocks if it is clear by two standard
// errors, and otherwise six blocks and ten requests. While agents straddle the beginning of
// the window, only a fail ends the phase. A phase also ends when its number has been
// measured for MaxMeasure. A number is given up if its evidence, growing as before, would
// not decide it in twice that time.
//
// # How the error rate is split
//
// By alpha spending (alpha.go). Of a tier's error rate 90 % is for numbers found to pass and
// 10 %, divided among the criteria, for numbers found to fail. The first number that has to
// be decided gets four fifths of either part, the second half of what is left, and so on,
// so that no more than the whole is spent however many numbers a search takes up. The
// [Plan] says which number has which part, as an [Assignment], and is journaled. Next only
// proposes assignments; Observe makes them.
//
// A number passes when the e-values of all criteria reach what its part demands, and fails
// when that of one criterion does (package confseq). Fewer than ten blocks decide nothing.
package decide
