// Package audit asks a system questions whose answers tell whether it did the work that a
// benchmark timed: whether answers were made anew, read all of their prompts, are as long
// as claimed, and say anything.
//
// Each prompt of an audit is a turn of the workload, sent in some ways one after the other
// (the kinds). All but one are sent by the same few agents as part of the same load, so that
// they differ in nothing but what is asked; each check compares medians over the prompts.
// The checks are functions of what was collected. What they take for granted, and from where
// on a difference is a finding, stands with each.
//
// An audit cannot prove that a system is honest. One that recognizes it, by a text that is
// sent twice, may answer it honestly and nothing else. It makes the cheap tricks dear.
package audit
