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
// A [Tier] holds in a phase when over all requests that began in the measured
// window
//
//	P25(output speed) >= floor    and    P95(TTFT) <= ceiling
//
// Quantiles are over requests, exact, by linear interpolation at rank (n-1)q. A
// request that failed counts as speed 0 and an infinite TTFT. A response whose
// output all came at once has no speed; it stays in TTFT and is counted as
// unmeasurable, and when more than half are, there is no speed to judge.
//
// The verdict is pass or fail; undecided when there was nothing to judge or the
// rules of the phase were not met; invalid when the client itself failed, which
// says nothing about the system.
package agentperf
