// Package agentperf finds how many coding agents an LLM inference system can
// serve at once while each still gets the speed it was promised.
//
// Agents replay recorded sessions (package trajectory) against an
// OpenAI-compatible endpoint (package endpoint), each strictly in sequence. A
// phase runs one number of agents; the search (package search) raises and
// lowers it until, for each service level, the largest number that holds is
// found. The method is that of Artificial Analysis' AA-AgentPerf.
//
// # When a service level holds
//
// A [Tier] holds when over requests
//
//	P25(output speed) >= floor    and    P95(TTFT) <= ceiling
//
// that is, when at most 25 % of them are slower than the floor and at most 5 % later
// than the ceiling. A request that failed is both. A response whose output all came at
// once has no speed; it stays in TTFT and is counted as unmeasurable, and when more
// than half are, there is no speed to judge.
//
// Under [PointRule], which Artificial Analysis publishes, the requests are those that
// began in the measured window of one phase. Quantiles are exact, by linear
// interpolation at rank (n-1)q. Chance has its say: near the limit a lucky phase
// passes.
//
// Under [ControlledRule], the default, they are all that the system would ever serve
// in its steady state, of which a phase is a sample. A verdict is given when it is
// wrong with a small probability only, Config.ErrorRate for the whole answer of a tier,
// and a phase ends as soon as it has served its purpose: most numbers of agents only
// have to show a direction, while both neighbours of the limit, the number that passes
// and the next, which fails, have to be sure, each on its own evidence. Where the two
// are too close to call the nearest numbers that can be sure are found instead.
//
// Verdicts are pass and fail; undecided when there is too little evidence, or the
// rules of the phase were not met; invalid when the client itself failed or was too
// late to measure anything but itself ([ClientCheck]), which says nothing about the
// system.
//
// # How sure is sure
//
// Requests of one phase are not independent: all agents feel the same bad moments,
// since they share one queue and one batch, and turns of one trajectory resemble each
// other. Evidence is gathered in blocks of time (Rules.Block) by betting against the
// limit (Waudby-Smith and Ramdas, Estimating means of bounded random variables by
// betting, 2024), which is valid at every look and for any distribution within a block,
// and is divided by what clusters of one trajectory add to the variance (Cameron,
// Gelbach and Miller, Robust inference with multiway clustering, 2011). The number of
// agents that passes has 72 % of the error rate, the one that fails 8 %, and further
// numbers that a search wants to be sure of, if it must, share the rest. (That a search
// chooses them by evidence which then counts is not accounted for; in the simulations
// below no answer was wrong.)
// Fewer than ten blocks decide nothing, and fewer than ten plays of trajectories count
// as one observation each. What must be assumed: the system is in its steady state
// after Rules.Settle, and what happens in it lasts no longer than about a block. A
// failure that shows only in the first half of the blocks is not counted as one.
//
// A request that is still open when evidence is looked at counts against a pass, and
// for one against a fail, unless it is known already to be late, or slow: its tokens
// after the first take longer than they may. Looking at completed requests alone would
// favour short ones.
//
// How often a nominal 99 % interval contains the true share, in %, of 1,000 samples:
// after 20 and 160 blocks of 10 s, at all looks up to 180 blocks together, and for
// comparison after 160 a binomial interval, and the t interval by agent.
//
//	                                   agents  at 20  at 160  always  binomial  by agent
//	share of 25 %, independent             16  100.0   100.0   100.0      99.4      99.3
//	spells of 10 s make 30 % of it         16  100.0    99.9    99.6      60.6      65.8
//	spells of 10 s make 60 % of it         16  100.0   100.0    98.9      49.0      53.9
//	spells of 10 s make 60 % of it         64  100.0    99.9    98.7      22.8      22.8
//	spells of 10 s make all of it          64   99.8   100.0    97.9      18.5      19.5
//	spells of 30 s make 60 % of it         64   99.9    99.7    86.6      16.0      16.6
//	correlation of 0.2 within plays         4  100.0    98.9    96.9      44.6      99.1
//	correlation of 0.2 within plays        16  100.0   100.0    99.8      48.1      98.6
//	correlation of 0.5 within plays        16  100.0    99.9    99.3      31.5      98.0
//	60 % in spells, and 0.2 within plays   16  100.0   100.0    98.8      40.4      87.4
//	share of 5 %, independent              16  100.0   100.0   100.0      98.7      99.0
//	spells of 10 s make 60 % of it         16  100.0   100.0    99.9      41.5      45.1
//	spells of 10 s make all of it          64   99.8    99.8    98.7      17.0      17.5
//	spells of 30 s make 60 % of it         64  100.0   100.0    97.1      12.4      12.4
//	correlation of 0.2 within plays        16  100.0   100.0   100.0      47.2      95.9
//	60 % in spells, and 0.2 within plays   16   99.9   100.0    99.2      36.7      77.5
//
// After 10 blocks all are at 99.6 or more. At a number of blocks fixed beforehand the intervals are at least nominal, but for
// spells of three blocks, of which none may have come yet, and for few agents; at all
// looks together they fall short by up to one in a hundred where all that is bad comes in
// spells. Where what happens in a system lasts longer than a block, Rules.Block should be
// longer. The whole table is printed by
//
//	go test ./internal/confseq -run Coverage -v -coverage 1000
//
// # What it costs
//
// Of 2,000 simulated searches where the shares are 10 points or more from their limits
// at both neighbours, with correlation, bursts, drift after the start and cliffs, 97.5 %
// ended with both neighbours sure and none with a wrong answer, after 0.32 of the time
// that 10 minutes for each number would take, 0.36 with ramps and settling (medians;
// 0.69 where 4 to 9 agents are the limit, 0.21 where it is 80 to 150). At 3 to 10 points
// 40 % were too close to call and none was wrong; the fixed rule was wrong for 4.4 %, and
// below 3 points for 46 %. Two
// thirds of the time go into the number that passes: with nothing late, some 110 blocks
// are needed to say that less than 5 % is. Below 4 agents the controlled rule takes
// longer than the fixed one.
//
//	go test ./agentperf -run SimulatedSearches -searches 2000 -v
package agentperf
