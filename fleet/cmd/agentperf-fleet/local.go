package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/agentperf/agentperf-go/internal/maxusers"
)

// local is the command of that name: a controller that starts its workers.
func local(ctx context.Context, i invocation) (status int) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c := newController(i)
	c.listen = "127.0.0.1:0"
	c.crew = &crew{failed: stop, source: new(maxusers.Source), line: c.notes.say}
	p := c.program("local", func(flags *flag.FlagSet) {
		c.register(flags)
		flags.BoolVar(&c.crew.verbose, "v", false, "show what the workers say")
	})
	p.Source = c.crew.source
	status = maxusers.Run(ctx, p)
	for _, text := range c.crew.failures() {
		fmt.Fprint(i.program.Stderr, text)
	}
	return status
}

// executable is the program that workers are processes of.
func executable() (string, error) { return os.Executable() }
