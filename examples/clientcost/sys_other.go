//go:build !linux

package main

import "time"

// anchor returns one moment as both a time and a number of nanoseconds, counted
// as in every other process of this machine: by the wall clock, which must not be
// set between the start of this process and of its server.
func anchor() (time.Time, int64) {
	now := time.Now()
	return now, now.UnixNano()
}

func pause(d time.Duration) { time.Sleep(d) }
