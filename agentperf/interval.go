package agentperf

import (
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/internal/clusters"
)

// An Interval is where a percentile of the steady state lies with a confidence of 95 %, of
// each percentile by itself and at one look. Requests of one agent are alike, and so are those
// of one phase. What is taken for independent is therefore not the request but the cluster:
// the interval is Woodruff's (1952), from the variance of the share of requests below the
// percentile between clusters. It says nothing of what all clusters have in common, such as a
// slow hour of the system; verdicts under [Controlled] rest on more. It is nil where there are
// too few clusters: 10 agents or plays, or 5 phases.
//
// The method is that of package internal/clusters, whose TestCoverage measures how often
// intervals cover the truth.
type Interval struct {
	// Low and High are its ends, in the unit of the percentile. Nil means that the data do not
	// bound it on that side, as where too many requests failed or there are too few.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	// By says what the clusters are: "phases", of which there were 5 or more; "agents"; or
	// "plays" where there are fewer than 10 agents. What the plays of an agent have in common
	// is not in the interval then, nor what a phase is like where clusters are not phases.
	By       string `json:"clusters_by"`
	Clusters int    `json:"clusters"`
	// Effective is the number of independent requests that would leave the percentile as
	// uncertain.
	Effective float64 `json:"effective_sample_size"`
}

// newInterval returns an interval as a report has it; nil for none.
func newInterval(i clusters.Interval, by string) *Interval {
	if by == "" {
		return nil
	}
	end := func(v float64) *float64 {
		if math.IsInf(v, 0) {
			return nil
		}
		return &v
	}
	return &Interval{Low: end(i.Low), High: end(i.High), By: by, Clusters: i.Clusters, Effective: i.Effective}
}

// pooled returns the quantile of a figure over phases, which may be +Inf, and its interval: by
// phases where there are enough, or else by the clusters of each. n is the number of requests.
func pooled(samples []*quantileSample, p float64) (v float64, n int, interval *Interval) {
	var phases [][]float64
	in := clusters.Interval{}
	freedom, by := 0, ""
	for _, s := range samples {
		phases = append(phases, s.values())
		if s.By != "" {
			in.Clusters, in.Effective, freedom = in.Clusters+s.Clusters, in.Effective+s.Effective, freedom+s.Clusters-1
			if by != byPlays {
				by = s.By
			}
		}
	}
	all := slices.Concat(phases...)
	if len(all) == 0 {
		return 0, 0, nil
	}
	v = clusters.At(all, p)
	if i, ok := clusters.Quantile(phases, p, clusters.LeastPhases); ok {
		return v, len(all), newInterval(i, byPhases)
	}
	if by != "" {
		i := clusters.Pooled(all, p, in.Effective, freedom)
		i.Clusters = in.Clusters
		interval = newInterval(i, by)
	}
	return v, len(all), interval
}
