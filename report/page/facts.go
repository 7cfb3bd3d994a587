package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
)

// A fact is a line of a definition list; it is left out without text.
type fact struct{ name, text string }

// identified lists what is stated of the system under test.
func identified(id *system.Identity) (facts []fact) {
	for _, line := range id.Lines() {
		name, text, _ := strings.Cut(line, ": ")
		if name != "system" && name != "model" {
			facts = append(facts, fact{upper(name), text})
		}
	}
	return facts
}

// hardware lists what capacity is divided by, and what is not known of it.
func hardware(s *pricing.System) []fact {
	if s == nil {
		return []fact{{"Hardware", "not stated: nothing is divided by it"}}
	}
	note := func(text, more string) string {
		if more != "" {
			text += " (" + more + ")"
		}
		return text
	}
	price, power, rack := "not given", "not given", "not given"
	if s.Price > 0 {
		price = note(chart.USD(s.Price.Dollars())+" per accelerator-hour", s.PriceNote)
	}
	if s.Power > 0 {
		power = chart.Number(float64(s.Power)/1000) + "\u00a0kW, " + powerText(s.Basis, s.PowerNote, s.PUE)
	}
	if s.RackAccelerators > 0 {
		rack = note(chart.Count(s.RackAccelerators, "accelerator", "accelerators"), s.RackNote)
	}
	hardware := s.Accelerator
	if s.Accelerators > 0 {
		hardware = strings.TrimSpace(fmt.Sprintf("%dx %s", s.Accelerators, s.Accelerator))
	}
	return []fact{{"Divided by", hardware}, {"Price", price}, {"Power", power}, {"Rack", rack}}
}

func measuredOn(started time.Time, run string, complete bool) fact {
	if started.IsZero() || started.Year() >= 10_000 {
		return fact{"Measured", "at a time that is not stated"}
	}
	text := started.UTC().Format("2006-01-02 15:04 UTC")
	if run != "" {
		text += ", run " + run
	}
	if !complete {
		text += "; ended before it was complete"
	}
	return fact{"Measured", text}
}

func measuredBy(t *system.Tool) fact {
	var text strings.Builder
	text.WriteString(strings.TrimSpace(t.Module + " " + t.Version))
	if t.Revision != "" {
		text.WriteString(" at " + t.Revision)
	}
	if t.Modified {
		text.WriteString(", modified")
	}
	for _, part := range []string{t.Go, strings.Trim(t.OS+"/"+t.Arch, "/")} {
		if part != "" {
			text.WriteString(", " + part)
		}
	}
	return fact{"Tool", strings.TrimPrefix(text.String(), ", ")}
}

// audited says what came of the audit.
func audited(a *agentperf.AuditReport) fact {
	var text strings.Builder
	text.WriteString(string(a.Outcome))
	if a.Reason != "" {
		text.WriteString(": " + a.Reason)
	}
	if a.Requests > 0 {
		text.WriteString(fmt.Sprintf(", %s requests at %s", chart.Int(a.Requests), chart.Count(a.Agents, "agent", "agents")))
	}
	for _, c := range a.Checks {
		if c.Outcome != "passed" {
			text.WriteString("; " + c.Code + " (" + c.Outcome + "): " + c.Text)
		}
	}
	return fact{"Audit", text.String()}
}
