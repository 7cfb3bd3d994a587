package trajectory

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// Lint returns what is wrong with a workload, or worth knowing, before it is replayed
// under a policy: the findings of its reader, then its own, session by session. In each
// session it gives the first place that breaks a rule, and the number of others.
//
// The rules, besides those of the readers:
//
//	delta-history        error    a request lacks the history of the one before it
//	doubled-history      error    a request holds the history of the one before it twice
//	result-without-call  error    a tool result whose call is not in front of it
//	context-window       error    prompt and answer do not fit Policy.Window
//	missing-output       error    no length was recorded, and Policy.Output is exact;
//	                              a warning if it is exact by default
//	half-character       error    text that is cut inside a character; readers mend it
//	empty-tool-calls     error    a list of tool calls without calls; readers mend it
//	call-without-result  warning  a tool call without a result after it
//	id-reused            warning  two tool calls of one history have the same ID
//	empty-assistant      warning  an assistant's message without text and calls
//	ends-in-answer       warning  a request that ends with an assistant's message
//	image                warning  a picture in a message
//	no-turns             error    a trajectory without turns, which no reader makes
//	no-messages          error    a request without messages, likewise
//	invalid              error    anything else that [Workload.Validate] reports, likewise
//	secret               warning  something that looks like a key, in a message or tool
//	api-content          warning  something that Policy.API has no place for
//	api-arguments        warning  arguments of a call that are no object, as messages demands
//	api-roles            warning  a system message behind others, or an assistant's first
//	api-reasoning        info     reasoning that Policy.API does not take back
//	shared-blocks        info     sessions without text have blocks in common; a warning
//	                              if the replay does not keep that
//	overlap              warning  most requests of a session are also in another
//	reset                info     a request keeps less than 90 % of the one before
//	unknown-delay        info     tools ran for an unknown time
//	estimated            info     numbers that were not recorded
func Lint(w *Workload, p Policy) []Finding {
	missing := SeverityWarning
	if p.Output == OutputExact {
		missing = SeverityError
	}
	p = p.Resolve()
	l := &linter{policy: p, missing: missing, secrets: secrets.New(), clean: make(map[*Message]string)}
	if faults := w.faults(); len(faults) > 0 {
		l.faults(faults) // and no more: they may keep the rest from being looked at
	} else {
		for t := range w.Threads() {
			l.thread(t)
		}
		l.overlaps(w)
		l.sharedBlocks(w)
	}
	return append(slices.Clone(w.Findings), l.findings...)
}

// A linter looks at one thread after the other.
type linter struct {
	policy   Policy
	missing  Severity // of a missing length
	secrets  *secrets.Finder
	clean    map[*Message]string // what was found in a message, empty for nothing
	counted  map[*Message]bool   // messages of the thread that were looked at
	encoded  map[*Message]bool   // the same, in the API of the policy
	head     []*Message          // how the thread begins
	findings []Finding

	t     *Trajectory
	first map[string]int // the place of a rule's finding
	more  map[string]int
	calls callState
}

// note adds a finding, or counts it if the thread already has one of its rule.
func (l *linter) note(turn int, s Severity, rule, format string, args ...any) {
	if _, ok := l.first[rule]; ok {
		l.more[rule]++
		return
	}
	l.first[rule] = len(l.findings)
	f := Finding{File: l.t.Source, Trajectory: l.t.ID, Turn: turn, Severity: s, Rule: rule, Text: fmt.Sprintf(format, args...)}
	if turn >= 0 {
		f.Line = l.t.Turns[turn].Line
	}
	l.findings = append(l.findings, f)
}

// faults notes what keeps a workload from being replayed.
func (l *linter) faults(faults []fault) {
	for i, f := range faults {
		if f.t == nil {
			f.t, f.text = new(Trajectory), f.path+": "+f.text
		}
		if i == 0 || f.path != faults[i-1].path {
			l.begin(f.t)
		}
		l.note(f.turn, SeverityError, f.rule, "%s", f.text)
		if i == len(faults)-1 || f.path != faults[i+1].path {
			l.end()
		}
	}
}

func (l *linter) thread(t *Trajectory) {
	l.begin(t)
	for i := range t.Turns {
		l.turn(i)
	}
	l.end()
}

// begin starts another thread.
func (l *linter) begin(t *Trajectory) {
	l.t, l.first, l.more = t, make(map[string]int), make(map[string]int)
	l.calls, l.counted, l.encoded = newCallState(), make(map[*Message]bool), make(map[*Message]bool)
}

// end adds to each finding of the thread how many more there are of its rule.
func (l *linter) end() {
	for rule, n := range l.more {
		l.findings[l.first[rule]].Text += fmt.Sprintf(" (and %d more like it)", n)
	}
}

func (l *linter) turn(i int) {
	turn := &l.t.Turns[i]
	if w := l.policy.Window; w > 0 && !l.policy.fits(turn) {
		answer, _ := l.policy.Limit(turn)
		l.note(i, SeverityError, "context-window", "%d tokens in, including what a play and a template add, and %d out do not fit a window of %d", turn.promptAtMost(), answer, w)
	}
	if l.policy.Output == OutputExact && turn.OutputTokens == 0 {
		l.note(i, l.missing, "missing-output", "the length of the answer, which an exact replay needs, was not recorded")
	}
	if turn.Origins.Input == Estimated || turn.Origins.Output == Estimated || turn.Origins.Delay == Estimated && (turn.ToolDelayKnown || turn.HumanDelay > 0) {
		l.note(i, SeverityInfo, "estimated", "numbers of this turn are estimates")
	}
	if !turn.ToolDelayKnown && i+1 < len(l.t.Turns) && l.t.EndsInTools(i) {
		l.note(i, SeverityInfo, "unknown-delay", "tools ran after it for an unknown time")
	}
	if kind := cmp.Or(l.secrets.Find(turn.Tools), l.secrets.Find(turn.RecordedTools.JSON)); kind != "" && (i == 0 || !bytes.Equal(turn.Tools, l.t.Turns[i-1].Tools)) {
		l.note(i, SeverityWarning, "secret", "a tool definition holds what looks like a %s", kind)
	}
	fresh := turn.History.Len()
	if i == 0 {
		l.remember(0, turn.History)
	} else {
		before := &l.t.Turns[i-1]
		kept := turn.History.Shared(before.History)
		l.history(i, before.History, turn.History, kept)
		l.remember(i, turn.History)
		if kept < before.History.Len() {
			l.calls = newCallState() // earlier messages may be gone
			kept = 0
		}
		fresh = turn.History.Len() - kept
	}
	for _, m := range lastMessages(turn.History, fresh) {
		l.message(i, m)
	}
	l.api(i, fresh)
	l.calls.settle(func(id string) {
		l.note(i, SeverityWarning, "call-without-result", "call %.60q has no result after it", id)
	})
	if last := turn.History.Last(); last.Role() == "assistant" {
		l.note(i, SeverityWarning, "ends-in-answer", "the request ends with an assistant's message, which servers continue or refuse")
	}
}
