package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// Exit statuses.
const (
	answered = 0
	noAnswer = 1
	usage    = 2
)

// run is the program.
func run(args []string, now time.Time, stdout, stderr io.Writer) int {
	o, err := parse(args, now, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return answered
	case errors.Is(err, errUsage):
		return usage
	case err != nil:
		return noAnswer
	}
	if len(o.files) == 0 {
		err = showPrices(o, stdout)
	} else {
		err = showReports(o, stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "pricing: %v\n", err)
		return noAnswer
	}
	return answered
}
