package decide

import (
	"fmt"
	"math"
)

// unlike says how what the phases of a number measured differs from the steady state of the
// workload; empty if it does not by more than chance and by more than alike.
func (c *controlled) unlike(agents int, phases []*replicate) string {
	p := c.population()
	for _, of := range []struct {
		what string
		want float64
		sum  func(*LoadObservation) float64
	}{
		{"input tokens", p.Input, func(l *LoadObservation) float64 { return l.Input }},
		{"turns before them", p.Turn, func(l *LoadObservation) float64 { return l.Turn }},
	} {
		if of.want <= 0 || len(phases) < minPhases {
			continue
		}
		n, sum := 0.0, 0.0
		for _, o := range phases {
			n += o.Load.Requests
			sum += of.sum(&o.Load)
		}
		if n == 0 {
			continue
		}
		mean, squares, m := sum/n, 0.0, float64(len(phases))
		for _, o := range phases {
			d := of.sum(&o.Load) - mean*o.Load.Requests
			squares += d * d
		}
		off, err := mean/of.want-1, math.Sqrt(squares*m/(m-1))/n/of.want
		if math.Abs(off) > alike && math.Abs(off) > 3*err {
			return fmt.Sprintf("the requests measured have %.2f times the %s of the workload's steady state", mean/of.want, of.what)
		}
	}
	return ""
}

// alike is how far the load measured may be from the workload's steady state, relative. A
// tenth of the context moves the share of slow requests by a few points at the limits of the
// systems simulated.
const alike = 0.1
