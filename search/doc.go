// Package search finds the largest n that holds, when every question "does it
// hold at n?" is expensive and its answer may be noisy.
//
// It is what [sort.Search] is not: a question may cost minutes, so that none is
// asked twice; it may fail to give an answer; it may give a wrong one; and the
// search may be interrupted and taken up again from its own record.
//
// [Bracket] decides. It is plain data and does nothing by itself: it names the
// next n to ask, is told answers, and says what they amount to. Use it directly
// to run several searches over the same measurements, telling each of them
// every answer. [Finder] asks: it drives one Bracket with a [Probe], under a
// context and a budget. [Joint] decides for several searches at once, where answers
// are more or less sure and more evidence may revise them.
//
// # How it searches
//
// The search doubles n from Start until an n does not pass or the limit is
// reached, then bisects until the largest passing n and the n that stopped it
// are neighbours. When Start itself does not pass, it bisects downwards from
// there. It never asks more than double the largest n that has passed (or
// Start), even when a failure much further up is already known, because a
// question far beyond the limit is the most expensive and the most disruptive
// one.
//
// It never asks an n that has been answered, whatever the answer was, and
// every answer to its own question narrows the search; so it ends against any
// source of answers. Left alone it asks at most
//
//	2*floor(log2(m)) + 2, where m is the larger of the answer and Start
//
// questions, and at most one more when it is told of other n on the way that
// agree with this. A failure at or below an n that had passed reopens the
// search below that failure, for as many questions again at most.
//
// # What answers mean
//
// What a Bracket makes of its answers does not depend on their order.
//
//   - Pass and Fail count for good. An n that was answered with both counts as
//     failed, because a capacity that holds only sometimes does not hold.
//   - Unclear answers nothing. The search stays below that n and bisects
//     towards it, but never reports it as a failure. A later Pass or Fail at the
//     same n takes its place, and a later Pass above makes it irrelevant.
//   - The answer is the largest n that passed with no failure at or below it. A
//     pass above a failure contradicts the idea of a limit; it is reported and
//     does not raise the answer.
//   - "Nothing passes" (an answer of 0) and "nothing fails up to Max" are
//     results, not errors.
//
// Because the search asks only between what passed and what did not, it cannot
// catch a noisy answer by itself. To guard against one, ask the largest passing
// and the smallest failing n once more when the search has settled, and Observe
// what comes back: a failure where it had passed reopens the search, and a pass
// where it had failed is reported.
package search
