// Package share says how sure one can be of a share, such as "at most 25 % of
// requests are slower than the floor", from a sample that is dependent twice: all
// agents feel the same bad moment, since they share one queue and one batch, and the
// turns of one trajectory resemble each other.
//
// # Method
//
// Requests are put into blocks, stretches of time longer than what happens in the
// system lasts. Against "the share is q or more" a gambler bets on each block: of n
// requests, k of them bad, a stake b pays
//
//	1 + b (q n - k) / m
//
// so that if the share is q he wins nothing in the mean, whatever the distribution
// within a block is: all of them good or all of them bad included, in particular bad
// moments that have not come yet. His wealth exceeds 1/a at any time with a
// probability of a at most (Ville 1939), which makes it evidence at every look and
// without assumptions on how bad requests are distributed (Waudby-Smith and Ramdas,
// Estimating means of bounded random variables by betting, 2024). Stakes are a fixed
// mixture, nine tenths of it on the largest when betting on a small share, so that wealth
// does not depend on the order of blocks and the evidence of several phases is joined
// by putting their blocks together.
//
// Bets on blocks know nothing of plays, an agent's way through a trajectory. The
// logarithm of wealth is therefore divided by the ratio of two variances of the number
// of bad requests: that of two-way clusters by block and by play (Cameron, Gelbach and
// Miller 2011), and that of blocks alone. Neighbouring blocks that are alike are put
// together, and the rest of their likeness is a part of the divisor too.
//
// # Assumptions
//
// The system is in its steady state. What happens in it lasts about a block at most,
// or shows in the likeness of neighbours: bad moments of up to one and a half blocks are
// covered, of moments of three blocks of which none has come yet one sample in ten is
// wrong at some look. Plays are independent of each other but for
// what they share at a time. Where bad requests have not been seen in several plays
// they are taken to agree within one with an intra-class correlation of 0.1, and fewer
// than 10 plays count as one observation each. The bets
// are exact for independent blocks of one size; that blocks differ in size, are put
// together, and the divisor make an approximation of it, and how good that is, at
// several strengths of both kinds of dependence, TestCoverage shows.
package share
