// Package slt is the System Load Test: what an LLM inference system puts out as
// more and more queries of one fixed shape run at once. The method is that of
// Artificial Analysis' benchmark of that name.
//
// At each level of concurrency exactly so many queries are in flight: when one
// ends, the next is sent at once. Levels are 1, 2, 4, ... 64 and then 64 more at
// a time, until system output throughput stops growing. A query has 1,000 input
// tokens that no other query shares and is answered with 1,000 output tokens.
//
// # What is measured
//
// Everything is taken from a window of fixed length, three minutes by default,
// that begins when all queries of a level have been started and the system has
// settled.
//
//   - System output throughput: the output tokens that arrive in the window
//     over its length, whatever queries they belong to. The tokens of a query
//     (the server's usage) are spread over its visible bytes, unless the server
//     sends a running count.
//   - Output speed per query, end-to-end latency and TTFT: quantiles over the
//     queries that end in the window, whenever they began. To ask that they begin
//     in it too would leave out the slow ones first, and at slow levels all. Where
//     most of them began before all had been started, a warning says so.
//   - Response rate: the share of the queries that ended in the window of which
//     at least one token came. Queries that were open at its end, had waited for
//     longer than half of it and never got a token count as unanswered.
//
// A query that failed by the server's fault is speed 0 and infinite latency in
// quantiles, never missing; a quantile that is infinite, or of nothing, is null
// in the report. Quantiles are exact, by linear interpolation at rank (n-1)q.
//
// # What Artificial Analysis leaves open
//
// The rule of the plateau, the lengths of ramp and settling, how output is
// forced to its length, what prompts say and which tokens are counted are
// unpublished. The defaults here are in [Config]; the report names them.
package slt
