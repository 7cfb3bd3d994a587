package audit

import "math"

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
	case knownFaster*made < other && surely(have, unlikeIt, fresh, knownFaster):
		return found(CodeAnswerCache, "answers to prompts of the workload come %.1f times as fast as those to a text of the same length that was never sent before: 1 token in %.2f ms and in %.2f ms", times(other, made), 1000*made, 1000*other)
	case repeatedFaster*again < made && surely(have, fresh, repeat, repeatedFaster):
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
	case forcedTimes*forced < open && surely(have, free, fresh, forcedTimes):
		return found(CodeForcedFaster, "answers of forced length come %.1f times as fast as free ones: 1 token in %.2f ms and in %.2f ms", times(open, forced), 1000*forced, 1000*open)
	}
	return passed(CodeForcedFaster, "answers of forced length come at %.2f times the speed of free ones", times(open, forced))
}

const (
	// sureBy is how many standard errors the mean of the logarithms of ratios must be above
	// that of surePart of what is a finding: with 8 prompts it is so by chance once in 50 where
	// there is nothing. A machine that is busy with other things doubles the time of an answer
	// now and then, and with it a median of eight.
	sureBy, surePart = 2.5, 0.75
)

// surely reports whether tokens of one kind of answer take longer than those of another by
// about a factor, prompt by prompt and beyond chance.
func surely(items []*item, slow, fast kind, factor float64) bool {
	var sum, squares float64
	n := float64(len(items))
	for i := range items {
		x := math.Log(times(items[i].got[slow].perToken(), items[i].got[fast].perToken()))
		sum += x
		squares += x * x
	}
	mean := sum / n
	variance := max(0, squares-n*mean*mean) / max(1, n-1)
	return mean-sureBy*math.Sqrt(variance/n) > math.Log(surePart*factor)
}

// times returns a/b, at most 1000.
func times(a, b float64) float64 { return a / max(b, a/1000) }
