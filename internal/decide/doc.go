// Package decide decides what a search for the largest number of agents measures next, when
// a phase may end, and what is known of each number. It is pure: it has no clock, sends
// nothing, and all that it knows are the observations that it was given.
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
// There are three levels. Rows of requests (package record) are what was seen. [Observe]
// turns the rows of one phase into an [Observation], a few KB of sufficient statistics by
// criterion, block of time and play, which a journal keeps. A [Rule] knows observations
// only: its state is bounded by phases and criteria, never by requests. What a rule thinks
// belongs to a number of agents, not to a phase: [Judgment] and [Conclusion].
//
// A service level is a [Tier], a table of criteria. A new kind of level is a [Metric]: its
// figure, what is known of it while a request is open, and its words.
//
// # Which number is tried next
//
// Under the point rule each tier has a search.Bracket, which doubles and bisects; the first
// tier that is still open asks, and all learn from every phase.
//
// Under the controlled rule one joint search serves all tiers (joint). Each tier wants a
// first answer, a direction, at a number that halves what is open to it, until two
// neighbors are known of which one seems to hold and the next not to. Of those it wants to
// be sure. Where one cannot be decided in its time, the nearest numbers on either side that
// can be are found instead: one a tenth further, two tenths from there, or four. The
// question is asked that settles most wishes, in bits, for what it costs: ramp, settling,
// and six blocks for a direction or sixty for a decision.
//
// # When a phase ends early
//
// Under the point rule never. Under the controlled rule [Rule.Stop] ends it once every tier
// for which the number matters knows at least the direction, and the next question would be
// another: three blocks at least, six and ten requests unless the direction is clear by two
// standard errors, and not while agents straddle the beginning of the window, for whom only
// a fail can be seen. It ends too when the number has been measured for MaxMeasure. A
// number is given up when evidence that grows as it did would not decide it in twice that
// time.
//
// # How the error rate is split
//
// By alpha spending (alpha.go): 90 % of a tier's error rate is for numbers that may be found
// to pass, 10 % for those that may be found to fail, shared by the criteria. Of either part
// the first number that has to be decided gets four fifths, the second half of the rest,
// and so on; so no more than the whole is ever spent, however many numbers a search takes
// up. Which number has which part is in the [Plan] as an [Assignment], and in the journal
// with it: Next only proposes, Observe assigns.
//
// A number passes when the e-values of all criteria reach what its part asks for, and fails
// when that of one does (package confseq). Fewer than ten blocks decide nothing.
package decide
