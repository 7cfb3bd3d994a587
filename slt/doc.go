// Package slt is the System Load Test: it measures the output of an LLM inference
// system as more and more queries of one fixed shape run at once. The method is
// that of Artificial Analysis' benchmark of the same name.
//
//	report, err := slt.Run(ctx, slt.Config{
//		Endpoint: endpoint.Config{URL: "http://host:8000"},
//		System:   pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar},
//	})
//	if err != nil {
//		return err // report has what was measured before
//	}
//	for _, at := range report.AtSpeed {
//		fmt.Println(at.Sentence(), at.CostPerMillion)
//	}
//	return report.WriteTable(os.Stdout)
//
// Each level of concurrency keeps exactly that many queries in flight: when one
// ends, the next is sent at once. Levels are 1, 2, 4, ... 64 and then 64 more each
// time, until system output throughput stops growing. A query has 1,000 input
// tokens that no other query shares and is answered with 1,000 output tokens.
//
// # What is measured
//
// Everything is measured in a window of fixed length, three minutes by default,
// that begins when all queries of a level have been started and the system has
// settled.
//
//   - System output throughput is the output tokens of all queries that arrive in
//     the window over its length. The tokens of a query (the server's usage) are
//     spread over its visible bytes, unless the server sends a running count.
//   - Output speed per query, end-to-end latency and TTFT are quantiles over the
//     queries that end in the window, whenever they began. Requiring that they
//     begin in it too would drop the slow ones first, and all of them at slow
//     levels. A warning says if most began before all had been started.
//   - Response rate is the share of the queries that ended in the window for which
//     at least one token arrived. Queries that were still open at its end, had
//     waited for more than half of it and had no token count as unanswered.
//
// A query fails if its answer has fewer tokens than were forced, or claims more than it can
// hold; a field ignore_eos that is false leaves the length to the model.
// A query that failed through the server's fault has speed 0 and infinite latency
// in quantiles and is never left out. A quantile that is infinite, or of no
// queries, is null in the report. Quantiles are exact, by linear interpolation at
// rank (n-1)q.
//
// # Throughput and cost at a speed
//
// Queries slow down as more of them run at once. The throughput at an output speed per query
// lies between the last level whose median is at least as fast and the first that is slower,
// linearly in speed; the cost of a million tokens is that of [pricing.CostPerMillion] there.
// [Config.AtSpeeds] names the speeds of the report, and [Report.At] answers for any other
// when the sweep is over.
//
// # What is withheld
//
// A level in which the client itself failed, or was later than [Config.ClientLag]
// allows, says nothing about the system: it is invalid, says why and what to change,
// and ends the sweep. So does a level at whose end nothing is answered any more. Its
// figures stand apart, as [Level.InvalidFigures], and no other figure rests on them.
//
// # What Artificial Analysis leaves open
//
// The plateau rule, the lengths of ramp and settling, how output is forced to its
// length, what prompts contain and which tokens are counted are unpublished. The
// defaults are in [Config]; the report states them.
package slt
