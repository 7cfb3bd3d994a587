package page

import (
	"math"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// measured is a figure with its interval.
type measured struct{ value, low, high float64 }

var unknown = measured{math.NaN(), math.NaN(), math.NaN()}

func withInterval(v *float64, i *agentperf.Interval) measured {
	m := measured{value(v), math.NaN(), math.NaN()}
	if i != nil {
		m.low, m.high = value(i.Low), value(i.High)
	}
	return m
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

func (m measured) interval() string {
	if math.IsNaN(m.low) && math.IsNaN(m.high) {
		return chart.Unknown
	}
	return chart.Number(m.low) + " to " + chart.Number(m.high)
}
