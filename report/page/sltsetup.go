package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// A tuned system is one in a setup, with its System Load Test.
type tuned struct {
	*sweep
	setup setup
	short string // its label in few letters, which no other of the model has
	class string // ties it to the system that agents were measured on; empty for none
}

// A setup is what a system was tuned for, in the words of its owner.
type setup string

// The setups of Artificial Analysis' page: tuned for sustained volume, tuned for fast
// responses, and at each concurrency the better of the two.
const (
	maxThroughput  setup = "Max Throughput"
	minimumLatency setup = "Minimum Latency"
	optimal        setup = "Optimal"
)

// setupOf returns the setup that a report names; empty if it names none.
func setupOf(r *slt.Report) setup {
	name := strings.TrimSpace(r.Config.Name)
	for _, s := range []setup{maxThroughput, minimumLatency, optimal} {
		if strings.EqualFold(name, string(s)) {
			return s
		}
	}
	if strings.HasPrefix(name, string(optimal)+" of ") { // as slt.Optimal names it
		return optimal
	}
	return setup(bounded(name))
}

// style is the class of its lines, which have the color of the system.
func (s setup) style() string {
	switch s {
	case minimumLatency:
		return "lat"
	case optimal:
		return "opt"
	}
	return ""
}

// few is the setup in few letters.
func (s setup) few() string {
	switch s {
	case maxThroughput:
		return "max thr."
	case minimumLatency:
		return "min. lat."
	case optimal:
		return "optimal"
	}
	return string(s)
}

func (s tuned) name() string { return nonEmpty(", ", s.label, string(s.setup)) }

// shape is what all queries of a sweep are like: sweeps of different shapes are not compared.
type shape struct{ input, output int }

func (s tuned) shape() shape { return shape{s.report.Config.InputTokens, s.report.Config.OutputTokens} }

// byShape divides sweeps into those that may be compared, in their order.
func byShape(all []tuned) (groups [][]tuned) {
	for _, s := range all {
		i := slices.IndexFunc(groups, func(g []tuned) bool { return g[0].shape() == s.shape() })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

// tunedOf returns the sweeps of a model, those of a system together. A system that was swept
// once for throughput and once for latency has its Optimal after these.
func (st *study) tunedOf(model int) (out []tuned) {
	var all []*sweep
	for _, s := range st.sweeps {
		if s.model == model {
			all = append(all, s)
		}
	}
	for i, s := range all {
		if slices.ContainsFunc(all[:i], func(t *sweep) bool { return t.label == s.label }) {
			continue
		}
		class := ""
		for _, o := range slices.Backward(st.of(model)) { // the first
			if o.system == s.label {
				class = o.class()
			}
		}
		var of []tuned
		for _, t := range all {
			if t.label == s.label {
				of = append(of, tuned{sweep: t, setup: setupOf(t.report), short: t.label, class: class})
			}
		}
		if both, ok := merged(of); ok {
			of = append(of, both)
		}
		if len(of) > 1 {
			for k := range of {
				of[k].short = of[k].besideOthers()
			}
		}
		out = append(out, of...)
	}
	return out
}

// besideOthers is the label of one of several setups of a system: the system is cut so that the
// setup is not, where charts cut labels to 150 pixels of 12.
func (s tuned) besideOthers() string {
	few := s.setup.few()
	if few == "" {
		return s.label
	}
	return chart.Cut(s.label, 148-chart.Width(few+", ", 12), 12) + ", " + few
}

// merged returns the Optimal of the setups of one system.
func merged(of []tuned) (both tuned, ok bool) {
	found := make(map[setup][]tuned)
	for _, s := range of {
		found[s.setup] = append(found[s.setup], s)
	}
	a, b := found[maxThroughput], found[minimumLatency]
	if len(a) != 1 || len(b) != 1 || len(found[optimal]) > 0 {
		return tuned{}, false
	}
	r, err := slt.Optimal(a[0].report, b[0].report)
	if err != nil {
		return tuned{}, false
	}
	own := *a[0].sweep
	own.report = r
	both = a[0]
	both.sweep, both.setup = &own, optimal
	return both, true
}

// usualSpeed is the output speed per query at which Artificial Analysis' page reads off
// throughput and cost.
const usualSpeed metrics.TokensPerSecond = 100

// reference returns the speed at which the sweeps are read off: the usual one, unless all name
// others.
func reference(all []tuned) metrics.TokensPerSecond {
	named := metrics.TokensPerSecond(0)
	for _, s := range all {
		for _, a := range s.report.AtSpeed {
			if a.Speed == usualSpeed {
				return usualSpeed
			}
			if named == 0 && a.Speed > 0 {
				named = a.Speed
			}
		}
	}
	return cmp.Or(named, usualSpeed)
}

// at returns what the report states at a speed, or what follows from its levels.
func (s tuned) at(speed metrics.TokensPerSecond) slt.AtSpeed {
	for _, a := range s.report.AtSpeed {
		if a.Speed == speed {
			return a
		}
	}
	a, err := s.report.At(speed)
	if err != nil {
		a.CostPerMillion = nil // throughput is known all the same
	}
	return a
}

// throughputAt returns throughput at a speed as it is drawn.
func (s tuned) throughputAt(speed metrics.TokensPerSecond) reading {
	a := s.at(speed)
	switch {
	case a.OutputTokensPerSecond != nil:
		return reading{value: *a.OutputTokensPerSecond, least: a.Case == slt.AllFaster}
	case a.Case == slt.NeverReached && s.report.PeakOutputSpeed != nil:
		return reading{unknown: fmt.Sprintf("slower: at most %s tok/s per query", chart.Number(*s.report.PeakOutputSpeed))}
	case a.Case == slt.NeverReached:
		return reading{unknown: "slower at every concurrency"}
	}
	return reading{unknown: "no answer: no valid level"}
}

// peak returns the greatest throughput: a bound if no plateau was seen.
func (s tuned) peak() reading {
	if s.report.PeakOutputTokensPerSecond == nil {
		return reading{unknown: "no answer: no valid level"}
	}
	return reading{value: *s.report.PeakOutputTokensPerSecond, least: !s.report.PlateauReached}
}

func (s tuned) peakSpeed() reading {
	if s.report.PeakOutputSpeed == nil {
		return reading{unknown: "no answer: no valid level"}
	}
	return reading{value: *s.report.PeakOutputSpeed}
}

// A reading is a figure, a bound of one, or why there is none.
type reading struct {
	value       float64
	least, most bool
	unknown     string
}

// text writes the reading in a unit's words.
func (r reading) text(write func(float64) string) string {
	switch {
	case r.unknown != "":
		return r.unknown
	case r.least:
		return "at least " + write(r.value)
	case r.most:
		return "at most " + write(r.value)
	}
	return write(r.value)
}

// brief is the reading in a cell of a table.
func (r reading) brief() string {
	if r.unknown != "" {
		return chart.Unknown
	}
	return r.text(chart.Number)
}
