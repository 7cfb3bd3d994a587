//go:build unix

package transports

import (
	"syscall"
	"time"
)

// processorTime returns the time that this process has had of the processors, in user and
// system mode, and whether that is known.
func processorTime() (time.Duration, bool) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
