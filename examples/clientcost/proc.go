package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// machineTime returns the processor time of all processes so far; 0 if unknown.
func machineTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	f := strings.Fields(line)
	var ticks int64
	for i, field := range f {
		// user, nice, system; idle and iowait; irq, softirq.
		if i >= 1 && i <= 3 || i == 6 || i == 7 {
			n, _ := strconv.ParseInt(field, 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// resident returns the resident memory of this process; 0 if unknown.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	if f := strings.Fields(string(text)); len(f) > 1 {
		if pages, err := strconv.ParseInt(f[1], 10, 64); err == nil {
			return pages * int64(os.Getpagesize())
		}
	}
	return 0
}
