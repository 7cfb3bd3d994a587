// Package cli is what programs share: flags and their mistakes, exit statuses, signals,
// and files that appear whole or not at all.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Exit statuses of all programs.
const (
	OK     = 0
	Failed = 1
	Usage  = 2
)

// A Program is its name, which goes in front of messages, and where it writes.
type Program struct {
	Name string
	// Stdout and Stderr show nothing that a terminal would obey: what files and servers say
	// goes through them.
	Stdout, Stderr io.Writer

	screen io.Writer // standard error as it is, for Screen
}

// New returns a program. All that it prints goes through its Stdout, its Stderr and its Screen.
func New(name string, stdout, stderr io.Writer) Program {
	return Program{Name: name, Stdout: plain.NewWriter(stdout), Stderr: plain.NewWriter(stderr), screen: stderr}
}

// Main runs the program and ends the process with the status that it returns.
// Ctrl-C, SIGTERM and SIGHUP (the terminal or the SSH session went away) end the context
// of run; a second one of them ends the process. A process that was started to ignore
// SIGHUP, as nohup does, goes on ignoring it.
func Main(run func(ctx context.Context) (status int)) {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	// A reader of standard output that goes away must not take a report that
	// goes to a file with it.
	signal.Ignore(syscall.SIGPIPE)
	context.AfterFunc(ctx, stop)
	status := run(ctx)
	stop()
	os.Exit(status)
}

// endings returns the signals that ask a program to end.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// Fail shows an error and returns the status.
func (p Program) Fail(status int, err error) int {
	text := strings.TrimPrefix(err.Error(), p.Name+": ") // the error is of the package of that name
	// What looks like a line of its own may be a part of a name.
	fmt.Fprintf(p.Stderr, "%s: %s\n", p.Name, strings.ReplaceAll(text, "\n", "\n  "))
	return status
}

// ErrUsage is a mistake on the command line that has been shown.
var ErrUsage = errors.New("wrong usage")

// Status shows an error that has not been shown and returns the exit status:
// OK for nil and for help, Usage for [ErrUsage], otherwise Failed.
func (p Program) Status(err error) int {
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return OK
	case errors.Is(err, ErrUsage):
		return Usage
	}
	return p.Fail(Failed, err)
}
