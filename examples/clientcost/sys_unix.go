//go:build unix

package main

import (
	"math"
	"syscall"
	"time"
)

// cpuTime returns the processor time of this process so far, its own and that of
// the kernel on its behalf.
func cpuTime() (time.Duration, bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}

// openFiles returns how many files this process may have open, which the runtime
// has raised as far as it can.
func openFiles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || uint64(l.Cur) > math.MaxInt32 {
		return 0 // as good as none
	}
	return int(l.Cur)
}
