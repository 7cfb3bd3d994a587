package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
)

// loadTests are the sections of what the System Load Test measured on a model: one for each
// shape of queries, because others are not compared.
func (st *study) loadTests(m int) (sections []section) {
	groups := byShape(st.tunedOf(m))
	for i, all := range groups {
		at := reference(all)
		all = byThroughput(all, at)
		id := fmt.Sprintf("slt-%d-%d", m, i)
		s := section{ID: id, Model: m, Title: "System Load Test, " + chart.Cut(st.models[m], 400, 16)}
		if len(groups) > 1 {
			s.Title += fmt.Sprintf(", %s in and %s out", chart.Int(all[0].shape().input), chart.Int(all[0].shape().output))
		}
		found := loadFinding(all, at)
		if i == 0 && len(st.systems) == 0 && m == st.sweeps[0].model {
			found = "" // it is the headline
		}
		s.Lede = nonEmpty(" ", found, fmt.Sprintf("Queries of %s input and %s output tokens, at each concurrency exactly so many in flight.", chart.Int(all[0].shape().input), chart.Int(all[0].shape().output)))
		s.Figures = loadBarFigures(all, at)
		if slices.ContainsFunc(all, tuned.drawn) {
			s.Figures = append(s.Figures, loadLineFigures(all, at)...)
		}
		cost, rules := costFigure(id, all, at, st.prices, dayOfPrices(st.prices, st.latest()))
		if cost.Title != "" {
			s.Figures = append(s.Figures, cost)
		}
		s.rules += rules
		s.Figures = append(s.Figures, readOff(all, speeds(all, at)))
		sections = append(sections, s)
	}
	return sections
}

// loadHeadline is what the first section of loads finds, where no agents were measured.
func (st *study) loadHeadline() string {
	all := byShape(st.tunedOf(st.sweeps[0].model))[0]
	at := reference(all)
	return strings.TrimSuffix(loadFinding(byThroughput(all, at), at), ".")
}

// byThroughput orders sweeps by throughput at a speed, those without last.
func byThroughput(all []tuned, at metrics.TokensPerSecond) []tuned {
	ranked := slices.Clone(all)
	value := func(s tuned) float64 {
		if r := s.throughputAt(at); r.unknown == "" {
			return r.value
		}
		return -1
	}
	slices.SortStableFunc(ranked, func(a, b tuned) int {
		switch x, y := value(a), value(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return ranked
}

// speeds returns the reference speed and all others that the reports name.
func speeds(all []tuned, at metrics.TokensPerSecond) []metrics.TokensPerSecond {
	const most = 8 // of a page; a report names one
	out := []metrics.TokensPerSecond{at}
	for _, s := range all {
		for _, a := range s.report.AtSpeed {
			if a.Speed > 0 && !slices.Contains(out, a.Speed) && len(out) < most {
				out = append(out, a.Speed)
			}
		}
	}
	return out
}

// loadFinding says which system delivers the most at a speed, in its best setup. It names one as
// the best only if no other may deliver more.
func loadFinding(ranked []tuned, at metrics.TokensPerSecond) string {
	var best []tuned // of each system the first
	for _, s := range ranked {
		known := s.throughputAt(at).unknown == ""
		if known && !slices.ContainsFunc(best, func(o tuned) bool { return o.label == s.label }) {
			best = append(best, s)
		}
	}
	speed := chart.Number(float64(at)) + " tok/s"
	if len(best) == 0 {
		return "No throughput at " + speed + " per query: see the bars for why."
	}
	rate := func(s tuned) string { return s.throughputAt(at).text(chart.Number) + " tok/s" }
	top := best[0].throughputAt(at)
	open := slices.ContainsFunc(best[1:], func(s tuned) bool { r := s.throughputAt(at); return r.least || r.value >= top.value })
	if !open {
		return fmt.Sprintf("%s delivers %s in all while half of the queries get %s.", chart.Cut(best[0].name(), 400, 16), rate(best[0]), speed)
	}
	var each []string
	for _, s := range best[:min(3, len(best))] {
		each = append(each, chart.Cut(s.name(), 300, 16)+" delivers "+rate(s))
	}
	return fmt.Sprintf("While half of the queries get %s, %s in all.", speed, chart.List(each))
}
