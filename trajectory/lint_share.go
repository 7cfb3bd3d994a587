package trajectory

import "fmt"

// sharedBlocks says what a cache could reuse across sessions according to a recording
// without text, and what a replay leaves of that.
func (l *linter) sharedBlocks(w *Workload) {
	if !withoutText(w) {
		return
	}
	s := w.Stats()
	kept := s.SharedPrefixReuse
	if l.policy.Prefix == PrefixFront {
		kept = s.PrefixReuse
	}
	const least = 0.01 // of the input tokens: less does not show in a result
	if s.SessionReuse-s.PrefixReuse < least {
		return
	}
	f := Finding{Turn: -1, Severity: SeverityInfo, Rule: "shared-blocks", Text: fmt.Sprintf(
		"the recording lets a cache reuse %.1f %% of the input, %.1f %% within sessions; a replay keeps %.1f %%", 100*s.SessionReuse, 100*s.PrefixReuse, 100*kept)}
	if s.SessionReuse-kept >= least {
		f.Severity = SeverityWarning
	}
	l.findings = append(l.findings, f)
}

// withoutText reports whether a session was recorded without text.
func withoutText(w *Workload) bool {
	for t := range w.Threads() {
		if t.Turns[0].Origins.Text == Synthetic {
			return true
		}
	}
	return false
}
