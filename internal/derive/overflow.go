package derive

import (
	"fmt"
	"math"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// Refused returns the first request that was longer than the context, nil if none was.
func Refused(p *record.Phase) *record.Row {
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Outcome == record.Overflow {
			return r
		}
	}
	return nil
}

// overflow says that requests are longer than the context, how the server's count of
// tokens compares with the recorded or estimated one, and which context would leave out
// what does not fit. It is empty when all fit.
func overflow(p *record.Phase) string {
	first := Refused(p)
	if first == nil {
		return ""
	}
	s := []string{"a request is longer than the endpoint's context"}
	if p.ContextTokens > 0 {
		s[0] += fmt.Sprintf(" of %d tokens", p.ContextTokens)
	}
	ratio, n := inputRatio(p, first)
	if n > 0 {
		how := "recorded"
		if first.Recorded <= 0 {
			how = "estimated"
		}
		s = append(s, fmt.Sprintf("the server counts %.2f times the input tokens that were %s (N %d)", ratio, how, n))
	}
	if fits := fitting(p, first, ratio); fits > 0 {
		s = append(s, fmt.Sprintf("with a context of %d tokens (Config.ContextTokens, -context) what does not fit is left out", fits))
	} else {
		s = append(s, "a smaller context (Config.ContextTokens, -context) leaves out what does not fit")
	}
	return strings.Join(append(s, p.Message(first)), "; ")
}

// inputRatio returns the server's count of input tokens over the planned one, summed over
// the n requests that have both, or that of the refused request if it is greater: a phase
// may have seen only short ones.
func inputRatio(p *record.Phase, refused *record.Row) (ratio float64, n int) {
	var counted, planned float64
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Prompt > 0 && r.Planned > 0 {
			counted += float64(r.Prompt)
			planned += float64(r.Planned)
			n++
		}
	}
	if n > 0 {
		ratio = counted / planned
	}
	if refused.Prompt > 0 && refused.Planned > 0 {
		ratio = max(ratio, float64(refused.Prompt)/float64(refused.Planned))
	}
	return ratio, n
}

// fitting returns the context, in planned tokens, of which what fits it fits the endpoint:
// the endpoint's over the ratio, and less than the refused request needs where its length
// is known. It is 0 when neither is known.
func fitting(p *record.Phase, refused *record.Row, ratio float64) int {
	fits := math.Inf(1)
	if p.ContextTokens > 0 && ratio > 0 {
		fits = float64(p.ContextTokens) / max(1, ratio)
	}
	if refused.Planned > 0 && refused.Forced {
		fits = min(fits, float64(refused.Planned)+float64(refused.MaxTokens)-1)
	}
	if math.IsInf(fits, 1) {
		return 0
	}
	return int(fits)
}
