package telemetry

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

// Whatever pages say, figures are numbers, and shares from 0 to 1.
func TestPowerOfAnything(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	names := slices.Sorted(maps.Keys(meters))
	values := []float64{0, -1, 1, 75, 300, 700, 1e6, 3e8, math.MaxUint32, math.MaxUint64, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324}
	labels := []string{"UUID", "gpu", "hostname", "gpu_partition_id", "mode", "name", "id", "meter", "uuid"}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	for range 500 {
		var observed []Observed
		for range 1 + rng.IntN(3) {
			o := seen(Roles()[rng.IntN(len(Roles()))], pick([]string{"a", "b"}))
			if rng.IntN(4) == 0 {
				o.Target.Basis = pricing.Bases()[rng.IntN(len(pricing.Bases()))]
			}
			for range rng.IntN(6) {
				var points []Point
				base, slope := values[rng.IntN(len(values))], values[rng.IntN(len(values))]
				for second := range rng.IntN(100) {
					at := float64(second)
					if rng.IntN(20) == 0 {
						at = float64(rng.IntN(100))
					}
					v := base + slope*at
					if rng.IntN(10) == 0 {
						v = values[rng.IntN(len(values))]
					}
					points = append(points, Point{secondsIn(at).UnixNano(), v})
				}
				o.Series = append(o.Series, of(points, pick(names), pick(labels), pick([]string{"", "0", "1", "PSU1 Power In", strings.Repeat("\xff", 300)})))
			}
			observed = append(observed, o)
		}
		_, p, notes := Summarize(observed, powerPhase(float64(rng.IntN(80))), rng.IntN(4))
		if _, err := json.Marshal([]any{p, notes}); err != nil {
			t.Fatalf("%v: %+v of %+v", err, p, observed)
		}
		if p == nil {
			continue
		}
		share := func(what string, v float64) {
			if !(v >= 0) || v > 1 {
				t.Fatalf("%s is %v: %+v of %+v", what, v, p, observed)
			}
		}
		for _, f := range p.Figures {
			share("coverage", f.Coverage)
			share("uncertainty", f.Uncertainty)
			if (f.Watts == nil) != (f.Reason != "") || (f.Watts == nil) != (f.EnergyJoules == nil) || f.Watts != nil && !(*f.Watts >= 1) {
				t.Fatalf("%+v of %+v", f, observed)
			}
			for _, d := range f.Devices {
				share("coverage of a device", d.Coverage)
				if len(d.Device) > 150 {
					t.Fatalf("a name of %d bytes", len(d.Device))
				}
			}
		}
		for _, h := range p.Throttled {
			share("throttled", h.Share)
		}
	}
}
