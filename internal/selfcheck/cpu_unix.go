//go:build unix

package selfcheck

import (
	"syscall"
	"time"
)

// cpuTime returns the processor time of this process so far, its own and that of
// the kernel on its behalf. The runtime has such figures too, but brings them up
// to date only when garbage is collected.
func cpuTime() (d time.Duration, ok bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
