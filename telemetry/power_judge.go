package telemetry

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	// differ is the ratio from which on two sources of one power are a warning. Sensors are
	// good to 5 % each.
	differ = 1.1
	// contradict is the ratio from which on they are no figure: a unit is wrong, or they
	// are of two devices.
	contradict = 2
)

// A judged device is one with its power, which is a figure if reason is empty.
type judged struct {
	*device
	energyReading
	// spread is the largest ratio of what its best source says and what others do.
	spread float64
}

// judge returns the power of a device in a window. Energy counters come first: their
// difference is exact. Where they are renewed so seldom that the window's ends are too
// uncertain, or do not cover the window, samples of power do.
func (d *device) judge(w window, renewed map[string]time.Duration) judged {
	j := judged{device: d}
	if len(d.options) == 0 {
		j.energyReading = energyReading{span: w.seconds(), reason: "there is no power among its series"}
		return j
	}
	slices.SortStableFunc(d.options, func(a, b *option) int {
		return cmp.Or(cmp.Compare(b.kind, a.kind), cmp.Compare(a.rank, b.rank))
	})
	var first, failed *energyReading
	var by string // the target of the first
	for _, o := range d.options {
		r := o.read(w, renewed[exporter(o.target, o.name)])
		switch {
		case r.reason != "":
			if failed == nil || r.coverage() > failed.coverage() {
				failed = &r
			}
		case first == nil:
			first, by = &r, o.target
		case r.from != first.from || o.target != by:
			spread := max(r.watts()/first.watts(), first.watts()/r.watts())
			if j.spread = max(j.spread, spread); spread > contradict {
				first.reason = fmt.Sprintf("%s of %s say %.4g W and %s of %s %.4g W, which cannot both be right", first.from, by, first.watts(), r.from, o.target, r.watts())
			}
		}
	}
	j.energyReading = *cmp.Or(first, failed)
	return j
}

// read returns what an option says. Of several series for the same thing the largest counts:
// instances of MIG each have the board's power, and a chassis is no less than what it holds.
func (o *option) read(w window, renewed time.Duration) energyReading {
	var all []energyReading
	for _, s := range o.series {
		all = append(all, o.readOne(w, s, renewed))
	}
	best := all[0]
	if o.parts == "" {
		for _, r := range all[1:] {
			if cmp.Or(cmp.Compare(best.reason, "")-cmp.Compare(r.reason, ""), cmp.Compare(r.watts(), best.watts())) > 0 {
				best = r
			}
		}
		return best
	}
	for _, r := range all {
		best.seconds = min(best.seconds, r.seconds)
		best.reason = cmp.Or(best.reason, r.reason)
	}
	best.joules, best.uncertain, best.fell = 0, 0, 0
	for _, r := range all {
		best.joules += r.watts() * best.seconds
		best.uncertain += r.uncertain
		best.fell += r.fell
	}
	return best
}

// readOne returns what one series says.
func (o *option) readOne(w window, s Series, renewed time.Duration) (r energyReading) {
	points, micro, odd := o.valid(s)
	if o.kind == counterOfEnergy {
		r = w.difference(points, o.most())
	} else {
		if o.live {
			renewed = 0
		}
		r = w.integrate(points, renewed)
	}
	r.micro = micro
	share := r.uncertain / r.joules
	switch {
	case r.reason != "":
	case len(points) == 0 && odd > 0:
		r.reason = fmt.Sprintf("%s is %.4g W, more than a device draws", o.name, odd)
	case len(points) == 0:
		r.reason = fmt.Sprintf("%s has no reading", o.name)
	case r.coverage() < enough:
		r.reason = fmt.Sprintf("readings of %s cover %.0f %% of the window, expected at least %.0f %%", o.name, 100*r.coverage(), 100*enough)
		switch {
		case o.kind == counterOfEnergy && r.step > w.apart():
			r.reason += fmt.Sprintf("; it is renewed every %.3g s", r.step)
		case o.kind == gaugeOfPower:
			r.reason += fmt.Sprintf(" by readings at most %.3g s apart", w.apart())
		}
	case r.watts() < 1:
		r.reason = fmt.Sprintf("%s is %.2g W, less than a device draws", o.name, r.watts())
	case share > 1-enough:
		r.reason = fmt.Sprintf("%s is renewed too seldom for a window of %.4g s: its difference is uncertain by %.0f %%", o.name, w.seconds(), 100*share)
	}
	return r
}

// never is the time between changes of what does not change.
const never = time.Duration(math.MaxInt64)

// renewals returns how often exporters renew power, by target and family: the shortest time
// between two changes of one series, never if none changed twice. An exporter may serve the
// values of some time ago, as dcgm-exporter does, which reads a device every 30 s unless told
// otherwise, while its page is fetched every second.
func renewals(observed []Observed) map[string]time.Duration {
	shortest := make(map[string]time.Duration)
	for _, o := range observed {
		for _, s := range o.Series {
			if m, ok := meterOf(s.Name); !ok || m.kind != gaugeOfPower {
				continue
			}
			key, best := exporter(o.Target.Name, s.Name), int64(never)
			var last int64
			for i := 1; i < len(s.Points); i++ {
				if p := s.Points[i]; p.Value != s.Points[i-1].Value {
					if last != 0 {
						best = min(best, p.Nanos-last)
					}
					last = p.Nanos
				}
			}
			if known, ok := shortest[key]; !ok || best < int64(known) {
				shortest[key] = time.Duration(best)
			}
		}
	}
	return shortest
}

// exporter returns a key for what renews series of a name together: a Prometheus has those of
// many exporters.
func exporter(target, name string) string { return target + "\x00" + firstWord(name) }

// firstWord returns the first word of a name, which tells exporters apart.
func firstWord(name string) string {
	word, _, _ := strings.Cut(strings.ToLower(name), "_")
	return word
}
