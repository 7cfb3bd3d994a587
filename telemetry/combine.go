package telemetry

import (
	"maps"
	"slices"
	"time"
)

// Several targets may say the same thing of the same requests. What the requests came to,
// tokens and latencies, is taken from routers if there are any: in a disaggregated deployment
// each request passes two engines, whose figures are of its halves. What engines are busy
// with is taken from engines.
var fromRouters = []figure{promptTokens, cachedTokens, generated, outcomes, ttft, itl, e2e}

// Of engines without a router, those that only prefill say what was prompted and when the
// first token came, and those that only decode the rest.
var (
	fromPrefill = []figure{promptTokens, cachedTokens, computed, cacheQueries, cacheHits, blockQueries, blockHits, queueTime, ttft}
	fromDecode  = []figure{generated, drafted, accepted, outcomes, itl, e2e}
)

func (r *reading) router() bool { return r.vocabulary.router || r.target.Target.Role == Router }

func (r *reading) has(f figure) bool { return r.families[string(f)] != "" }

// sources returns the readings that a figure of the whole system is taken from.
func sources(all []*reading, f figure) []*reading {
	var routers, engines []*reading
	for _, r := range all {
		if r.has(f) {
			if r.router() {
				routers = append(routers, r)
			} else {
				engines = append(engines, r)
			}
		}
	}
	if len(engines) == 0 || len(routers) > 0 && slices.Contains(fromRouters, f) {
		return routers
	}
	without := func(role Role) []*reading {
		return slices.DeleteFunc(slices.Clone(engines), func(r *reading) bool { return r.target.Target.Role == role })
	}
	rest := engines
	switch {
	case slices.Contains(fromPrefill, f):
		rest = without(Decode)
	case slices.Contains(fromDecode, f):
		rest = without(Prefill)
	}
	if len(rest) == 0 {
		return engines
	}
	return rest
}

// metricsOf makes Metrics of readings; nil of none.
func metricsOf(all []*reading, at Instants) *Metrics {
	if len(all) == 0 {
		return nil
	}
	level := func(f figure) *Gauge {
		var lines []line
		for _, r := range sources(all, f) {
			lines = append(lines, r.gauges[f]...)
		}
		if len(lines) == 0 {
			return nil
		}
		return gaugeOf(lines, f == kvUse, at)
	}
	var window *Span
	note := func(up rise) {
		if up.covered {
			from, to := seconds(at.Begin, up.from), seconds(at.Begin, up.to)
			if window == nil {
				window = &Span{from, to}
			}
			window.From, window.To = min(window.From, from), max(window.To, to)
		}
	}
	count := func(f figure) rise {
		var sum rise
		for _, r := range sources(all, f) {
			sum.add(r.rises[f])
		}
		note(sum)
		return sum
	}
	// share is of those that have both: what one does not count would be taken for none.
	share := func(part, of figure, unit string) *Ratio {
		var parts, wholes rise
		both := slices.DeleteFunc(slices.Clone(all), func(r *reading) bool { return !r.has(part) || !r.has(of) })
		for _, r := range sources(both, of) {
			parts.add(r.rises[part])
			wholes.add(r.rises[of])
		}
		note(wholes)
		return ratio(parts, wholes, unit)
	}
	latency := func(f figure) *Latency {
		sum := new(histogramRise)
		for _, r := range sources(all, f) {
			sum.add(r.histograms[f])
		}
		note(sum.count)
		return sum.latency()
	}
	s := &Metrics{
		Running: level(running), Waiting: level(waiting), InFlight: level(inFlight), KVUse: level(kvUse),
		Preemptions:      count(preemptions).count(),
		PromptTokens:     count(promptTokens).count(),
		CachedTokens:     count(cachedTokens).count(),
		ComputedTokens:   count(computed).count(),
		GenerationTokens: count(generated).count(),
		Acceptance:       share(accepted, drafted, "tokens"),
		QueueTime:        latency(queueTime), TTFT: latency(ttft), ITL: latency(itl), E2E: latency(e2e),
	}
	for _, parts := range []struct {
		part, of figure
		unit     string
	}{{cacheHits, cacheQueries, "tokens"}, {cachedTokens, promptTokens, "tokens"}, {blockHits, blockQueries, "blocks"}} {
		if s.PrefixHitRate == nil {
			s.PrefixHitRate = share(parts.part, parts.of, parts.unit)
		}
	}
	ends := make(map[string]rise)
	for _, r := range sources(all, outcomes) {
		for name, up := range r.outcomes {
			o := ends[name]
			o.add(up)
			ends[name] = o
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ends)) {
		up := ends[name]
		note(up)
		if c := up.count(); c != nil {
			s.Requests = append(s.Requests, Outcome{name, *c})
		}
	}
	if window != nil {
		s.Window = *window
	}
	return s
}

// ratio is nil where one of the two is unknown or the whole is 0.
func ratio(part, of rise, unit string) *Ratio {
	if !part.covered || !of.covered || of.window <= 0 {
		return nil
	}
	r := &Ratio{Ratio: part.window / of.window, Part: part.window, Of: of.window, Unit: unit}
	if !finite(r.Ratio, r.Part, r.Of) {
		return nil
	}
	return r
}

func seconds(begin time.Time, nanos int64) float64 {
	return float64(nanos-begin.UnixNano()) / 1e9
}
