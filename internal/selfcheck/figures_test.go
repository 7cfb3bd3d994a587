package selfcheck

import (
	"math"
	rtm "runtime/metrics"
	"strings"
	"testing"
	"time"
)

func TestDelta(t *testing.T) {
	inf := math.Inf(1)
	edges := []float64{-inf, 0, 0.001, 0.010, inf}
	const ms = time.Millisecond
	for _, tt := range []struct {
		name                string
		edges               []float64
		before, after       []uint64
		n                   uint64
		p99, longest, total time.Duration
	}{
		{"nothing", edges, []uint64{0, 5, 5, 5}, []uint64{0, 5, 5, 5}, 0, 0, 0, 0},
		{"one", edges, []uint64{0, 5, 5, 5}, []uint64{0, 6, 5, 5}, 1, ms, ms, ms},
		{"one in a hundred is beyond", edges, []uint64{0, 5, 5, 0}, []uint64{0, 104, 6, 0}, 100, ms, 10 * ms, 109 * ms},
		{"two in a hundred are", edges, []uint64{0, 5, 5, 0}, []uint64{0, 103, 7, 0}, 100, 10 * ms, 10 * ms, 118 * ms},
		{"one of 99 is all of the last hundredth", edges, []uint64{0, 0, 0, 0}, []uint64{0, 98, 1, 0}, 99, 10 * ms, 10 * ms, 108 * ms},
		{"above all edges", edges, []uint64{0, 0, 0, 1}, []uint64{0, 0, 0, 3}, 2, 10 * ms, 10 * ms, 20 * ms},
		{"below all edges", edges, []uint64{0, 0, 0, 0}, []uint64{4, 0, 0, 0}, 4, 0, 0, 0},
		{"no finite edge", []float64{-inf, inf}, []uint64{0}, []uint64{4}, 4, 0, 0, 0},
		{"other buckets", edges, []uint64{1}, []uint64{0, 0, 0, 3}, 0, 0, 0, 0},
		{"a count that falls", edges, []uint64{0, 9, 0, 0}, []uint64{0, 8, 0, 0}, 0, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := since(&rtm.Float64Histogram{Counts: tt.before, Buckets: tt.edges}, &rtm.Float64Histogram{Counts: tt.after, Buckets: tt.edges})
			if d.n() != tt.n || d.p99() != tt.p99 || d.longest() != tt.longest || d.total() != tt.total {
				t.Errorf("n %d, P99 %v, max %v, total %v; want %d, %v, %v, %v", d.n(), d.p99(), d.longest(), d.total(), tt.n, tt.p99, tt.longest, tt.total)
			}
		})
	}
	if d := since(nil, &rtm.Float64Histogram{Counts: []uint64{1}, Buckets: edges[:2]}); d.n() != 0 || d.p99() != 0 {
		t.Error("a histogram that was not there has gained something")
	}
}

func TestRuntimeKnowsTheHistograms(t *testing.T) {
	if r := read(); r.sched == nil || r.pause == nil {
		t.Error("this Go has other names for them")
	}
}

func TestExplain(t *testing.T) {
	const ms = time.Millisecond
	starved := Figures{Window: time.Minute, Wakes: 2608, WakeP99: 84 * ms, WakeMax: 1200 * ms, CPUShare: 0.97, CPUKnown: true, Procs: 2}
	with := func(change func(*Figures)) Figures {
		f := starved
		change(&f)
		return f
	}
	for _, tt := range []struct {
		name string
		f    Figures
		want []string
	}{
		{"nothing", Figures{}, []string{"too short"}},
		{"processors", starved, []string{"84 ms late (P99; at most 1.2 s)", "97 % of 2 processors", "more cores", "fewer agents"}},
		{"processors before pauses", with(func(f *Figures) { f.GCPauses, f.GCPauseTotal = 40, 3*time.Second }), []string{"more cores"}},
		{"pauses", with(func(f *Figures) { f.CPUShare, f.GCPauses, f.GCPauseTotal, f.GCPauseMax = 0.5, 40, 3*time.Second, 90*ms }),
			[]string{"84 ms late", "40 times for 3.0 s in all, 90 ms at most", "GOGC", "GOMEMLIMIT"}},
		{"few pauses", with(func(f *Figures) { f.CPUShare, f.GCPauses, f.GCPauseTotal, f.GCPauseMax = 0.5, 40, 3*ms, ms }), []string{"something else"}},
		{"neighbours", with(func(f *Figures) { f.CPUShare, f.Procs, f.WakeP99 = 0.12, 1, 900*time.Microsecond }),
			[]string{"900 µs late", "though the process used 12 % of 1 processor:", "something else", "machine to itself"}},
		{"pauses, processors unknown", with(func(f *Figures) { f.CPUShare, f.CPUKnown, f.GCPauses, f.GCPauseTotal = 0, false, 40, 3*time.Second }), []string{"GOGC"}},
		{"unknown", with(func(f *Figures) { f.CPUShare, f.CPUKnown = 0, false }), []string{"2 processors is unknown", "more cores, or a machine to itself"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.f.Explain()
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q lacks %q", got, want)
				}
			}
		})
	}
}
