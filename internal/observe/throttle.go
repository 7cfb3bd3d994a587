package observe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/telemetry"
)

// leastThrottled is the part of a window from which it matters.
const leastThrottled = 0.01

// power warns of power that is not known and of devices that were slowed down by heat or from outside. Busy accelerators
// are at their power limit in normal operation.
func (s *Seen) power() {
	if s.Power == nil {
		return
	}
	for i := range s.Power.Figures {
		if f := &s.Power.Figures[i]; f.Watts == nil && f.Reason != "" {
			s.warn(codePower, "no power (%s): %s", f.Basis, f.Reason)
		}
	}
	devices, longest := make(map[string]int), make(map[string]float64)
	for _, t := range s.Power.Throttled {
		if t.Reason != telemetry.PowerCap && t.Share >= leastThrottled {
			devices[t.Reason]++
			longest[t.Reason] = max(longest[t.Reason], t.Share)
		}
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(devices)) {
		parts = append(parts, fmt.Sprintf("%s (%s, up to %.0f %% of the window)", strings.ReplaceAll(reason, "_", " "), count(float64(devices[reason]), "device"), 100*longest[reason]))
	}
	if len(parts) > 0 {
		s.warn(codeThrottled, "clocks were held down by %s: the system may be faster at other times", strings.Join(parts, " and "))
	}
}

// Throttling returns the mean part of the window in which devices were slowed down, each by
// its foremost reason, power limits included; 0 if nothing says so.
func Throttling(p *telemetry.Power) float64 {
	if p == nil {
		return 0
	}
	worst := make(map[string]float64)
	for _, t := range p.Throttled {
		worst[t.Device] = max(worst[t.Device], t.Share)
	}
	devices, sum := len(worst), 0.0
	for i := range p.Figures {
		devices = max(devices, len(p.Figures[i].Devices))
	}
	for _, share := range worst {
		sum += share
	}
	return sum / max(1, float64(devices))
}
