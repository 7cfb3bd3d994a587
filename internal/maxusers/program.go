// Package maxusers is the body of the program of that name, for others that ask the same
// of a system and play the agents elsewhere.
//
//	cli.Main(func(ctx context.Context) int {
//		return maxusers.Run(ctx, maxusers.Program{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv})
//	})
package maxusers

import (
	"context"
	"flag"
	"io"
	"sync"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// A Program is a command line of maxusers, where its output goes, and what another program
// adds to it. Args, Stdout, Stderr and Getenv are required.
type Program struct {
	// Args are the arguments, without the name of the program.
	Args []string
	// Stdout and Stderr are written to by way of [cli.New].
	Stdout, Stderr io.Writer
	// Getenv looks up environment variables: keys, and what is known of the terminal.
	Getenv func(string) string

	// Name is that of the program in front of messages; empty means maxusers. Command is the
	// command of it that this is, for usage; empty for none.
	Name, Command string
	// Source receives what the flags say of requests and where they go, if it is not nil. It
	// is complete when Prepare is called: its Endpoint has the URL of the demonstration then,
	// and its Workload the default of a profile.
	Source *Source
	// Flags adds flags, if it is not nil. A name that is taken panics.
	Flags func(*flag.FlagSet)
	// Check is called once the command line is read, if it is not nil. It returns the files
	// that the added flags name and that are read, which no output may replace, and the
	// mistakes in these flags, which are shown with all others: the exit status is 2.
	Check func() (inputs []cli.Place, err error)
	// Prepare is called before the run, if it is not nil, when the configuration is complete,
	// valid and tried as far as it can be without a request to the endpoint. It may change
	// the configuration. An error ends the program with exit status 1. What it returns to be
	// called, which may be nil, is called once, when the run is over. With Prepare the agents
	// count as being elsewhere: a demonstration has one end of their connections, not both.
	Prepare func(ctx context.Context, cfg *agentperf.Config) (end func(), err error)
	// Started is called after Prepare, if it is not nil, with what shows a line that stays
	// beside the progress, until what Prepare returned is called.
	Started func(line func(format string, args ...any))
}

// prepare calls Prepare. What it returns is never nil, and does something once.
func (p Program) prepare(ctx context.Context, cfg *agentperf.Config) (end func(), err error) {
	end = func() {}
	if p.Prepare == nil {
		return end, nil
	}
	given, err := p.Prepare(ctx, cfg)
	if given != nil {
		end = sync.OnceFunc(given)
	}
	if err != nil {
		end()
	}
	return end, err
}
