// Package observe runs the observers of a benchmark, which see what the system does while a
// phase loads it, and keeps what they saw.
//
// Observers never hold up the load. Each is called by a goroutine of its own, one call at a
// time and each with a time-out, from before the first request of a phase until after its
// drain, so that differences of counters cover the whole of it. A failed call is retried at
// the next tick and counted. An observer that does not return although its context is done
// is left alone until it does: at most one goroutine for each observer waits for it, and what
// it returns then is dropped. A panic in an observer is not recovered.
//
// Memory is bounded for each observer and phase; see [mostPoints].
package observe
