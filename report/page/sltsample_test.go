package page

import (
	"math"
	"strings"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
)

// sweepCurve makes up a sweep to a concurrency: the speed per query is alone with one query, and half
// of it is left at a concurrency.
func sweepCurve(name, setup, accelerator string, alone, half float64, most int) *slt.Report {
	var levels []levelFigures
	for c := range slt.Levels() {
		if c > most {
			break
		}
		x := float64(c)
		v := alone / (1 + math.Pow(x/half, 1.1))
		levels = append(levels, levelFigures{x, x * v * .97, v, .05 + x*.002 + 1000/v})
	}
	r := sweepOf(name, setup, levels...)
	r.System.Accelerator = accelerator
	return r
}

// sweepSamples are systems of all kinds: one in two setups, one without a plateau, one too slow
// and without a price, one with an invalid level.
func sweepSamples() (all []*report.Report) {
	open := sweepCurve("8x H100", "", "H100", 160, 80, 640)
	open.PlateauReached = false
	slow := sweepCurve("8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, expert parallel, chunked prefill", "", "MI300X", 95, 200, 640)
	slow.System.Price = 0
	late := sweepCurve("8x B200", "", "B200", 420, 150, 1024)
	late.System.Price = 5 * pricing.Dollar
	last := &late.Levels[len(late.Levels)-1]
	last.Invalid, last.InvalidFigures, last.Figures = "the client was 0.2 s late, of 0.05 s that are allowed", last.Figures, nil
	for _, r := range []*slt.Report{open, sweepCurve("8x H200", "Max Throughput", "H200", 190, 120, 640), sweepCurve("8x H200", "Minimum Latency", "H200", 280, 40, 320), slow, late} {
		derive(r)
		all = append(all, &report.Report{SLT: r})
	}
	return all
}

// namesakes are sweeps of the systems with long names.
func namesakes() (all []*report.Report) {
	for i, r := range longNames() {
		s := sweepCurve(r.Agentperf.Identity.Name, strings.Repeat("setup ", i*i), "H200", 150+float64(20*i), 60, 256)
		s.Config.Model = r.Agentperf.Config.Model
		all = append(all, &report.Report{SLT: s})
	}
	return all
}
