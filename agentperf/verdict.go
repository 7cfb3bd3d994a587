package agentperf

// A Verdict says whether a tier holds at a number of agents.
type Verdict string

const (
	// Pass: the tier holds.
	Pass Verdict = "pass"
	// Fail: it does not.
	Fail Verdict = "fail"
	// Undecided: there is too little evidence, or the rules of the phase were not met.
	Undecided Verdict = "undecided"
	// Invalid: the client failed or was too slow, or a request was longer than the
	// endpoint's context; the phase says nothing about the system.
	Invalid Verdict = "invalid"
)

// A TierVerdict is the verdict on one tier at the number of agents of a phase, as it stood
// when the phase ended.
type TierVerdict struct {
	Tier    string  `json:"tier"`
	Verdict Verdict `json:"verdict"`
	// Tentative is "pass" or "fail": where the evidence points while the verdict is
	// undecided, which is all that the search needs for most numbers of agents.
	Tentative Verdict `json:"tentative,omitempty"`
	// Reason says why the verdict is not a pass, and which minima of [Point] were unmet.
	Reason string `json:"reason,omitempty"`
	// Categorical marks a failure that needs no statistics: nothing succeeded, or agents
	// starved.
	Categorical bool `json:"categorical,omitempty"`
	// Contributed is what this phase alone observed of each promise.
	Contributed []Contribution `json:"contributed,omitempty"`
}

// A Contribution is what one phase observed of one promise of a tier.
type Contribution struct {
	// Name is "output_speed", "ttft" or "e2e_speed".
	Name string `json:"name"`
	// Requests is the number of requests that count, Bad the number of those that broke
	// the promise.
	Requests int `json:"requests"`
	Bad      int `json:"bad"`
}

// String returns the verdict for people: "20@10s: fail (P25 output speed 17.3 tokens/s is
// below 20)", with a question mark where it is tentative.
func (v TierVerdict) String() string {
	s := v.Tier + ": " + v.short()
	if v.Reason != "" {
		s += " (" + v.Reason + ")"
	}
	return s
}

// short returns the verdict in a word.
func (v TierVerdict) short() string {
	if v.Tentative != "" {
		return string(v.Tentative) + "?"
	}
	return string(v.Verdict)
}
