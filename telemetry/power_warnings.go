package telemetry

import "github.com/agentperf/agentperf-go/pricing"

// leastWatts is less than an accelerator of a server draws even when idle: an L4 or T4 some
// 10 W, larger ones 50 and more.
const leastWatts = 8

// warn says what was taken for granted.
func warn(all []judged, f PowerFigure, note func(code, format string, args ...any)) {
	var twice, fell, micro, apart, low int
	var worst judged
	for _, j := range all {
		if len(j.targets) > 1 {
			twice++
		}
		if f.Basis == pricing.MeasuredAccelerator && j.reason == "" && j.watts() < leastWatts {
			low++
		}
		if j.fell > 0 {
			fell++
		}
		if j.micro {
			micro++
		}
		if j.spread > differ {
			if apart++; j.spread > worst.spread {
				worst = j
			}
		}
	}
	if low > 0 {
		note("power_implausible", "%d accelerators are said to draw less than %d W under load, of %d: their sensor or its unit may be wrong", low, leastWatts, len(all))
	}
	if twice > 0 {
		note("power_duplicate", "%d %s are in the series of several targets, and counted once", twice, f.what())
	}
	if fell > 0 {
		note("power_counter_restarted", "energy counters of %d %s began anew in the phase, as they do when a driver is loaded; the time around it is not covered", fell, f.what())
	}
	if micro > 0 {
		note("power_microwatts", "%d %s state a power of more than a megawatt, which is taken for microwatts", micro, f.what())
	}
	if apart > 0 {
		note("power_sources_differ", "energy counters and power samples of %d %s differ by more than %.0f %%, of %s by a factor of %.2f", apart, f.what(), 100*(differ-1), worst.name, worst.spread)
	}
	if f.Basis == pricing.MeasuredAccelerator && f.Named == 0 {
		note("power_accelerators_unstated", "all %d accelerators that have power are counted, as nobody said how many the system has", f.Accelerators)
	}
}
