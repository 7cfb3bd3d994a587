package agentperf

import (
	"fmt"
	"slices"
	"strings"
)

// loadName returns what a report calls a load: what it calls itself if it is a fmt.Stringer, its
// type otherwise, and nothing for this process.
func loadName(l Load) string {
	switch l := l.(type) {
	case nil, *LocalLoad:
		return ""
	case fmt.Stringer:
		return l.String()
	}
	return fmt.Sprintf("%T", l)
}

// namedClients is how many clients are named in a sentence: a line of more is no help.
const namedClients = 8

// LoadText returns a sentence about where the load came from: which clients drove it and how late
// they were in valid phases, if there were several; the name of the load, if there was one client
// elsewhere. It is empty if the load was this process. Names are as in the report, and must be
// escaped before they are printed to a terminal.
func (r *Report) LoadText() string {
	names := r.clientNames()
	if len(names) == 0 {
		if r.Config.Load == "" {
			return ""
		}
		return "Load from elsewhere: " + shortName(r.Config.Load) + "."
	}
	shown := slices.Clone(names[:min(len(names), namedClients)])
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	last := len(shown) - 1
	text := fmt.Sprintf("Load from %d clients: %s", len(names), shown[0])
	if last > 0 {
		text = fmt.Sprintf("Load from %d clients: %s and %s", len(names), strings.Join(shown[:last], ", "), shown[last])
	}
	lag, spread, clock := worst{}, worst{}, worst{}
	valid, known := false, false // phases, and how far clocks are off
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Invalid != "" || len(p.Clients) == 0 {
			continue
		}
		valid = true
		for _, c := range p.Clients {
			lag.take(c.LagSeconds, c.Name)
			if c.ClockError != nil {
				clock.take(*c.ClockError, c.Name)
				known = true
			}
		}
		if p.StartSpread != nil {
			spread.take(*p.StartSpread, p.LatestStart)
		}
	}
	if valid {
		text += fmt.Sprintf("; in valid phases at most %s late%s, starts within %s%s",
			milliseconds(lag.seconds), lag.of("(%s)"), milliseconds(spread.seconds), spread.of("(%s last)"))
	}
	if known {
		text += ", clocks within " + milliseconds(clock.seconds)
	}
	return text + "."
}

// clientNames returns the names of the clients of phases with several, each once.
func (r *Report) clientNames() (names []string) {
	seen := make(map[string]bool)
	for i := range r.Phases {
		for _, c := range r.Phases[i].Clients {
			if !seen[c.Name] {
				seen[c.Name] = true
				names = append(names, shortName(c.Name))
			}
		}
	}
	return names
}

// worst is the greatest of some figures, and whose it is.
type worst struct {
	seconds float64
	name    string
}

func (w *worst) take(seconds float64, name string) {
	if seconds > w.seconds {
		*w = worst{seconds, name}
	}
}

// of names whose figure it is; it is nobody's if it is 0.
func (w *worst) of(format string) string {
	if w.name == "" {
		return ""
	}
	return " " + fmt.Sprintf(format, shortName(w.name))
}

// shortName cuts a name that is too long to be one: those of a fleet have at most 63 bytes.
func shortName(name string) string {
	const most = 100
	if text := []rune(name); len(text) > most {
		return string(text[:most]) + "..."
	}
	return name
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.3g ms", 1e3*seconds) }
