// Package endpointtest is a simulated inference engine served over HTTP, for
// tests and demonstrations: its capacity is known by construction, so that what
// a measurement should find can be worked out by hand, and it misbehaves on
// demand in every way that a client must survive.
//
// # Known answers
//
// An [Engine] serves n requests at a time at min(PerRequest, Capacity/n) output
// tokens per second each; a request holds its share from its arrival to its
// last token. Agents that never pause keep n at their number. The largest
// number of agents that still get a floor of s tokens per second is then
//
//	floor(Capacity / s)
//
// where PerRequest is at least s. With a TTFT, or pauses between requests, some
// agents wait while others stream, and the answer is that of the queue so
// defined.
//
// Token k is due at one exact nanosecond, so that in virtual time (package
// testing/synctest) everything repeats exactly. Where the exact time is between
// two nanoseconds, the first token is rounded up and later ones down: a stream
// is never slower than its share, and a tie with the floor passes.
package endpointtest
