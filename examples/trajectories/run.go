package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// A command is one of the program's.
type command struct {
	name, arguments, does string
	run                   func(c *call) (status int, err error)
}

func commands() []command {
	return []command{
		{"inspect", "FILE", "list the sessions", inspect},
		{"lint", "FILE", "list mistakes; status 1 on errors", lint},
		{"stats", "FILE", "print statistics", stats},
		{"body", "FILE", "print a request", body},
		{"convert", "FILE OUT", "write it in another format", convert},
		{"generate", "OUT", "generate sessions", makeUp},
	}
}

// A call is one use of a command.
type call struct {
	command
	args   []string
	flags  *cli.Flags
	stdout io.Writer

	format  string
	skipBad bool
	strict  bool
	redact  bool
}

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	program := cli.New("trajectories", stdout, stderr)
	stdout, stderr = program.Stdout, program.Stderr
	c := &call{stdout: stdout}
	for _, known := range commands() {
		if len(args) > 0 && args[0] == known.name {
			c.command, c.args = known, args[1:]
		}
	}
	if c.command.run == nil {
		out, status := stderr, cli.Usage
		if len(args) > 0 && strings.Trim(args[0], "-") == "h" || len(args) > 0 && strings.Trim(args[0], "-") == "help" {
			out, status = stdout, cli.OK
		}
		fmt.Fprintln(out, "Usage: trajectories COMMAND [flags] ...; -h after a command shows its flags.")
		for _, known := range commands() {
			fmt.Fprintf(out, "  %-9s %-9s %s\n", known.name, known.arguments, known.does)
		}
		return status
	}
	c.flags = program.CommandFlags(c.name, c.arguments)
	status, err := c.command.run(c)
	if err != nil {
		return program.Status(err)
	}
	return status
}

// parse reads the flags and the given number of arguments.
func (c *call) parse(arguments int) error {
	if err := c.flags.Parse(c.args); err != nil {
		return err
	}
	c.args = c.flags.Args()
	if len(c.args) != arguments {
		return c.flags.Check(errors.New("expected " + c.arguments))
	}
	return c.flags.Check((format.Options{Format: format.Format(c.format), SkipBad: c.skipBad, Strict: c.strict}).Validate())
}

// reading registers the flags of commands that read a file.
func (c *call) reading() {
	c.flags.StringVar(&c.format, "format", "", "the `format` of FILE, one of "+cli.Names(format.Formats())+" (default: recognized by its content)")
	c.flags.BoolVar(&c.strict, "strict", false, "refuse what is otherwise mended or left out")
	c.flags.BoolVar(&c.skipBad, "skip-bad", false, "skip bad records instead of giving up")
}

// open reads the file that is named.
func (c *call) open(name string) (*trajectory.Workload, error) {
	o := format.Options{Format: format.Format(c.format), SkipBad: c.skipBad, Strict: c.strict}
	if c.redact {
		o.Redact = format.RedactSecrets()
	}
	return o.Open(name)
}
