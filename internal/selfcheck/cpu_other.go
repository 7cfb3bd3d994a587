//go:build !unix

package selfcheck

import "time"

// cpuTime says that the processor time is not known.
func cpuTime() (d time.Duration, ok bool) { return 0, false }
