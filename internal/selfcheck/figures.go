package selfcheck

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// Figures say how the client fared in a window. The zero value is that of no
// window at all. Durations taken from the runtime's histograms are upper edges
// of buckets, at most a quarter too long.
type Figures struct {
	// Window is the time that the figures are of.
	Window time.Duration
	// Wakes is how many wakes of the canary were due in the window, one every
	// 23 ms; those that it slept through count. [metrics.SamplesFor] says how
	// many a P99 needs.
	Wakes int
	// WakeP99 and WakeMax are how much later than due the canary ran: the delay
	// of its timer and its wait for a processor. A goroutine that waits for the
	// network or for the time to send is held up like that. Both are 0 without
	// wakes.
	WakeP99, WakeMax time.Duration
	// WakeP90 is for windows that are too short for a P99.
	WakeP90 time.Duration
	// SchedP99 is the P99 of the time that goroutines of the process spent
	// runnable but not running (/sched/latencies:seconds, which samples them).
	// It lacks the time until somebody noticed that they could run.
	SchedP99 time.Duration
	// GCPauses is how often garbage collection stopped all goroutines, which is
	// about twice a cycle; GCPauseMax and GCPauseTotal are for how long
	// (/sched/pauses/total/gc:seconds).
	GCPauses                 int
	GCPauseMax, GCPauseTotal time.Duration
	// CPUShare is the processor time of this process, system calls included, of
	// what Procs processors, or as many as there are, have in the window: 0 to
	// 1, and slightly more at times, since a system call does not take up one of
	// Procs. CPUKnown is false, and CPUShare 0, where the operating system is
	// not asked: it is on Unix.
	CPUShare float64
	CPUKnown bool
	// Procs is GOMAXPROCS at the end of the window: how many goroutines can run
	// at a time.
	Procs int
}

// Lag returns the one figure to judge a client by: WakeP99, WakeP90 when there were
// fewer wakes than a P99 needs, and 0 when there were too few for that, so that no
// single hiccup of the machine speaks for the window.
func (f Figures) Lag() time.Duration {
	switch {
	case f.Wakes < metrics.SamplesFor(90):
		return 0
	case f.Wakes < metrics.SamplesFor(99):
		return f.WakeP90
	}
	return f.WakeP99
}

// Shares beyond which something is named as the cause of a lag. Queues grow
// long before all processors are busy all the time; pauses reach the P99 when
// they take a hundredth of the time.
const (
	busy   = 0.8
	paused = 0.01
)

// Explain says for people how late the client was, what stood in its way and
// what to change. It takes for granted that the lag is too long: whether it is,
// is for the caller to say.
func (f Figures) Explain() string {
	if f.Wakes == 0 {
		return "the client was watched for too short a time to say how late it was"
	}
	lag := fmt.Sprintf("goroutines of the client ran up to %s late (P99; at most %s)", short(f.WakeP99), short(f.WakeMax))
	cpu := "the process's use of its " + processors(f.Procs) + " is unknown here"
	if f.CPUKnown {
		cpu = fmt.Sprintf("the process used %.0f %% of %s", 100*f.CPUShare, processors(f.Procs))
	}
	pauses := fmt.Sprintf("garbage collection stopped it %d times for %s in all, %s at most", f.GCPauses, short(f.GCPauseTotal), short(f.GCPauseMax))
	switch {
	case f.CPUKnown && f.CPUShare >= busy:
		return lag + ", " + cpu + ": give the client more cores (and GOMAXPROCS, if it is set), or run fewer agents in one process"
	case f.GCPauseTotal.Seconds() >= paused*f.Window.Seconds() && f.GCPauses > 0:
		return lag + ", " + pauses + ": raise GOGC, with GOMEMLIMIT as the bound, or hold less data in memory"
	case f.CPUKnown:
		return lag + ", though " + cpu + ": something else kept the machine busy, a CPU quota held the process back, or its work came in bursts: give the client a machine to itself, or run fewer agents in one process"
	}
	return lag + ", " + cpu + ": see whether the client or something else keeps the machine busy; give it more cores, or a machine to itself"
}

func processors(n int) string {
	if n == 1 {
		return "1 processor"
	}
	return fmt.Sprintf("%d processors", n)
}

// short rounds d to two or three figures.
func short(d time.Duration) string {
	unit, name := time.Microsecond, "µs"
	switch {
	case d >= time.Second:
		unit, name = time.Second, "s"
	case d >= time.Millisecond:
		unit, name = time.Millisecond, "ms"
	}
	v := float64(d) / float64(unit)
	if v < 10 && v > 0 {
		return fmt.Sprintf("%.1f %s", v, name)
	}
	return fmt.Sprintf("%.0f %s", v, name)
}
