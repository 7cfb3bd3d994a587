// Package agentperf finds how many coding agents an LLM inference system can serve at
// once while each still gets the speed it was promised.
//
// [Run] finds the largest number of agents at which each service level holds. [Check]
// judges one number of agents, for test suites that know the capacity they want (package
// agentperftest does so in tests and benchmarks of Go); [Measure] measures a list of numbers,
// for the curve of speed by number of agents:
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
// and too late. So is one that does less than it should under a forced length: its outcome
// is short with fewer tokens than were forced, but for the one that ends an answer, and
// implausible if it claims tokens that its output cannot hold and that cannot have been made
// beside it in that time. Where the endpoint rejects ignore_eos and Policy.Output is empty,
// lengths are left free, which is a deviation that the report names, and nothing fails for
// them. A first token is one that shows something: white space, invisible characters and
// tags such as <think> are none; the time to the tenth event stands beside TTFT.
//
// A response whose output arrived all at once has no speed. It is too slow if its E2E exceeds
// its tokens at the floor and an allowance for the first token together, which is thrice the
// usual TTFT and at most the ceiling, unless the tokens take less than the allowance, as those
// of a short tool call do. Otherwise it counts for TTFT and is reported as unmeasurable, and
// if more than half of the responses are, the level cannot be judged. One that was held back and arrived in a burst, or whose token
// count does not fit its output, has none either, and may have been slow: no level passes
// that would not pass if all such responses were too slow. See
// [metrics.Timing.Unmeasurable].
//
// Which requests are meant depends on the [Rule]:
//
//   - Under [Point], the one that Artificial Analysis publishes, they are the requests
//     that began in the measured window of one phase. Percentiles are exact, by linear
//     interpolation at rank (n-1)q. Near the limit, luck decides. Agents begin within the
//     first turns of their sessions, where contexts are short: a system that slows down as
//     contexts grow seems to hold more than it does.
//     A phase that its time-out ends before the minima are met is judged all the same, and its
//     verdict says "minima unmet": at the speed of a slow tier the published minima take more
//     than an hour, and vendors' public files of the official client have time-outs of 30
//     minutes beside them, from which it is inferred that Artificial Analysis does so, too.
//   - Under [Controlled], the default, they are all requests that the system would ever
//     serve in its steady state, of which a phase is a sample. A verdict is given only once
//     the probability that it is wrong is small enough: its ErrorRate for the whole answer
//     of a tier, if the assumptions below hold. [TierResult] names the one that matters most
//     beside each answer.
//
// A verdict is pass, fail, undecided or invalid. Undecided means too little evidence, or
// that the phase was cut short. Invalid means that the client failed, or was
// too late to measure anything but itself (see [metrics.ClientCheck]), or that a request was
// longer than the endpoint's context; that says nothing about the system.
//
// Where several clients drive the load together (Config.Load), one that was too late is enough.
// One whose network is bad looks like a slow system instead: the warning uneven_clients names a
// client whose requests have less than half of the output speed of all others', or wait more than
// twice as long for the first token, or have most of the failures at more than twice their rate, if
// that would happen to clients that see one system in at most one of ten thousand phases. It
// invalidates nothing, as a system may serve by the address of the client.
//
// A phase in which a client failed is repeated. Where one fails because of what the system does,
// only phases count in which it did not: the warning client_failed names numbers of agents at which
// several failed beside some that count. The warning mixed_load says that phases that count were
// driven by different clients, as when a journal goes on elsewhere.
//
// # As published
//
// Config.Profile names a published method, one of [Profiles]: load, rule and service levels
// that are the default of what is not set. Report.Profile lists what differs from it, whatever
// the reason: a field that was set, found by comparing the whole configuration with the
// profile's own; the workload, which can only be one's own; what was not done, such as a check
// of the accuracy; and what has not been published. Its default rule is Point, whose phases
// have a warning unlike_steady_state with how far the load measured is from the steady state,
// and before the first of them minima_time says how long the minima take.
//
// # Fairness and progress
//
// Percentiles over requests do not see agents that are seldom served: a scheduler that
// leaves a fifth of the requests at a twentieth of the floor passes, while most agents wait
// for one of those. Reports therefore have, beside each answer, the turns per agent-hour, the
// share of the agents' time that is spent in requests that break the tier, and the time from
// the last token to the end of the response; see [TierFigures] and [Number]. Warnings name
// what does not fit the answer: out_of_circulation, slow_progress, unfair, held_end, and
// starved_agents with the agents, also where these are too few to fail a tier.
//
// # Tricks
//
// A system may try to look faster than it is. TRICKS.md in the repository lists the ways, what
// becomes of each, and what no benchmark of speed can find; tests hold it.
//
// # Method
//
// A phase runs a fixed number of agents, each strictly in sequence. One search serves all
// tiers: each phase is judged for every tier.
//
// Under Point the number of agents is doubled until the level fails, then bisected.
//
// Under Controlled the search first finds a direction: it doubles, then bisects, one short
// phase for each number, until two numbers a third apart seem to hold and to fail. It then
// decides on one number on each side of the limit, near enough to be useful and far enough
// to be told apart from it, in phases that alternate between the two. Once both are decided
// it moves them nearer to each other while that takes minutes, down to neighbors where it can,
// and for as long as Controlled.Budget lasts while they are so far apart that a limit in their
// middle is more than a quarter from both, unless nothing points to a decision between them.
// Where a turn takes 10 s at most and the limit is a step, it bisects down to neighbors first and
// decides on those at once.
// When Controlled.Budget runs out, what is certain by then is the answer, with an estimate of
// the limit between: "9 agents hold, 13 do not, about 10.9".
//
// Stationary start. Real agents have been at it for hours. In a phase each begins where an
// agent stands at a random moment of the steady state: trajectories are drawn by how long
// they take and positions by how long each turn takes, subagents included, and what was under
// way is finished first. How long turns take is the pace of the system: assumed to be that of
// the lowest floor at first, then measured (time to first token, and time per token as a
// function of the context). The first answer of each agent meets a cold cache, so that its
// TTFT does not count; its speed does. See [trajectory.Schedule], and on sampling by length Cox,
// Renewal Theory, 1962.
//
// Fresh draws. Each phase at a number draws its agents anew, so that phases are independent
// replications of the load. Repeating one draw would count one sample twice.
//
// Requests count when their fate is known: when the first token arrives or is overdue, when
// an answer ends or has certainly become too slow. In a steady state as many requests meet
// their fate in a window as begin in it, good and bad alike, so that the window may be short,
// nothing is waited for, and long answers are not left out.
//
// Speed is judged by the means of phases. They differ mostly because agents happen to hold
// more or less context, which is known. A load curve, the share of bad requests as a function
// of the number of agents, of the context that they hold together and of the request's own
// input, is fitted to all phases at all numbers and serves as control variate: the estimate is
// the mean of the curve over the steady state plus the mean deviation of the phases from it
// (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992; the steady state is sampled
// by Latin hypercubes, McKay, Beckman and Conover, A comparison of three methods for selecting
// values of input variables, 1979). The curve need not be true. The mean
// deviation is tested by a t test that may be looked at after each phase (Rouder et al.,
// Bayesian t tests, 2009; Grünwald, de Heide and Koolen, Safe testing, 2024), with at least
// five phases. Of the load, what was never met counts as bad for a pass and as good for a fail.
//
// Lateness is judged by betting against the limit on blocks of time (Waudby-Smith and Ramdas,
// Estimating means of bounded random variables by betting, 2024), because shares next to zero
// have no variance to go by. Blocks last half of the time from one request of an agent to its
// next, or Controlled.Block. Fewer than 10 decide nothing. What was late at more agents counts,
// too, because fewer agents are not served later. If anything was late, the phases must agree.
//
// Moods and drift. Whatever load and number of agents leave unexplained of the speed is
// watched from phase to phase. If it wanders by more than chance, phases are worth less by
// their correlation, and fewer than six effective ones decide nothing; the answer says that
// the speed wanders, by how much and over which time. If it changes in one direction over the
// run there is no verdict. What wore off says nothing of the steady state: the oldest phases, of
// the run and of each number, are left out while the speed changes with time, and no number
// passes whose later half is beyond the limit, or fails whose later half is within.
//
// Representativeness. The input tokens and the places in the session of the requests measured
// are compared with those of the workload's steady state. A number at which they differ by
// more than a tenth, and by more than chance, does not pass.
//
// # How sure is sure
//
// Of the error rate of a tier half is for numbers found to pass and half for numbers found
// to fail. The first number of either kind that is to be decided gets half of that, the second
// a sixth, the third a twelfth and so on, so that the whole is never exceeded. The search
// chooses those numbers by evidence that is then counted, and this selection is not
// corrected for.
//
// What is proven: bets hold at every look and for any distribution of requests within a block,
// if blocks are independent of each other. The t test holds at every look if phases are
// independent and their means, after the curve, are normal.
//
// What rests on a model: that the steady state is where the start puts agents, which takes the
// pace of the system to be a straight line in the context; that the means of phases, each of ten
// requests or a few hundred, are normal; how much phases are worth that correlate; and the design
// effect of the bets, whose error the first table below measures. The estimate of the limit and
// its interval rest on the load curve and have no error rate.
//
// "Wrong with a probability of at most 1 %" therefore needs that load and system are in their
// steady state, and that nothing happens which is rarer than what was measured. The answer
// says how rare: "no first token was late in 38 min measured; spells longer than 25 s that
// make 5 % late would have been seen". If yours last longer, make Controlled.Block longer; a
// pass then takes some hundred times as long as a spell.
//
// Known weaknesses:
//
//   - A share exactly at the limit. Any verdict is then wrong, and the bias of the start, up
//     to half a percentage point, is as large as the evidence. Searches decide on numbers
//     away from the limit; a [Check] at it is wrong more often than the error rate, less so with
//     Controlled.Companion.
//   - Sessions pinned to replicas. They stay longer on the slow ones, which no start can know.
//     Where agents differ in speed for good, the estimated share is raised by what theory has
//     for that, and verdicts allow for what it leaves open, so that bounds are further apart;
//     the answer says so. With two or three replicas, each of many agents, the share is still
//     too low by several points.
//   - Moods slower than the run. With two or three of them seen there is no 1 %. One that does
//     not change at all during a check of a quarter of an hour is not seen.
//   - Spells that are longer and rarer than stated, and drift that is slower than a tenth over
//     the run.
//   - Systems at which fewer agents fail while more hold. The answer lists the numbers that
//     were tried; Controlled.Scan tries those between.
//
// # What bounds are made of
//
// The bets allow for correlation in two ways: blocks of time hold what agents suffer
// together, because they share one queue and one batch; and evidence is divided by a design
// effect, the variance that clusters of one trajectory add (Cameron, Gelbach and Miller,
// Robust inference with multiway clustering, 2011). Fewer than 10 plays of trajectories count
// as one observation each.
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
// away. Within means that both bounds are certain and within a quarter of the limit, and
// neighbors that they are the limit and one more; wrong means that one of them is, and point
// rule wrong that a search under Point, with 10 minutes for each number, ends elsewhere: all
// in % of the searches. Minutes is the time measured, all minutes that with the starts of
// phases, and ratio what the former is of that of the point rule; these are
// medians:
//
//	distance               limit   searches  within  neighbors  wrong  point rule wrong  minutes  all minutes  ratio
//	10 points and more     all          400   100.0       96.0    0.0               0.0     23.3         37.4   0.24
//	10 points and more     4-9           95   100.0       97.9    0.0               0.0     26.3         39.3   0.42
//	10 points and more     10-29        131   100.0       97.7    0.0               0.0     20.1         30.2   0.23
//	10 points and more     30-79        106   100.0       98.1    0.0               0.0     23.1         38.6   0.19
//	10 points and more     80-150        68   100.0       86.8    0.0               0.0     22.3         43.3   0.16
//	3 to 10 points         all          200    98.0       48.5    0.0               5.5     41.1         68.5   0.39
//	3 to 10 points within  all          200    99.0       64.0    0.0               2.5     32.7         50.3   0.34
//	3 to 10 points beyond  all          200   100.0       77.5    0.0               2.0     40.3         64.6   0.39
//	under 3 points         all          200    81.5        1.0    0.0              45.0     44.3         73.9   0.44
//	10 points, few agents  all          200    97.0       96.0    0.0               2.5     41.2         53.8   1.18
//	10 points, few agents  1-1           67    95.5       95.5    0.0               4.5     47.4         58.5   2.37
//	10 points, few agents  2-2           67    95.5       95.5    0.0               1.5     42.1         55.1   1.05
//	10 points, few agents  3-3           66   100.0       97.0    0.0               1.5     34.1         48.5   0.85
//
// All rows are in internal/decide/testdata/searches.txt and are measured by
//
//	go test ./internal/decide -run SimulatedSearches -v -searches 400
//
// Two things set the time that a decision takes, and both grow with the time from one request
// of an agent to its next, a turn. With not a single late request it takes some 120 blocks of
// half a turn to show that less than 5 % are late: 2 minutes of windows where turns take 2 s, 20
// where they take 20 s or more; those at the number that fails count as well. And phases of two
// and a half turns or more, with about two turns of settling before them, are needed until their
// mean is certain: five where shares are far from the limit, some twenty where they are near. The
// first [Event] of a run says how long it is likely to take, and each later one what is left. A
// system whose turns take 2 s, with answers that are all fast enough at 11 agents and all too slow
// at 12, shows the direction within a minute and both neighbors after five, nine times of ten
// within seven:
//
//	go test ./internal/worlds -run Searches -v -searches 100 -world fast
//
// Whole searches and checks of systems with a long memory, which slow down as contexts grow,
// get hot, have spells of late tokens or pin sessions to replicas, are run in virtual time
// against limits from a simulation of its own. How many are wrong, how near they come and how
// long they take is printed by
//
//	go test ./internal/worlds -run Searches -v -searches 200 -world kv
//	go test ./internal/worlds -run Checks -v -checks 20 -world thermal -at 9
//
// # Records of runs that are over
//
// [Judge] applies the same rules to records: to the requests and journals of earlier runs, by
// other tiers or another error rate, and to those of Artificial Analysis' client and of
// AIPerf. [Report.Source] marks its report.
package agentperf
