// Command pricing shows what accelerators cost and what measured capacity costs.
//
//	go run ./examples/pricing
//	go run ./examples/pricing -accelerators 8 -accelerator H100 -quote minimum report.json
//
// Without reports it prints the price of an accelerator-hour by provider, on
// demand and committed for a year, and the lowest of each accelerator. With
// reports of maxusers and slt it puts side by side what they say per accelerator,
// kW, $/hour and rack, and what a million tokens cost.
//
// The exit status is 0 with a result, 1 without one, 2 for wrong usage.
package main

import (
	"os"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], time.Now(), os.Stdout, os.Stderr))
}
