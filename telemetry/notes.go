package telemetry

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/metrics"
)

// notes collects warnings.
type notes struct{ all []metrics.Warning }

func (n *notes) add(code, format string, args ...any) {
	n.all = append(n.all, metrics.Warning{Code: "telemetry_" + code, Text: fmt.Sprintf(format, args...)})
}

// scraping says what went wrong with asking a target, and with what it answered.
func (n *notes) scraping(o *Observed) {
	name := o.Target.Name
	if o.Failed > 0 {
		n.add("failed", "%s: %d of %d samples failed, first: %s", name, o.Failed, o.Scrapes, o.Failure)
	}
	if o.Cut {
		n.add("cut", "%s: more series or points than are kept, so that some are missing", name)
	}
	for _, c := range []struct{ series, code, text string }{
		{malformedName, "malformed", "lines are not in the format, and left out"},
		{duplicateName, "duplicate", "series are there twice, of which the first counts"},
		{leftOutName, "cut", "series are more than are kept, and left out"},
		{notFiniteName, "not_finite", "values are NaN or infinite, and left out"},
	} {
		most, pages := 0.0, 0
		for i := range o.Series {
			if s := &o.Series[i]; s.Name == c.series && len(s.Labels) == 0 {
				for _, p := range s.Points {
					most, pages = max(most, p.Value), pages+1
				}
			}
		}
		if pages > 0 {
			n.add(c.code, "%s: on %d pages, up to %.0f %s", name, pages, most, c.text)
		}
	}
}

// page says what is to be known of one target.
func (n *notes) page(p *page, readings []*reading) {
	o, name := p.observed, p.observed.Target.Name
	n.scraping(o)
	if p.notFinite > 0 {
		n.add("not_finite", "%s: %d values are NaN or infinite, and left out", name, p.notFinite)
	}
	if len(readings) == 0 {
		if o.Scrapes > o.Failed && !p.hasPower() {
			n.add("unknown", "%s: no series of a known engine or router; what is there is not in the report", name)
		}
		return
	}
	for _, l := range p.looks {
		n.looks(l, p)
	}
	for _, r := range readings {
		switch {
		case r.vanished != "":
			n.add("vanished", "%s: series of %s were gone before the end: the process restarted under other labels, or an engine left; their counts until then count", name, r.vanished)
		case r.late != "":
			n.add("partial", "%s: %s was first read during the phase, so that what it counted before is missing", name, r.late)
		}
		if r.broken != "" {
			n.add("histogram", "%s: the buckets of %s contradict each other or their count, so that it has no quantiles", name, r.broken)
		}
		if r.vocabulary.fifo {
			n.add("partial", "%s: TensorRT-LLM's JSON page hands out each iteration once, so that other readers take some away; /prometheus/metrics does not", name)
		}
	}
}

// looks says where a target was not looked at, or began anew.
func (n *notes) looks(l *looks, p *page) {
	name, used := p.observed.Target.Name, false
	for _, label := range l.labels {
		name += " " + label.Name + "=" + label.Value
	}
	for s := range p.points {
		used = used || s.Name != upName && p.looksAt(s) == l
	}
	if !used {
		return // an instance that has none of the series
	}
	if len(l.at) == 0 {
		n.add("gap", "%s: never read in full", name)
		return
	}
	begin, end := p.at.Begin.UnixNano(), p.at.End.UnixNano()
	settled, windowEnd := p.at.Settled.UnixNano(), p.at.WindowEnd.UnixNano()
	far := func(a, b int64) bool { return max(a-b, b-a) > l.gap }
	if far(l.at[l.from], settled) || far(l.at[l.to], windowEnd) || l.from == l.to {
		n.add("gap", "%s: read from %.1f s to %.1f s after the phase began, while its window is from %.1f s to %.1f s: its counts are not those of the window",
			name, seconds(p.at.Begin, l.at[l.from]), seconds(p.at.Begin, l.at[l.to]), seconds(p.at.Begin, settled), seconds(p.at.Begin, windowEnd))
	}
	widest, where := int64(0), int64(0)
	for i := 1; i < len(l.at); i++ {
		if d := l.at[i] - l.at[i-1]; d > widest && l.at[i] > settled && l.at[i-1] < windowEnd {
			widest, where = d, l.at[i-1]
		}
	}
	if widest > l.gap {
		n.add("gap", "%s: not read for %v from %.1f s after the phase began: gauges have no value there, and a restart in it would hide counts", name, duration(widest), seconds(p.at.Begin, where))
	}
	switch last := l.at[len(l.at)-1]; {
	case l.at[l.first] > begin:
		n.add("not_closed", "%s: first read %v after the phase began, so that totals lack what was counted before", name, duration(l.at[l.first]-begin))
	case last < end:
		n.add("not_closed", "%s: last read %v before the phase ended, so that totals lack what was counted after", name, duration(end-last))
	}
	lost, resets := int64(0), 0
	for _, t := range l.resets {
		if t > begin {
			resets++
			if i := countUntil(l.at, t-1); i > 0 {
				lost = max(lost, t-l.at[i-1])
			}
		}
	}
	if resets > 0 {
		n.add("restarted", "%s: its counters began anew %d times, or a balancer spreads scrapes over several servers; up to %v of counts are lost each time", name, resets, duration(lost))
	}
}

// hasPower reports whether any series is about power.
func (p *page) hasPower() bool {
	for name := range p.byName {
		if powerName() != nil && powerName().MatchString(name) {
			return true
		}
	}
	return false
}

// disagreement is by what part tokens of routers and engines may differ: canceled requests
// are counted differently, and each may have one token more.
const disagreement = 0.05

// disagree compares what routers and engines counted.
func (n *notes) disagree(all []*reading) {
	var routers, engines rise
	for _, r := range all {
		switch {
		case r.router():
			routers.add(r.rises[generated])
		case r.target.Target.Role != Prefill:
			engines.add(r.rises[generated])
		}
	}
	if routers.seen && engines.seen && math.Abs(routers.total-engines.total) > disagreement*max(routers.total, engines.total) {
		n.add("disagree", "routers counted %.0f generated tokens and engines %.0f: some are not among the targets, or engines get load past the routers", routers.total, engines.total)
	}
}
