// Package record describes one phase of a load test: a [Plan] says what it is to be, and a
// [Phase] what it was, with a header and one row for each request that was begun. It is the
// seam between what drives the load and what judges it. What makes a Phase, be it this
// process, several of them or the log of another tool, knows nothing of the rules; what
// judges one does not know where it came from. The example of [Phase] judges one.
//
// Whoever makes rows calls [Row.Take] and then [Row.Conclude], which decides whether an answer
// did the work that was asked for, in the same way for all.
//
// All instants are counted from the start of the phase; [Header.Anchor] is the wall
// clock at that start. A row holds what was observed and no derived figures: speeds
// are derived in one place, package metrics, so that a better definition can judge old
// rows again.
package record
