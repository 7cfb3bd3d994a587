// Package audit asks a system questions whose answers tell whether it did the work that a
// benchmark timed: whether answers were made anew, read all of their prompts, are as long
// as claimed, and say anything.
//
// Each prompt of an audit is a turn of the workload, sent in some ways one after the other
// (the kinds), by one of a few agents in one load, so that they differ in nothing but what is
// asked. Checks are functions of what was collected, and compare medians over the prompts.
// What they take for granted, and from where on a difference is a finding, stands with each.
//
// An audit cannot prove that a system is honest. One that recognizes it, by a text that is
// sent twice, may answer it honestly and nothing else. It makes the cheap tricks dear.
package audit
