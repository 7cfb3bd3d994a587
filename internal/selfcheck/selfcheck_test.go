package selfcheck

import (
	"flag"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(writeTo); addr != "" {
		write(addr)
		return
	}
	os.Exit(m.Run())
}

// The bubble cannot end while the canary lives: this is a test of that, too.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start()
		time.Sleep(time.Hour)
		if f := w.Read(); f.Wakes != int(time.Hour/interval) || f.WakeMax != 0 || f.WakeP99 != 0 || f.Window != time.Hour {
			t.Errorf("read: %+v", f)
		}
		w.Mark()
		time.Sleep(10*interval + 1)
		f := w.Stop()
		if f.Wakes != 10 || f.WakeMax != 0 || f.Lag() != 0 || f.Window != 10*interval+1 {
			t.Errorf("stopped: %+v", f)
		}
		time.Sleep(time.Minute)
		w.Mark()
		if w.Stop() != f || w.Read() != f {
			t.Error("figures change after Stop")
		}
	})
}

func TestStopAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if f := Start().Stop(); f.Wakes != 0 || f.WakeP99 != 0 || f.WakeMax != 0 || f.CPUShare != 0 || f.CPUKnown {
			t.Errorf("got %+v", f)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	w := Start()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				w.Read()
				w.Mark()
			}
			w.Stop()
		})
	}
	wg.Wait()
}

func TestRecord(t *testing.T) {
	begin := time.Now()
	for _, tt := range []struct {
		name     string
		due, now time.Duration // in intervals after the beginning
		want     []float64     // lags in intervals, the longest first
		next     time.Duration
	}{
		{"not due", 2, 1, nil, 2},
		{"at once", 2, 2, []float64{0}, 3},
		{"slept through", 2, 5, []float64{3, 2, 1, 0}, 6},
		{"due before the window", -2, 1, []float64{1, 0}, 2},
		{"all of it before", -3, -1, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var lags, want metrics.Percentiles
			for _, n := range tt.want {
				want.Record(n * interval.Seconds())
			}
			if next := record(&lags, begin, begin.Add(tt.due*interval), begin.Add(tt.now*interval)).Sub(begin); next != tt.next*interval {
				t.Errorf("next is due after %v, want %v", next, tt.next*interval)
			}
			if lags.N() != want.N() {
				t.Fatalf("%d lags, want %d", lags.N(), want.N())
			}
			for _, pc := range []float64{0, 50, 100} {
				got, _ := lags.At(pc)
				if want, _ := want.At(pc); duration(got) != duration(want) {
					t.Errorf("P%g = %v, want %v", pc, got, want)
				}
			}
		})
	}
}

// A canary that is late at the end of the window has not said so yet.
func TestReadOfLateCanary(t *testing.T) {
	now := time.Now()
	w := &Watch{begin: reading{at: now.Add(-100 * interval)}, due: now.Add(-50 * interval)}
	f := w.Read()
	if f.WakeMax < 50*interval || f.Wakes < 51 || w.lags.N() != 0 {
		t.Errorf("got %+v, and %d lags kept", f, w.lags.N())
	}
}

func TestSteadyStateAllocates(t *testing.T) {
	var lags metrics.Percentiles
	now := time.Now()
	due := record(&lags, now, now, now.Add(2*metrics.DefaultExact*interval))
	if n := testing.AllocsPerRun(100, func() { due = record(&lags, now, due, due) }); n != 0 {
		t.Errorf("%v allocations a wake", n)
	}
}

var realtime = flag.Bool("realtime", false, "run what needs the whole machine")

// Clocks are real here and the machine may be busy with other things. So only a
// large difference between the best of the calm times and the worst of the
// others counts, and there are several tries.
func TestStarved(t *testing.T) {
	if !*realtime {
		t.Skip("burns all processors for seconds: go test ./internal/selfcheck -run Starved -realtime")
	}
	const factor = 3
	calm, starved := time.Duration(math.MaxInt64), time.Duration(0)
	for range 5 {
		f := watched(time.Second)
		calm = min(calm, f.Lag())
		t.Logf("calm:    %+v", f)
		f = burning(64, func() Figures { return watched(time.Second) })
		starved = max(starved, f.Lag())
		t.Logf("starved: %+v: %s", f, f.Explain())
		if starved > factor*calm {
			return
		}
	}
	t.Errorf("64 burners: %v late, %v without", starved, calm)
}

func watched(d time.Duration) Figures {
	w := Start()
	time.Sleep(interval)
	w.Mark()
	time.Sleep(d)
	return w.Stop()
}

func burning(n int, f func() Figures) Figures {
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for !stop.Load() {
			}
		})
	}
	defer wg.Wait()
	defer stop.Store(true)
	return f()
}

func TestReadings(t *testing.T) {
	w := Start()
	runtime.GC()
	f := burning(1, func() Figures { time.Sleep(2 * interval); return w.Stop() })
	if f.GCPauses == 0 || f.GCPauseMax <= 0 || f.GCPauseTotal < f.GCPauseMax || f.Procs != runtime.GOMAXPROCS(0) {
		t.Errorf("got %+v", f)
	}
	if _, known := cpuTime(); f.CPUKnown != known || known != (f.CPUShare > 0) {
		t.Errorf("CPU share %v, known %v", f.CPUShare, f.CPUKnown)
	}
}
