package cli_test

import (
	"bytes"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args, names []string
		n           int
		err         error
		out         string
	}{
		{[]string{"a", "-n", "3", "b"}, []string{"a", "b"}, 3, nil, ""},
		{[]string{"-n=3", "a", "--", "-n", "--"}, []string{"a", "-n", "--"}, 3, nil, ""},
		{[]string{"a", "-h"}, []string{"a"}, 0, flag.ErrHelp, "Usage: test [flags] FILE ...\n  -n int\n    \tnumber\n"},
		{[]string{"-bogus", "-h"}, nil, 0, cli.ErrUsage, "flag provided but not defined: -bogus\nRun with -h for usage.\n"},
		{[]string{"a", "-n", "x"}, []string{"a"}, 0, cli.ErrUsage, "invalid value \"x\" for flag -n: parse error\nRun with -h for usage.\n"},
	} {
		var stdout, stderr bytes.Buffer
		flags := cli.Program{Name: "test", Stdout: &stdout, Stderr: &stderr}.Flags("FILE ...")
		n := flags.Int("n", 0, "number")
		err := flags.Parse(tt.args)
		if !errors.Is(err, tt.err) || *n != tt.n || !slices.Equal(flags.Args(), tt.names) || stdout.Len() > 0 || stderr.String() != tt.out {
			t.Errorf("%q: %v, n %d, %q\nstdout %q\nstderr %q", tt.args, err, *n, flags.Args(), stdout.String(), stderr.String())
		}
	}
	var stderr bytes.Buffer
	command := cli.Program{Name: "test", Stderr: &stderr}.CommandFlags("look", "FILE")
	if err := command.Parse([]string{"-help"}); !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(stderr.String(), "Usage: test look [flags] FILE\n") {
		t.Errorf("%v\n%s", err, stderr.String())
	}
}
