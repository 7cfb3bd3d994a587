package telemetry

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// Summarize says what was observed of a phase with these instants. Server is nil if nothing
// was observed of what is no power meter, Power if no series is one of power. accelerators is
// the number of those that the system under test has, routers' excepted; 0 if nobody said. It is
// pure, and the observed may be anything.
//
// The warnings have these codes: telemetry_failed, telemetry_unknown, telemetry_gap,
// telemetry_not_closed, telemetry_restarted, telemetry_vanished, telemetry_not_finite,
// telemetry_malformed, telemetry_duplicate, telemetry_cut, telemetry_histogram,
// telemetry_disagree, telemetry_partial, and those about power.
func Summarize(observed []Observed, at Instants, accelerators int) (*Server, *Power, []metrics.Warning) {
	var warnings notes
	var all []*reading
	var targets []TargetSummary
	restarts := 0
	for i := range observed {
		o := &observed[i]
		if o.Target.Role == PowerMeter {
			warnings.scraping(o)
			continue
		}
		p := newPage(o, at)
		var readings []*reading
		for j := range vocabularies {
			if r := p.read(&vocabularies[j]); r != nil {
				readings = append(readings, r)
			}
		}
		all = append(all, readings...)
		n := p.restarts(at)
		restarts += n
		targets = append(targets, summaries(o, readings, n, at)...)
		warnings.page(p, readings)
	}
	all = once(all, func(first, again *reading) {
		warnings.add("duplicate", "%s and %s have counted the same tokens: they are the same process, which counts once", first.target.Target.Name, again.target.Target.Name)
	})
	var server *Server
	if len(targets) > 0 {
		server = &Server{Targets: targets}
		if m := metricsOf(all, at); m != nil {
			server.Metrics = *m
		}
		server.Restarts = restarts
		warnings.disagree(all)
	}
	power, more := summarizePower(observed, at, accelerators)
	return server, power, append(warnings.all, more...)
}

// restarts counts the resets during the phase.
func (p *page) restarts(at Instants) (n int) {
	for _, l := range p.looks {
		for _, t := range l.resets {
			if t > at.Begin.UnixNano() {
				n++
			}
		}
	}
	return n
}

// summaries returns one for each vocabulary that a target speaks, or one that says that it
// speaks none.
func summaries(o *Observed, readings []*reading, restarts int, at Instants) (out []TargetSummary) {
	role := o.Target.Role
	if role == "" {
		role = Engine
	}
	base := TargetSummary{
		Name: o.Target.Name, Role: role,
		Scrapes: o.Scrapes, Failed: o.Failed, Failure: o.Failure, Seconds: o.Took.Seconds(),
	}
	for _, r := range readings {
		t := base
		t.Engine, t.Families = r.vocabulary.engine, r.families
		t.Said = metricsOf([]*reading{r}, at)
		t.Said.Restarts = restarts
		out = append(out, t)
	}
	if out == nil {
		out = append(out, base)
	}
	return out
}

func duration(nanos int64) time.Duration {
	return time.Duration(nanos).Round(time.Millisecond)
}
