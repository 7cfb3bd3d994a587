package agentperf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/derive"
)

const (
	// leastFailures is how often the client must have failed at one number of agents before a
	// report says so: once happens by chance, and rarely twice at the same number.
	leastFailures = 2
	// leastScattered and scatteredShare are in how many phases, and in what part of all, it must
	// have failed at whatever numbers: each repetition is another sample, and so many of them are
	// a choice among samples.
	leastScattered = 3
	scatteredShare = 0.1
)

// warnOfFailures names the numbers of agents at which the client failed again and again before
// phases that count. What fails by chance does so at any number, and its repetition is another
// sample. What fails because of what the system does leaves the phases in which it did not, which
// favors the system: no verdict can tell. phases are the indices of phases by number of agents.
func (r *run) warnOfFailures(phases map[int][]int) {
	all, total, latest := 0, 0, ""
	for _, n := range slices.Sorted(maps.Keys(phases)) {
		failed, counts, why := 0, 0, ""
		for _, i := range phases[n] {
			p := &r.report.Phases[i]
			if text, ok := strings.CutPrefix(p.Invalid, derive.ClientFailed); ok {
				failed, why = failed+1, text
				all, latest = all+1, text
			} else if p.Invalid == "" {
				counts++
			}
		}
		total += len(phases[n])
		if failed >= leastFailures && counts > 0 {
			r.warn("client_failed", fmt.Sprintf("%s: the client failed in %d of %d phases, in the last with %q: if that is because of what the system does, those that count are of a system that did not", agents(n), failed, len(phases[n]), why))
			all -= failed
		}
	}
	if all >= leastScattered && float64(all) >= scatteredShare*float64(total) {
		r.warn("client_failed", fmt.Sprintf("the client failed in %d of %d phases, at several numbers of agents, in one of them with %q: each was repeated, so that others may have counted than would have", all, total, latest))
	}
}

// warnOfLoads says that phases that count were driven by different clients, as in a journal that
// was begun elsewhere: what differs between their paths to the system is then taken for what
// differs between numbers of agents.
func (r *run) warnOfLoads() {
	var all []string
	counts := make(map[string]int)
	for i := range r.report.Phases {
		p := &r.report.Phases[i]
		if p.Invalid != "" || p.MeasuredSeconds == 0 {
			continue // it does not count, or never ran
		}
		by := "one client"
		if len(p.Clients) > 0 {
			var names []string
			for _, c := range p.Clients {
				names = append(names, c.Name)
			}
			by = fmt.Sprintf("%d clients (%s)", len(names), shortName(strings.Join(names, ", ")))
		}
		if counts[by]++; counts[by] == 1 {
			all = append(all, by)
		}
	}
	if len(all) < 2 {
		return
	}
	for i, by := range all {
		all[i] = fmt.Sprintf("%d by %s", counts[by], by)
	}
	r.warn("mixed_load", "phases that count were driven by different clients, "+strings.Join(all, ", ")+": numbers are compared as if all of them saw one system")
}
