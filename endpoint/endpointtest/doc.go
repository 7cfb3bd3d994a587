// Package endpointtest is two simulated inference engines served over HTTP, for
// tests and demonstrations, that misbehave on demand in every way that a client
// must survive.
//
// An [Engine] has a capacity that is known by construction, so that what a
// measurement should find can be worked out by hand. A [System] behaves as an
// inference system does: batches, chunks of prompts between them, a KV cache
// with a limit, queues. [Presets] are systems named after real ones; they are
// models, not measurements.
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
//
// A [System] has known answers too, from the time of a step that [Pool] gives:
// the TTFT of a lone request is the sum of the steps that its prompt takes, its
// speed the tokens that a step puts out divided by the time of the step.
package endpointtest
