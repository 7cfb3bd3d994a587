package agentperf

import (
	"fmt"
	"math"
	"time"
)

// Sentence says in words the limit found for the tier, or after a Check whether it holds at
// the number of agents that was checked.
func (t *TierResult) Sentence() string {
	if n := t.Number(t.CheckAgents); n != nil {
		return t.checkSentence(n)
	}
	return t.level() + ": " + t.limitText() + "."
}

func (t *TierResult) checkSentence(n *Number) string {
	who, holds, fails := agents(n.Agents), "hold", "do not hold"
	if n.Agents == 1 {
		holds, fails = "holds", "does not hold"
	}
	text := ""
	switch {
	case n.Verdict == Pass:
		text = fmt.Sprintf("%s: %s %s", t.level(), who, holds)
	case n.Verdict == Fail:
		text = fmt.Sprintf("%s: %s %s", t.level(), who, fails)
	case n.Tentative != "":
		text = fmt.Sprintf("%s: %s undecided, tentatively a %s", t.level(), who, n.Tentative)
	default:
		text = fmt.Sprintf("%s: %s %s", t.level(), who, n.Verdict)
	}
	if n.Reason != "" {
		text += ": " + n.Reason
	}
	return text + n.neededText() + "."
}

// neededText says how much longer an undecided number would have to be measured; empty if
// that is unknown, or so long that it is no help.
func (n *Number) neededText() string {
	more := n.NeededSeconds - n.MeasuredSeconds
	if n.Verdict != Undecided || more <= 0 || more > tooLong {
		return ""
	}
	return fmt.Sprintf("; about %s more of measuring would", roundTime(more))
}

// tooLong is a day, in seconds.
const tooLong = 24 * 3600

// level writes the tier for people.
func (t *TierResult) level() string {
	level := fmt.Sprintf("%v tokens/s", float64(t.SpeedFloorTokensPerSecond))
	if t.E2EFloorTokensPerSecond > 0 {
		level = fmt.Sprintf("%v tokens/s over whole requests (P%v)", float64(t.E2EFloorTokensPerSecond), t.E2EPercent)
	}
	if t.TTFTCeilingSeconds > 0 {
		level += fmt.Sprintf(" with TTFT of at most %v", time.Duration(math.Round(t.TTFTCeilingSeconds*1e9)))
	}
	return level
}

// limitText says what is known of the limit: what is certain first, then the estimate, and
// without either what seems to be.
func (t *TierResult) limitText() string {
	fails := value(t.FirstFailingAgents)
	switch {
	case fails == 1:
		return "0 agents; not even 1 gets it"
	case t.exact():
		return fmt.Sprintf("%s; %d are too many", agents(t.MaxAgents), fails)
	case t.MaxAgents > 0 && fails > 0:
		return fmt.Sprintf("%s, %d do not%s", holds(t.MaxAgents), fails, t.openText())
	case t.MaxAgents > 0 && t.Confirmed:
		return fmt.Sprintf("at least %s; more were not tried", agents(t.MaxAgents))
	case t.MaxAgents > 0:
		open := t.openText()
		if open == "" {
			open = "; more were not seen to fail"
		}
		return fmt.Sprintf("at least %s%s", agents(t.MaxAgents), open)
	case fails > 0 && t.TentativeMaxAgents == nil:
		return fmt.Sprintf("%d agents are too many%s; no number was seen to hold", fails, t.aboutText())
	case fails > 0:
		return fmt.Sprintf("%d agents are too many%s; no number is sure to hold, %d %s to", fails, t.aboutText(), *t.TentativeMaxAgents, seems(*t.TentativeMaxAgents))
	}
	return t.unsureText()
}

// unsureText says what is known of the limit when nothing is certain.
func (t *TierResult) unsureText() string {
	var text string
	if t.Limit != nil {
		text = "; about " + limitNumber(*t.Limit)
	}
	switch seemsToFail := t.seemsToFail(); {
	case t.TentativeMaxAgents != nil && t.Limit != nil && float64(*t.TentativeMaxAgents) > *t.Limit:
		// All phases together say that it does not.
	case t.TentativeMaxAgents != nil:
		n := *t.TentativeMaxAgents
		text += fmt.Sprintf("; %s %s to hold", agents(n), seems(n))
	case seemsToFail == 1:
		text += "; not even 1 agent seems to hold"
	case seemsToFail > 0:
		text += fmt.Sprintf("; %d agents seem to be too many", seemsToFail)
	}
	switch {
	case text != "":
		return "no number is sure yet" + text
	case t.UndecidedAgents != nil:
		return "no answer; " + agents(*t.UndecidedAgents) + " could not be judged"
	}
	return "no answer"
}

// openText says what is known between the numbers that are certain: the estimate, or else
// what seems to hold or could not be judged.
func (t *TierResult) openText() string {
	switch {
	case t.Limit != nil:
		return t.aboutText()
	case t.TentativeMaxAgents != nil:
		return fmt.Sprintf("; %d %s to hold", *t.TentativeMaxAgents, seems(*t.TentativeMaxAgents))
	case t.UndecidedAgents != nil:
		return fmt.Sprintf("; %d could not be judged", *t.UndecidedAgents)
	}
	return ""
}

func (t *TierResult) aboutText() string {
	if t.Limit == nil {
		return ""
	}
	return ", about " + limitNumber(*t.Limit)
}

// seemsToFail returns the smallest number of agents whose evidence points to a fail without
// deciding it; 0 without one.
func (t *TierResult) seemsToFail() int {
	for i := range t.Numbers {
		if t.Numbers[i].Tentative == Fail {
			return t.Numbers[i].Agents
		}
	}
	return 0
}

// estimateLines say how well the estimate of the limit is known.
func (t *TierResult) estimateLines() []string {
	if t.Limit == nil || t.LimitLow == nil || t.LimitHigh == nil || t.exact() || value(t.FirstFailingAgents) == 1 || *t.LimitLow >= *t.LimitHigh {
		return nil
	}
	return []string{fmt.Sprintf("the limit is estimated at %s, and from %s to %s by two standard errors", limitNumber(*t.Limit), limitNumber(*t.LimitLow), limitNumber(*t.LimitHigh))}
}
