// Package search finds the largest n that holds, when asking whether it holds at
// n is expensive and the answer may be noisy: the most agents that a system can
// serve, say, where each question is a ten-minute load test.
//
//	probe := func(ctx context.Context, n int) (Stats, search.Verdict, error) {
//		stats, err := loadTest(ctx, n)
//		if err != nil {
//			return stats, search.Unclear, err
//		}
//		if stats.Speed < 100 {
//			return stats, search.Fail, nil
//		}
//		return stats, search.Pass, nil
//	}
//	finder := search.Finder[Stats]{Bracket: search.Bracket{Start: 8, Max: 500}}
//	result, err := finder.Find(ctx, probe)
//	fmt.Println(result.LargestPassing, result.Warnings)
//
// Unlike [sort.Search], it never asks the same question twice, accepts questions
// without an answer, survives wrong answers, and can be resumed from its own
// record.
//
// [Bracket] decides. It is plain data and does nothing by itself: it returns the
// next n to ask, is told answers, and sums them up. Use it directly to run several
// searches over the same measurements, telling each of them every answer. [Finder]
// asks: it drives one Bracket with a [Probe], under a context and a budget, and asks
// several questions at once where these do not disturb each other.
//
// Values that are no whole numbers, or span several powers of ten, are numbered by a
// [Grid]. Where a question is whether a share of outcomes is below a limit, a [ShareTest]
// says after how many of them the answer is certain.
//
// # How it searches
//
// The search doubles n from Start until an n does not pass or the limit is
// reached, then bisects until the largest passing n and the n that stopped it
// are neighbors. If Start itself does not pass, it bisects down from there. It
// never asks more than double the largest n that has passed (or Start, or with
// [Bracket.Stride] so much more), even if a failure much further up is already known,
// because a question far beyond the limit is the most expensive and the most disruptive
// one.
//
// It never asks an n that has been answered, whatever the answer was, and every
// answer to its own question narrows the search, so that it ends with any source
// of answers. On its own, one question at a time and doubling, it asks at most
//
//	2*floor(log2(m)) + 2, where m is the larger of the result and Start
//
// questions, and at most one more if it is told consistent answers at other n on
// the way. A failure at or below an n that had passed reopens the search below
// that failure, for at most as many questions again.
//
// # What answers mean
//
// The conclusion of a Bracket does not depend on the order of its answers.
//
//   - Pass and Fail are final. An n that was answered with both counts as failed,
//     because a capacity that holds only sometimes does not hold.
//   - Unclear answers nothing. The search stays below that n and bisects towards
//     it, but never reports it as a failure. A later Pass or Fail at the same n
//     replaces it, and a later Pass above makes it irrelevant.
//   - The result is the largest n that passed with no failure at or below it. A
//     pass above a failure contradicts the assumption that there is a limit; it
//     is reported and does not raise the result.
//   - "Nothing passes" (a result of 0) and "nothing fails up to Max" are results,
//     not errors.
//
// Because the search asks only between what passed and what did not, it cannot
// detect a noisy answer by itself. Where an answer comes from random outcomes, a
// [ShareTest] bounds the chance that it is wrong. To guard against one, ask the largest passing
// and the smallest failing n once more when the search has settled, and Observe
// the answers: a failure where it had passed reopens the search, and a pass where
// it had failed is reported.
package search
