// Package record describes one phase of a load test: a [Plan] says what it is to be, and a
// [Phase] what it was, with a header and one row for each request that was begun. It is the
// seam between what drives the load and what judges it. A Phase may come from this process, from
// several, or from the log of another tool, none of which knows the rules that judge it; the
// rules do not know where it came from. The example of [Phase] judges one.
//
// Code that makes rows calls [Row.Take] and then [Row.Conclude], which decides for all clients alike
// whether an answer did the work that was asked for.
//
// All instants are counted from the start of the phase; [Header.Anchor] is the wall
// clock at that start. A row holds what was observed and no derived figures: speeds
// are derived in one place, package metrics, so that a better definition can judge old
// rows again.
package record
