package main

import (
	"syscall"
	"time"
	"unsafe"
)

// anchor returns one moment as both a time and a number of nanoseconds, counted
// as in every other process of this machine. Both are of CLOCK_MONOTONIC, so that
// a time of this process is so many nanoseconds, now and ever.
func anchor() (time.Time, int64) {
	const monotonic = 1
	best := time.Hour
	var at time.Time
	var ns int64
	for range 5 { // the tightest of a few
		var ts syscall.Timespec
		before := time.Now()
		syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&ts)), 0)
		if d := time.Since(before); d < best {
			best, at, ns = d, before.Add(d/2), ts.Nano()
		}
	}
	return at, ns
}

// pause sleeps. The runtime's own sleep rounds up to a millisecond when there is
// nothing else to do.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil) // an early end is no harm
}
