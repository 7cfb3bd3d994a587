package agentperf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// roundTime writes seconds with as much as a reader wants to know.
func roundTime(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.1fs", seconds)
	case seconds < 600:
		return fmt.Sprintf("%.0fs", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// at returns a percentile in another unit, nil when there is none or it is not
// finite, which JSON cannot say.
func at(p *metrics.Percentiles, percent, unit float64) *float64 {
	v, ok := p.At(percent)
	if !ok || math.IsInf(v, 0) {
		return nil
	}
	return new(v * unit)
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return strconv.Itoa(n) + " agents"
}

func speedText(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f tok/s", *v)
}

func formatTTFT(ns float64) string {
	if math.IsInf(ns, 1) {
		return "infinite"
	}
	return time.Duration(ns).Round(100 * time.Microsecond).String()
}

// words says for people where the shares are.
func words(criteria []Criterion) string {
	var parts []string
	for _, c := range criteria {
		parts = append(parts, fmt.Sprintf("%s: %s of requests, %s to %s, limit %s",
			badWords[c.Name], percent(c.Share), percent(c.Lower), percent(c.Upper), percent(c.Limit)))
	}
	return strings.Join(parts, "; ")
}

var badWords = map[string]string{onSpeed: "too slow", onTTFT: "first token too late", onE2E: "too slow over all"}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
