package telemetry

import "github.com/agentperf/agentperf-go/pricing"

// warn says what was taken for granted.
func warn(all []judged, f PowerFigure, note func(code, format string, args ...any)) {
	var twice, fell, micro, apart int
	var worst judged
	for _, j := range all {
		if len(j.targets) > 1 {
			twice++
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
