package telemetry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

// summarizePower is the part of Summarize about power.
func summarizePower(observed []Observed, at Instants, accelerators int) (*Power, []metrics.Warning) {
	w := window{at.Settled.UnixNano(), at.WindowEnd.UnixNano()}
	found := devices(observed)
	if w.to <= w.from || len(found) == 0 {
		return nil, nil
	}
	renewed := renewals(observed)
	p := new(Power)
	var notes []metrics.Warning
	note := func(code, format string, args ...any) {
		notes = append(notes, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].basis == found[0].basis {
			n++
		}
		var all []judged
		some := false
		for _, d := range found[:n] {
			all = append(all, d.judge(w, renewed))
			some = some || len(d.options) > 0
			p.Throttled = append(p.Throttled, d.throttled(w)...)
		}
		found = found[n:]
		if some {
			p.Figures = append(p.Figures, powerFigure(all, w, accelerators, note))
		}
	}
	if len(p.Figures) == 0 && len(p.Throttled) == 0 {
		return nil, notes
	}
	return p, notes
}

// powerFigure adds up devices of one basis.
func powerFigure(all []judged, w window, accelerators int, note func(code, format string, args ...any)) PowerFigure {
	f := PowerFigure{Basis: all[0].basis}
	if f.Basis == pricing.MeasuredAccelerator {
		f.Named = accelerators
		for _, j := range all {
			if j.target.Role != Router {
				f.Accelerators++
			}
		}
	}
	var ok []judged
	var missing judged
	for _, j := range all {
		f.Coverage += j.coverage() / float64(max(len(all), f.Named))
		if j.reason != "" {
			if missing.device == nil {
				missing = j
			}
			continue
		}
		ok = append(ok, j)
	}
	scale := 1.0
	if known, of := len(ok), max(len(all), f.Named); known < of {
		scale = float64(of) / float64(known)
	}
	f.Reason = refusal(all, ok, missing, f)
	f.list(all, w)
	warn(all, f, note)
	if f.Reason != "" {
		return f
	}
	var watts, uncertain float64
	roles := make(map[Role]*RolePower)
	var from []string
	for _, j := range ok {
		watts += scale * j.watts()
		uncertain += scale * j.uncertain / j.seconds
		r := roles[j.target.Role]
		if r == nil {
			r = &RolePower{Role: j.target.Role}
			roles[j.target.Role] = r
		}
		r.Devices++
		r.Watts += j.watts()
		r.EnergyJoules += j.watts() * w.seconds()
		if !slices.Contains(from, j.from) {
			from = append(from, j.from)
		}
	}
	slices.Sort(from)
	f.From = strings.Join(from, " and ")
	f.Watts, f.EnergyJoules, f.Uncertainty = new(watts), new(watts*w.seconds()), uncertain/watts
	if len(roles) > 1 {
		for _, role := range Roles() {
			if r := roles[role]; r != nil {
				f.ByRole = append(f.ByRole, *r)
			}
		}
	}
	if scale > 1 {
		note("power_scaled", "power of %d of %d %s is known; the others are taken to draw as much on average", len(ok), max(len(all), f.Named), f.what())
	}
	return f
}

// what returns what the devices of a figure are called.
func (f *PowerFigure) what() string {
	switch f.Basis {
	case pricing.MeasuredAccelerator:
		return "accelerators"
	case pricing.MeasuredNode:
		return "nodes"
	}
	return "meters"
}

// refusal returns why the devices together are no figure; empty if they are one.
func refusal(all, ok []judged, missing judged, f PowerFigure) string {
	of := max(len(all), f.Named)
	switch {
	case f.Named > 0 && f.Accelerators > f.Named:
		return fmt.Sprintf("%d accelerators have power and the system has %d: which of them are its own nobody said", f.Accelerators, f.Named)
	case float64(len(ok)) < enough*float64(of):
		reason := fmt.Sprintf("power of %d of %d %s is known, expected at least %.0f %%", len(ok), of, f.what(), 100*enough)
		if missing.device != nil {
			reason += fmt.Sprintf("; of %s: %s", missing.name, missing.reason)
		}
		return reason
	}
	for _, j := range all {
		k := slices.IndexFunc(all, func(o judged) bool {
			return o.target.Name != j.target.Name && (j.named == byTarget || j.named != o.named)
		})
		switch {
		case k < 0:
		case f.Basis != pricing.MeasuredAccelerator:
			// Two kinds of sensors may be those of the same nodes, and one that is read directly may
			// be among those that a Prometheus has.
			if a, b := firstWord(j.options[0].name), firstWord(all[k].options[0].name); a != b {
				return fmt.Sprintf("%s and %s may be of the same %s; observe one of them", a, b, f.what())
			}
			if o := slices.IndexFunc(all, func(o judged) bool { return o.target.Name != j.target.Name && o.named != j.named }); o >= 0 {
				return fmt.Sprintf("%s of %s and %s of %s may be the same, as only one states its host; observe it once", j.name, j.target.Name, all[o].name, all[o].target.Name)
			}
		case f.Accelerators != f.Named:
			return fmt.Sprintf("accelerator %s of %s may be one of those of %s, as not both state a UUID; say how many the system has", j.name, j.target.Name, all[k].target.Name)
		}
	}
	return ""
}
