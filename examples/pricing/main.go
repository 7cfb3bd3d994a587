// Command pricing shows what accelerators cost and what measured capacity costs.
//
//	go run ./examples/pricing
//	go run ./examples/pricing -accelerators 8 -accelerator H100 -quote minimum report.json
//	go run ./examples/pricing -quote minimum -commitment on_demand,1yr -at-speed 30,100 slt.json
//	go run ./examples/pricing -results -accelerator H200 -commitment on_demand,1yr
//
// Without reports it prints the price of an accelerator-hour by provider, on demand
// and committed for a year, and the lowest price of each accelerator. Reports of
// maxusers and slt are put side by side: capacity per accelerator, kW, $/hour and
// rack, and the cost of a million tokens, at any output speed per query and for several
// commitments at once. A price that is not known leaves out the figures that need it. With
// -results it puts the published results of AA-AgentPerf, and beside them reports of maxusers,
// against prices: agents per accelerator, per MW and per $/hour. With -json or -csv it prints
// for programs.
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
