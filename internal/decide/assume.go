package decide

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// drifts begins what is said of drift.
const drifts = "the system is not steady"

// Unsteady reports whether a reason is that the system's speed drifts.
func Unsteady(reason string) bool { return strings.Contains(reason, drifts) }

// driftText says that the speed changes.
func (m *memory) driftText() string {
	word := "slower"
	if m.drift > 0 {
		word = "faster"
	}
	return fmt.Sprintf(drifts+": it got %.0f %% %s in %s", 100*math.Abs(math.Expm1(m.drift)), word, spanText(m.span))
}

// wanderText says that the speed changes by itself.
func (m *memory) wanderText() string {
	text := fmt.Sprintf("the system's speed wanders by %.0f %% from phase to phase by itself", 100*m.wander)
	if m.period > 0 {
		text += ", over about " + spanText(m.period)
	}
	return text
}

// text says how the speed follows the agents.
func (h *heat) text() string {
	return "the system's speed follows the number of agents with a lag of about " + spanText(lagSeconds(h.lag))
}

// assumption says, as a clause, what an answer rests on: how long a spell of bad requests
// would have to be to have been missed, and how steady the system was.
//
// With spells of length l that make the share q bad, one comes every l/q on average. That
// none came in a time T has then a probability of exp(-qT/l), which is the error rate for a
// spell of l = qT/ln(1/error rate).
func (c *controlled) assumption(i int, s *standing, m *memory) string {
	text := "the load and the system are in their steady state"
	if s.Pass > 0 {
		for j := range c.tiers[i].Criteria {
			crit := &c.tiers[i].Criteria[j]
			if crit.Metric != TTFT {
				continue
			}
			measured, bad := 0.0, 0.0
			for k := range c.seen {
				if o := &c.seen[k]; o.Agents >= s.Pass && (s.Fail == 0 || o.Agents < s.Fail) && len(o.Tiers[i].Criteria) > 0 {
					measured += o.Measured.Seconds()
					_, b := o.Tiers[i].Criteria[j].Against.Counts()
					bad += b
				}
			}
			seen := "no first token was late"
			if bad > 0 {
				seen = fmt.Sprintf("%.0f first tokens were late", bad)
			}
			text = fmt.Sprintf("%s in %s measured; spells longer than %s that make %s late would have been seen",
				seen, spanText(measured), spanText(crit.Limit()*measured/math.Log(1/c.ErrorRate)), Percent(crit.Limit()))
		}
	}
	if u := c.unevenness(); u.spread > 0 {
		text += "; " + u.text()
	}
	switch {
	case m.drift != 0:
		text += "; " + m.driftText()
	case m.inflation > 1:
		text += "; " + m.wanderText()
	}
	if h := c.derived.heat; h != nil {
		text += "; " + h.text() + ", for which phases are corrected"
	}
	return text
}

// spanText writes seconds for people.
func spanText(s float64) string {
	switch {
	case s < 100:
		return fmt.Sprintf("%.0f s", s)
	case s < 100*60:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.1f h", (time.Duration(s) * time.Second).Hours())
}
