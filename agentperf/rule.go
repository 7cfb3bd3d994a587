package agentperf

import "fmt"

// A VerdictRule says how tiers are judged.
type VerdictRule string

const (
	// PointRule: by the percentiles observed in one phase, as Artificial Analysis
	// does. P25 of output speed is at least the floor and P95 of TTFT at most the
	// ceiling. What chance did to them is not asked.
	PointRule VerdictRule = "point"
	// ControlledRule: by what can be said of the steady state with an error rate of
	// at most Config.ErrorRate: at most 25 % of requests are slower than the floor
	// and at most 5 % later than the ceiling. Phases are as long as that takes.
	ControlledRule VerdictRule = "controlled"
)

func (v VerdictRule) validate() error {
	switch v {
	case "", PointRule, ControlledRule:
		return nil
	}
	return fmt.Errorf("agentperf: Verdict is %q, expected %s or %s", string(v), PointRule, ControlledRule)
}

func (v VerdictRule) resolve(r Rules) VerdictRule {
	switch {
	case v != "":
		return v
	case r == (Rules{}) || r.Block > 0 || r.MaxMeasure > 0:
		return ControlledRule
	}
	return PointRule
}

// text says what the rule demands.
func (v VerdictRule) text(errorRate float64) string {
	if v == ControlledRule {
		return fmt.Sprintf("controlled: in the steady state at most 25 %% of requests slower than the floor and at most 5 %% later than the ceiling, failed ones being both; wrong for a tier with a probability of at most %v", errorRate)
	}
	return "point: P25 output speed >= floor and P95 TTFT <= ceiling; a failed request is speed 0 and TTFT +Inf"
}
