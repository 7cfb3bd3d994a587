package agentperf

import "github.com/agentperf/agentperf-go/pricing"

// exact reports whether MaxAgents is the limit and no lower bound of it: one
// more was seen to fail.
func (t TierResult) exact() bool {
	return t.FirstFailingAgents != nil && *t.FirstFailingAgents == t.MaxAgents+1
}

// normalise divides the answer by what is known of the system. 0 agents are an
// answer only when a single one was seen to fail.
func (t *TierResult) normalise(s *pricing.System) {
	if s == nil || t.MaxAgents == 0 && !t.exact() {
		return
	}
	if n, err := s.Normalise(float64(t.MaxAgents)); err == nil { // the system is valid
		t.Normalised = &n
	}
}

// normalisedLines returns the figures per accelerator and so on in words.
func (t TierResult) normalisedLines() []string {
	if t.Normalised == nil {
		return nil
	}
	lines := t.Normalised.Lines("agents")
	if !t.exact() {
		for i := range lines {
			lines[i] = "at least " + lines[i]
		}
	}
	return lines
}
