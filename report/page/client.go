package page

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
)

// A clientSummary is what the client's checks of itself say together.
type clientSummary struct {
	n, valid, checked int
	lag, cpu          float64 // the worst of valid ones, and of all
	latest            string  // whose lag it is, where there are several
	hasCPU            bool
}

func (s *clientSummary) add(c *metrics.ClientCheck, invalid string) {
	s.n++
	if invalid == "" {
		s.valid++
	}
	if c == nil {
		return
	}
	s.checked++
	if invalid == "" && c.LagSeconds > s.lag {
		s.lag, s.latest = c.LagSeconds, c.Name
	}
	if c.CPUShare != nil {
		s.cpu, s.hasCPU = max(s.cpu, *c.CPUShare), true
	}
}

// fact says it; of names what was checked.
func (s *clientSummary) fact(of string) fact {
	if s.n == 0 {
		return fact{}
	}
	text := fmt.Sprintf("%d of %d %s valid", s.valid, s.n, of)
	if s.checked == 0 {
		return fact{"Client self-check", text + "; the client did not check itself"}
	}
	text += "; at most " + chart.Seconds(s.lag) + " late in valid ones"
	if s.latest != "" {
		text += " (" + bounded(s.latest) + ")"
	}
	if s.hasCPU {
		text += ", CPU at most " + chart.Share(s.cpu)
	}
	return fact{"Client self-check", text}
}

// selfCheck says what the client found out about itself.
func (s *subject) selfCheck() fact {
	var c clientSummary
	for i := range s.report.Phases {
		c.add(s.report.Phases[i].Client, s.report.Phases[i].Invalid)
	}
	return c.fact("phases")
}

func (s *sweep) selfCheck() fact {
	var c clientSummary
	for i := range s.report.Levels {
		c.add(s.report.Levels[i].Client, s.report.Levels[i].Invalid)
	}
	return c.fact("levels")
}

// loadFrom says which clients drove the load where there were several, or what else it came from
// than one process.
func loadFrom(r *agentperf.Report) fact {
	text := strings.TrimSuffix(r.LoadText(), ".")
	return fact{"Load from", strings.TrimPrefix(strings.TrimPrefix(text, "Load from elsewhere: "), "Load from ")}
}
