//go:build !unix

package main

import "time"

// cpuTime says that the processor time is not known.
func cpuTime() (time.Duration, bool) { return 0, false }
