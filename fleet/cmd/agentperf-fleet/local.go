package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/maxusers"
)

// local is the command of that name: a controller that starts its workers.
func local(ctx context.Context, i invocation) (status int) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c := newController(i)
	c.listen = "127.0.0.1:0"
	c.helpers = &helpers{failed: stop, source: new(maxusers.Source), line: c.notes.say}
	p := c.program("local", func(flags *flag.FlagSet) {
		c.register(flags)
		flags.BoolVar(&c.helpers.verbose, "v", false, "show what the workers say")
	})
	p.Source = c.helpers.source
	status = maxusers.Run(ctx, p)
	for _, text := range c.helpers.failures() {
		fmt.Fprint(i.program.Stderr, text)
	}
	return status
}
