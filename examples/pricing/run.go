package main

import (
	"io"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// run is the program.
func run(args []string, now time.Time, stdout, stderr io.Writer) int {
	program := cli.New("pricing", stdout, stderr)
	stdout = program.Stdout
	o, err := parse(program, args, now)
	switch {
	case err != nil:
	case o.results:
		err = showResults(o, stdout)
	case len(o.files) == 0:
		err = showPrices(o, stdout)
	default:
		err = showReports(o, stdout)
	}
	return program.Status(err)
}
