// Package agentperf finds how many coding agents an LLM inference system can serve at
// once while each still gets the speed it was promised.
//
// [Run] finds the largest number of agents at which each service level holds. [Check]
// judges one number of agents, for test suites that know the capacity they want:
//
//	workload, err := format.Open("sessions/")
//	...
//	report, err := agentperf.Run(ctx, agentperf.Config{
//		Endpoint: endpoint.Config{URL: "http://host:8000"},
//		Workload: workload,
//		Tiers:    []agentperf.Tier{{SpeedFloor: 100, TTFTCeiling: 5 * time.Second}},
//	})
//	...
//	for _, tier := range report.Tiers {
//		fmt.Println(tier.Sentence()) // 100 tokens/s with TTFT of at most 5s: 14 agents; 15 are too many.
//	}
//
// Agents replay recorded sessions (packages trajectory and trajectory/format) against an
// OpenAI-compatible streaming endpoint (package endpoint), or against anything else that
// implements trajectory.Sender. The benchmark is modeled on AA-AgentPerf by Artificial
// Analysis.
//
// # When a service level holds
//
// A [Tier] is a service level. It holds at a number of agents when
//
//	P25(output speed) >= floor    and    P95(TTFT) <= ceiling
//
// that is, when at most 25 % of the requests are slower than the floor and at most 5 %
// wait longer than the ceiling for their first token. A failed request is both too slow
// and too late. A response whose output arrived all at once has no speed: it counts for
// TTFT and is reported as unmeasurable, and if more than half of the responses are, the
// level cannot be judged. One that was held back and arrived in a burst, or whose token
// count does not fit its output, has none either, and may have been slow: no level passes
// that would not pass if all such responses were too slow. See
// [metrics.Timing.Unmeasurable].
//
// Which requests are meant depends on the [Rule]:
//
//   - Under [Point], the one that Artificial Analysis publishes, they are the requests
//     that began in the measured window of one phase. Percentiles are exact, by linear
//     interpolation at rank (n-1)q. Near the limit, luck decides.
//   - Under [Controlled], the default, they are all requests that the system would ever
//     serve in its steady state, of which a phase is a sample. A verdict is given only once
//     the probability that it is wrong is small enough: its ErrorRate for the whole answer
//     of a tier.
//
// A verdict is pass, fail, undecided or invalid. Undecided means too little evidence, or
// that the rules of the phase were not met. Invalid means that the client failed, or was
// too late to measure anything but itself (see [metrics.ClientCheck]), or that a request was
// longer than the endpoint's context; that says nothing about the system.
//
// # Method
//
// A phase runs a fixed number of agents, each strictly in sequence. The number is doubled
// until the level fails, then bisected. One search serves all tiers: each phase is judged
// for every tier.
//
// Under Controlled a phase ends as soon as it has served its purpose. Most numbers of
// agents only have to show a direction. The two around the limit, the number that passes
// and the next, which fails, are each measured until the verdict is certain enough, on
// their own evidence. If those two are too close to call, the nearest numbers that can be
// told apart are reported instead.
//
// The requests of a phase are not independent: all agents feel the same bad moment,
// because they share one queue and one batch, and the turns of one trajectory resemble
// each other. Evidence is therefore gathered in blocks of time (Controlled.Block) by betting
// against the limit, which is valid at every look and for any distribution within a block
// (Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting,
// 2024). It is divided by a design effect, the variance that clusters of one trajectory
// add (Cameron, Gelbach and Miller, Robust inference with multiway clustering, 2011).
// Fewer than 10 blocks decide nothing. Fewer than 10 plays of trajectories count as one
// observation each.
//
// A request that is still open when the evidence is looked at counts as bad in the
// evidence for a pass and as good in the evidence for a fail, unless the outcome is
// already known: it is late, or slow, because its tokens after the first take longer than
// they may. Completed requests alone would favor short ones. A failure that shows only in
// the first half of the blocks is taken for a cold start and does not count.
//
// # How sure is sure
//
// Of the error rate of a tier, 72 % is reserved for the number of agents that passes and
// 8 % for the one that fails. The rest is kept for further numbers, in case the search
// has to move. The search chooses those numbers by evidence that is then counted, and this
// selection is not corrected for.
//
// Two things have to be assumed: the system is in its steady state after
// Controlled.Settle, and a disturbance lasts about a block at most. If yours last longer,
// make Controlled.Block longer.
//
// The table is from simulated requests whose true share of bad ones is known. They are
// independent; or part of the bad ones come in spells, bad moments for all agents that
// last 10 s or 30 s on average; or the requests of a play have a correlation of 0.2 or
// 0.5. It says how often a nominal 99 % interval contains the true share after 10 to 160
// blocks of 10 s, and at all of up to 180 looks together. For comparison it has two usual
// intervals after 160 blocks. All are in % of 1,000 samples:
//
//	share  dependence                         agents  at 10  at 20  at 40  at 160  all looks  binomial  by agent
//	0.25  none                                   16  100.0  100.0  100.0   100.0      100.0      99.4      99.3
//	0.25  10 s spells, 30 %                      16  100.0  100.0  100.0    99.9       99.6      60.6      65.8
//	0.25  10 s spells, 60 %                      16  100.0  100.0   99.9   100.0       98.9      49.0      53.9
//	0.25  10 s spells, 60 %                      64  100.0  100.0   99.8    99.9       98.7      22.8      22.8
//	0.25  10 s spells, 100 %                     64   99.8   99.8   99.9   100.0       97.9      18.5      19.5
//	0.25  30 s spells, 60 %                      16   99.9   99.8   96.3    99.8       89.0      28.8      32.8
//	0.25  30 s spells, 60 %                      64   99.7   99.9   93.3    99.7       86.6      16.0      16.6
//	0.25  plays, 0.2                              4  100.0  100.0  100.0    98.9       96.9      44.6      99.1
//	0.25  plays, 0.2                             16  100.0  100.0  100.0   100.0       99.8      48.1      98.6
//	0.25  plays, 0.5                             16  100.0  100.0  100.0    99.9       99.3      31.5      98.0
//	0.25  10 s spells, 60 %, and plays, 0.2      16  100.0  100.0   99.9   100.0       98.8      40.4      87.4
//	0.05  none                                   16  100.0  100.0  100.0   100.0      100.0      98.7      99.0
//	0.05  10 s spells, 60 %                      16   99.9  100.0  100.0   100.0       99.9      41.5      45.1
//	0.05  10 s spells, 100 %                     64   99.9   99.8   99.9    99.8       98.7      17.0      17.5
//	0.05  30 s spells, 60 %                      64   99.9  100.0   99.3   100.0       97.1      12.4      12.4
//	0.05  plays, 0.2                             16  100.0  100.0  100.0   100.0      100.0      47.2      95.9
//	0.05  10 s spells, 60 %, and plays, 0.2      16  100.0   99.9   99.9   100.0       99.2      36.7      77.5
//
// At a number of blocks fixed beforehand the intervals are at least nominal, except with
// spells of three blocks, none of which may have come yet, and with few agents. At all
// looks together they fall short by about one in a hundred if all bad requests come in
// spells of a block, and by more if spells last three. The binomial interval, which takes
// requests to be independent, falls short under either kind of dependence, and the t
// interval by agent wherever agents share bad moments. All rows are in
// internal/confseq/testdata/coverage.txt and are measured by
//
//	go test ./internal/confseq -run Coverage -v -coverage 1000
//
// # What it costs
//
// The table is from simulated searches of systems whose limit is known, with correlated
// requests, bursts, drift after the start and cliffs. Distance is how far the shares of
// bad requests are from what the tier allows, at the limit and at one agent more, or at
// only the former ("within") or the latter ("beyond"), the other being 10 points and more
// away. Decided means that the numbers on both sides of the limit are certain, wrong that
// the answer is wrong, and point rule wrong that a search under Point, with 10 minutes
// for each number, ends elsewhere: all three in % of the searches. Minutes is the measuring
// time, in all and at the limit, and ratio what it is of that of the point rule; these are
// medians:
//
//	distance               limit   searches  decided  wrong  point rule wrong  minutes  at limit  ratio
//	10 points and more     all         2000     97.6    0.0               0.1     33.0      22.7   0.32
//	10 points and more     4-9          488     95.7    0.0               0.2     42.7      33.5   0.69
//	10 points and more     10-29        624     98.1    0.0               0.0     32.3      23.3   0.37
//	10 points and more     30-79        527     97.9    0.0               0.2     30.8      20.0   0.25
//	10 points and more     80-150       361     98.9    0.0               0.0     30.7      19.0   0.21
//	3 to 10 points         all         1000     60.5    0.0               4.6     61.8      29.2   0.63
//	3 to 10 points within  all         1000     72.1    0.0               4.4     45.5      28.2   0.46
//	3 to 10 points beyond  all         1000     82.6    0.0               2.0     49.3      24.3   0.48
//	under 3 points         all         1000      1.9    0.0              45.9    114.2      15.5   1.18
//	10 points, few agents  all         1000     43.9    0.0               2.3     58.2      45.5   1.90
//	10 points, few agents  1-1          334      0.6    0.0               4.2     43.7      23.2   2.18
//	10 points, few agents  2-2          333     50.8    0.0               1.8     75.5      59.5   1.89
//	10 points, few agents  3-3          333     80.5    0.0               0.9     57.2      47.8   1.43
//
// Most of the time goes into the number that passes: with not a single late request it
// takes some 110 blocks to show that less than 5 % are late. With 1 to 3 agents the
// controlled rule takes longer than the point rule, and for one agent it hardly ever
// decides. All rows are in internal/decide/testdata/searches.txt and are measured by
//
//	go test ./internal/decide -run SimulatedSearches -v -searches 2000
package agentperf
