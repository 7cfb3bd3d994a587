//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package journal

import "os"

// There is no flock here, or none in package syscall.
func lock(*os.File) (held bool, err error) { return false, nil }

// A directory cannot be synced on every system.
func syncDir(string) error { return nil }
