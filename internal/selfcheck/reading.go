package selfcheck

import (
	"math"
	"runtime"
	rtm "runtime/metrics"
	"time"
)

// What the runtime is asked for, in the order of reading.samples.
const (
	schedLatencies = "/sched/latencies:seconds"
	gcPauses       = "/sched/pauses/total/gc:seconds"
)

// A reading is what the runtime and the operating system count, at one instant.
type reading struct {
	at           time.Time
	cpu          time.Duration // of this process so far
	cpuKnown     bool
	sched, pause *rtm.Float64Histogram // nil if the runtime does not know them
}

func read() reading {
	samples := []rtm.Sample{{Name: schedLatencies}, {Name: gcPauses}}
	rtm.Read(samples)
	r := reading{at: time.Now(), sched: histogram(samples[0]), pause: histogram(samples[1])}
	r.cpu, r.cpuKnown = cpuTime()
	return r
}

func histogram(s rtm.Sample) *rtm.Float64Histogram {
	if s.Value.Kind() != rtm.KindFloat64Histogram {
		return nil
	}
	return s.Value.Float64Histogram()
}

// until returns what can be said of the time from r to end without the canary.
func (r reading) until(end reading) Figures {
	f := Figures{Window: end.at.Sub(r.at), Procs: runtime.GOMAXPROCS(0)}
	sched := since(r.sched, end.sched)
	f.SchedP99 = sched.p99()
	pause := since(r.pause, end.pause)
	f.GCPauses, f.GCPauseMax, f.GCPauseTotal = int(pause.n()), pause.longest(), pause.total()
	if r.cpuKnown && end.cpuKnown && f.Window > 0 {
		have := f.Window.Seconds() * float64(min(f.Procs, runtime.NumCPU()))
		f.CPUShare, f.CPUKnown = (end.cpu-r.cpu).Seconds()/have, true
	}
	return f
}

// A delta is what a histogram gained: counts[i] samples from edges[i], in
// seconds, to edges[i+1]. Only the outermost edges may be infinite.
type delta struct {
	counts []uint64
	edges  []float64
}

// since returns what was gained from one state of a histogram to a later one.
// The runtime does not change the edges while the process lives.
func since(before, after *rtm.Float64Histogram) delta {
	if before == nil || after == nil || len(before.Counts) != len(after.Counts) {
		return delta{}
	}
	d := delta{counts: make([]uint64, len(after.Counts)), edges: after.Buckets}
	for i, n := range after.Counts {
		// The runtime reads the counts one by one while others add to them, but
		// none of them ever falls.
		d.counts[i] = n - min(n, before.Counts[i])
	}
	return d
}

func (d delta) n() (n uint64) {
	for _, c := range d.counts {
		n += c
	}
	return n
}

// at returns a sample of bucket i, no less than any that is in there: its upper
// edge, or the lower one if that is infinite.
func (d delta) at(i int) time.Duration {
	edge := d.edges[i+1]
	if math.IsInf(edge, 1) {
		edge = d.edges[i]
	}
	if math.IsInf(edge, 0) {
		return 0 // one bucket for everything tells nothing
	}
	return duration(max(0, edge))
}

// p99 returns the P99 by nearest rank, 0 if there are no samples.
func (d delta) p99() time.Duration {
	n := d.n()
	rank, below := n-n/100, uint64(0)
	for i, c := range d.counts {
		below += c
		if c > 0 && below >= rank {
			return d.at(i)
		}
	}
	return 0
}

// longest returns the greatest sample, 0 if there are none.
func (d delta) longest() time.Duration {
	for i := len(d.counts) - 1; i >= 0; i-- {
		if d.counts[i] > 0 {
			return d.at(i)
		}
	}
	return 0
}

// total returns the sum of the samples.
func (d delta) total() (sum time.Duration) {
	for i, c := range d.counts {
		if c > 0 {
			sum += time.Duration(c) * d.at(i)
		}
	}
	return sum
}

// duration returns a number of seconds, to the nanosecond.
func duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
