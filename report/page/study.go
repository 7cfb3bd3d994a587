package page

import (
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// A study is all reports of a page, by model: no chart mixes models.
type study struct {
	models  []string   // as they are shown
	whole   []string   // and as they are called
	systems []*subject // reports of agentperf, in their order
	sweeps  []*sweep   // reports of slt, in their order

	names    map[[2]string]string // of systems, by model and systemOf
	requests *Requests            // nil if none were given
	series   *Series              // nil if none were given
	prices   catalog.Prices
}

// of returns the systems of a model.
func (st *study) of(model int) (all []*subject) {
	for _, s := range st.systems {
		if s.model == model {
			all = append(all, s)
		}
	}
	return all
}

// phases returns the number of phases in all reports.
func (st *study) phases() (n int) {
	for _, s := range st.systems {
		n += len(s.report.Phases)
	}
	return n
}

// drawn returns the systems that charts of lines have: as many as can be told apart.
func drawn(systems []*subject) []*subject { return systems[:min(len(systems), chart.Colors)] }
