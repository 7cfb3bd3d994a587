// Package confseq computes confidence sequences for a proportion, such as "at most
// 25 % of requests are slower than the floor", that may be looked at as often as one
// likes while requests come in. The requests may be dependent in two ways: all agents
// feel the same bad moment, because they share one queue and one batch, and the turns
// of one trajectory resemble each other.
//
// Add requests to a [Sample] and take its [Evidence]: [Evidence.LogEBelow] and
// [Evidence.LogEAbove] return log e-values for the proportion being below or above a
// limit, and [Evidence.Bounds] the interval that they leave. The code and its comments
// call the proportion of bad requests their share.
//
// # Method
//
// Requests are grouped into blocks: stretches of time longer than most disturbances of
// the system. Against the hypothesis that the share is q or more, a gambler bets on
// each block. If k of its n requests are bad, a stake b multiplies the gambler's
// wealth by
//
//	1 + b (q n - k) / m
//
// where m is the size of a block. If the share is q the expected gain is zero whatever
// the distribution within a block, even if every block is all good or all bad, and even
// if the bad ones have not come yet. The wealth is therefore an e-value: it ever exceeds
// 1/a with probability at most a (Ville 1939), so that it is valid at every look, without
// assumptions on how bad requests are distributed (Waudby-Smith and Ramdas, Estimating
// means of bounded random variables by betting, 2024). The stakes are a fixed mixture,
// so that the wealth does not depend on the order of the blocks, and the evidence of
// several phases is joined by concatenating their blocks.
//
// Bets on blocks ignore that requests of one play, an agent's way through a trajectory,
// resemble each other. The logarithm of the wealth is therefore divided by a design
// effect (variance inflation): the variance of the number of bad requests under two-way
// clustering by block and by play (Cameron, Gelbach and Miller 2011) over the variance
// that blocks alone account for. Neighboring blocks that are correlated are merged, and
// the autocorrelation that remains enters the design effect too.
//
// # Assumptions
//
// The system is in its steady state. A disturbance lasts about a block at most, or shows
// in the autocorrelation of the blocks. Disturbances of one and a half blocks are
// covered; of those that last three blocks, one sample in ten is wrong at some look,
// because none may have come yet.
//
// Plays are independent except for what happens to all of them at one time. While few
// plays have had bad requests, an intraclass correlation of 0.1 is assumed, and fewer
// than 10 plays count as one observation each.
//
// The bets are exact for independent blocks of equal size. Unequal sizes, merging and
// the design effect make an approximation of them; TestCoverage measures how good it
// is at several strengths of both kinds of dependence, TestPower how many blocks it
// takes.
package confseq
