package audit

// CodeAnswerCache is of answers that were not made anew.
const CodeAnswerCache = "answer_cache"

const (
	// repeatedFaster is how many times faster the tokens of a repeated prompt come than
	// those of a fresh one from where on that is a finding. A cache of prompts makes the
	// first token come early, and none after it: those of one prompt at one load differ by
	// some tenths, so that half the time in the median has another cause. Speculation on what
	// was answered before is one; it too is faster for a benchmark that repeats itself than
	// for users who do not.
	repeatedFaster = 2
	// knownFaster is that of a fresh prompt of the workload against a text that nobody has
	// seen. Speculation is right two or three times as often about code as about words
	// in random order.
	knownFaster = 4
	// leastPerToken is the time of a token, in seconds, below which answers come at once and
	// nothing can be faster: 20,000 tokens/s for one agent are ten times the fastest level of
	// service that is published.
	leastPerToken = 1.0 / 20_000
)

// answerCache looks for answers that are kept and sent again: their tokens come faster than
// those of answers of the same length that had to be made. Times to first token do not count,
// as an honest cache of prompts shortens them.
func answerCache(items []item) Check {
	have, c, ok := with(CodeAnswerCache, items, fresh, unlikeIt, repeat)
	if !ok {
		return c
	}
	perToken := func(k kind) float64 {
		return median(over(have, func(it *item) float64 { return it.got[k].perToken() }))
	}
	made, again, other := perToken(fresh), perToken(repeat), perToken(unlikeIt)
	switch {
	case max(made, other) < leastPerToken:
		return skipped(CodeAnswerCache, "answers come at once, so that none can come faster")
	case knownFaster*made < other:
		return found(CodeAnswerCache, "answers to prompts of the workload come %.1f times as fast as those to a text of the same length that was never sent before: 1 token in %.2f ms and in %.2f ms", times(other, made), 1000*made, 1000*other)
	case repeatedFaster*again < made:
		return found(CodeAnswerCache, "answers to a prompt that is sent again come %.1f times as fast as the first time: 1 token in %.2f ms and in %.2f ms", times(made, again), 1000*again, 1000*made)
	}
	return passed(CodeAnswerCache, "a repeated prompt is answered at %.2f times the speed of a fresh one", times(made, again))
}

// CodeForcedFaster is of a server that serves benchmarks first.
const CodeForcedFaster = "forced_faster"

// forcedTimes is how many times faster the tokens of forced answers come than those of free
// ones from where on that is a finding. A model that is forced to go on after its end may
// repeat itself, which speculation foresees: it gains two or three times at best.
const forcedTimes = 3

// forcedFaster looks for a server that knows requests with ignore_eos, which only benchmarks
// send.
func forcedFaster(items []item) Check {
	have, c, ok := with(CodeForcedFaster, items, fresh, free)
	if !ok {
		return c
	}
	if share(have, func(it *item) bool { return it.got[fresh].forced }) < 1 {
		return skipped(CodeForcedFaster, "answers are not forced to a length")
	}
	perToken := func(k kind) float64 {
		return median(over(have, func(it *item) float64 { return it.got[k].perToken() }))
	}
	forced, open := perToken(fresh), perToken(free)
	switch {
	case open < leastPerToken || share(have, func(it *item) bool { return it.got[free].timing.Tokens >= leastCounted }) < 0.5:
		return skipped(CodeForcedFaster, "too few free answers with a speed")
	case forcedTimes*forced < open:
		return found(CodeForcedFaster, "answers of forced length come %.1f times as fast as free ones: 1 token in %.2f ms and in %.2f ms", times(open, forced), 1000*forced, 1000*open)
	}
	return passed(CodeForcedFaster, "answers of forced length come at %.2f times the speed of free ones", times(open, forced))
}

// times returns a/b, at most 1000.
func times(a, b float64) float64 { return a / max(b, a/1000) }
