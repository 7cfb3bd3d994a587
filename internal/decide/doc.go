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
//		fmt.Println(tiers[i].Name, c.Holds, c.Fails, c.Limit)
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
// Under the controlled rule (aim.go) each tier first wants directions: it doubles, halves
// and bisects by where the evidence points, until the smallest number that seems to fail
// is within bracketRatio of the largest that seems to hold, or, where turns are short, for
// as long as the two differ steeply (steep.go). It then wants two decisions, one on each
// side of the number at which the load curve crosses a limit, as near to it as can be
// decided in the time for a side; neighbors that differ steeply at once. Of all decisions
// that tiers want, the number that has waited longest is next, so that both sides of a
// limit see the same moods of the system; only where it is not steady does the search stay
// at one number, whose change may be what moves it, and where the system follows the
// number late (heat.go) go to the nearest. Aims move as the curve does; near a number that
// was taken up they stick to it. Once both sides are decided, nearer numbers
// follow that are projected to take minutes, and while the two are far apart (sharpen.go) any
// for as long as the budget lasts, the soonest first; what was decided by then is kept
// (keep.go). When the budget runs out, sides without any decided number take one further
// away. [Rule.Outlook] projects what is left.
//
// # What a phase is
//
// Phases last some turns (schedule.go): settling, which lets what was under way end, and a
// window, which is longer where turns are short and bets need the time rather than the phases.
// Only a phase that shows a direction ends early ([Rule.Stop]): one that is to decide is of fixed
// length, since what ends when it looks good is biased. Each has a draw of its own, at the pace
// measured so far. A request counts in it when its fate is known (fate.go).
//
// # What is known of a number
//
// Everything is weighed anew from all observations (weigh.go), so that a rule needs no state but
// those. For each criterion a load curve (curve.go) is fitted to all phases at all numbers. It
// is the control variate of the estimate at a number (estimate.go), whose phases are then
// judged by an anytime-valid t test (evalue.go). The oldest phases do not count while the speed
// of the system changes with time. Where speed follows the number of agents late, as that of
// a system which heats up (heat.go), each phase is one at the number that the system felt, for
// the curve and for what tests of drift and moods see; for a verdict on a number only phases
// count in which it felt about as many. First tokens are judged by bets on blocks of time as well
// (bets.go, package confseq); where anything was late, both must agree. Where agents differ in
// speed for good (stays.go, uneven.go), the share of slow requests is raised by what their
// longer stays do to the steady state (longer.go). Moods and drift of the
// system (memory.go) make phases worth less, or forbid a verdict; so does a load that is unlike
// the workload's steady state (pace.go).
//
// # How the error rate is split
//
// By alpha spending (alpha.go). Of a tier's error rate a half is for numbers found to pass and
// a half, divided among the criteria, for numbers found to fail. The first number that has to
// be decided gets a half of either part, the second a sixth, the third a twelfth and so on, so
// that no more than the whole is spent however many numbers a search takes up. A number is
// given its part once it has some phases, as aims move in the first. The [Plan] says which
// number has which part, as an [Assignment], and is journaled. Next only proposes assignments;
// Observe makes them.
//
// A number passes when the e-values of all criteria reach what its part demands, and fails
// when that of one criterion does. Fewer than five phases, or ten blocks, decide nothing.
package decide
