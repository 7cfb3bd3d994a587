package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// Exit statuses.
const (
	fine    = 0
	notFine = 1
	usage   = 2
)

// A command is one of the program's.
type command struct {
	name, arguments, does string
	run                   func(c *call) (status int, err error)
}

func commands() []command {
	return []command{
		{"inspect", "FILE", "list the sessions", inspect},
		{"lint", "FILE", "say what is wrong; status 1 on errors", lint},
		{"stats", "FILE", "say what kind of workload it is", stats},
		{"convert", "FILE OUT", "write it in another format", convert},
		{"generate", "OUT", "make sessions up", makeUp},
	}
}

// errUsage is the cause of a mistake on the command line, which has been shown.
var errUsage = errors.New("wrong usage")

// A call is one use of a command.
type call struct {
	command
	args           []string
	flags          *flag.FlagSet
	stdout, stderr io.Writer

	format  string
	skipBad bool
	redact  bool
}

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	c := &call{stdout: stdout, stderr: stderr}
	for _, known := range commands() {
		if len(args) > 0 && args[0] == known.name {
			c.command, c.args = known, args[1:]
		}
	}
	if c.command.run == nil {
		out, status := stderr, usage
		if len(args) > 0 && strings.Trim(args[0], "-") == "h" || len(args) > 0 && strings.Trim(args[0], "-") == "help" {
			out, status = stdout, fine
		}
		fmt.Fprintln(out, "Usage: trajectories COMMAND [flags] ...; -h after a command shows its flags.")
		for _, known := range commands() {
			fmt.Fprintf(out, "  %-9s %-9s %s\n", known.name, known.arguments, known.does)
		}
		return status
	}
	c.flags = flag.NewFlagSet("trajectories "+c.name, flag.ContinueOnError)
	c.flags.SetOutput(stderr)
	c.flags.Usage = func() {}
	status, err := c.command.run(c)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return fine
	case errors.Is(err, errUsage):
		return usage
	case err != nil:
		fmt.Fprintf(stderr, "trajectories: %v\n", err)
		return notFine
	}
	return status
}

// parse reads the flags, which may stand behind the arguments, of which there must
// be so many.
func (c *call) parse(arguments int) error {
	var names []string
	for rest := c.args; ; {
		switch err := c.flags.Parse(rest); {
		case errors.Is(err, flag.ErrHelp):
			fmt.Fprintf(c.stderr, "Usage: trajectories %s [flags] %s\n", c.name, c.arguments)
			c.flags.PrintDefaults()
			return err
		case err != nil:
			fmt.Fprintf(c.stderr, "Run trajectories %s -h for usage.\n", c.name)
			return errUsage
		}
		if c.flags.NArg() == 0 {
			break
		}
		names = append(names, c.flags.Arg(0))
		rest = c.flags.Args()[1:]
	}
	if len(names) != arguments {
		fmt.Fprintf(c.stderr, "trajectories: expected %s\nRun trajectories %s -h for usage.\n", c.arguments, c.name)
		return errUsage
	}
	c.args = names
	return c.check((format.Options{Format: format.Format(c.format)}).Validate())
}

// check shows a mistake on the command line.
func (c *call) check(err error) error {
	if err == nil {
		return nil
	}
	fmt.Fprintf(c.stderr, "trajectories: %v\nRun trajectories %s -h for usage.\n", err, c.name)
	return errUsage
}

// reading registers the flags of commands that read a file.
func (c *call) reading() {
	var names []string
	for _, f := range format.Formats() {
		names = append(names, string(f))
	}
	c.flags.StringVar(&c.format, "format", "", "the `format` of FILE, one of "+strings.Join(names, ", ")+" (default: recognised by content)")
	c.flags.BoolVar(&c.skipBad, "skip-bad", false, "leave bad records out instead of giving up")
}

// open reads the file that is named.
func (c *call) open(name string) (*trajectory.Workload, error) {
	o := format.Options{Format: format.Format(c.format), SkipBad: c.skipBad}
	if c.redact {
		o.Redact = format.RedactSecrets()
	}
	return o.Open(name)
}
