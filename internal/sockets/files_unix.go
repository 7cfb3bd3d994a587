//go:build unix

package sockets

import (
	"errors"
	"math"
	"os"
	"syscall"
)

// openFiles returns how many files this process may have open.
func openFiles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || uint64(l.Cur) > math.MaxInt32 {
		return 0 // as good as none
	}
	return int(l.Cur)
}

// Full reports whether this process can open nothing more.
func Full() bool {
	f, err := os.Open(os.DevNull)
	if err == nil {
		f.Close()
	}
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
