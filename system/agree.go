package system

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/pricing"
)

// System returns what the identity states of that which a capacity is divided by: the number
// of accelerators, routers excepted, if all groups state theirs, and their name if there is
// one. The zero System if it states neither.
func (i *Identity) System() pricing.System {
	n, all := i.accelerators()
	if !all {
		n = 0
	}
	return pricing.System{Accelerators: n, Accelerator: i.accelerator()}
}

// Agree returns an error if the identity and what a capacity is divided by contradict each
// other: one of them is wrong, and so is every figure per accelerator.
func (i *Identity) Agree(s pricing.System) error {
	if n, all := i.accelerators(); s.Accelerators > 0 && (all && n != s.Accelerators || n > s.Accelerators) {
		return fmt.Errorf("system: the identity has %d accelerators (%s), but capacity is divided by %d", n, i.groups(), s.Accelerators)
	}
	mine, theirs := letters(i.accelerator()), letters(s.Accelerator)
	if mine != "" && theirs != "" && !strings.Contains(mine, theirs) && !strings.Contains(theirs, mine) {
		return fmt.Errorf("system: the accelerators of the identity are %s, but capacity is divided by those called %s", i.accelerator(), s.Accelerator)
	}
	return nil
}

// accelerators returns the number of accelerators that groups state, routers excepted, and
// whether all state theirs.
func (i *Identity) accelerators() (n int, all bool) {
	if i == nil {
		return 0, false
	}
	groups := 0
	all = true
	for _, a := range i.Accelerators {
		if a.Role == Router {
			continue
		}
		groups++
		n += a.Count
		all = all && a.Count > 0
	}
	return n, all && groups > 0
}

// accelerator returns the name that all groups have, routers excepted; empty if they differ.
func (i *Identity) accelerator() (name string) {
	if i == nil {
		return ""
	}
	for k, a := range i.Accelerators {
		switch {
		case a.Role == Router:
		case a.Name == "" || name != "" && a.Name != name:
			return ""
		default:
			name = i.Accelerators[k].Name
		}
	}
	return name
}

func (i *Identity) groups() string {
	var parts []string
	for _, a := range i.Accelerators {
		parts = append(parts, a.String())
	}
	return strings.Join(parts, "; ")
}

// letters returns a name in lower case without anything but letters and digits.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
