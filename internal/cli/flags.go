package cli

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Flags are the flags and arguments of a program or of one of its commands.
type Flags struct {
	*flag.FlagSet
	program          Program
	synopsis, prefix string
	args             []string
}

// Flags returns an empty set of flags for a program that takes the arguments.
func (p Program) Flags(arguments string) *Flags { return p.CommandFlags("", arguments) }

// CommandFlags returns an empty set of flags for a command of the program that
// takes the arguments.
func (p Program) CommandFlags(command, arguments string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(p.Name, flag.ContinueOnError), program: p, prefix: "with "}
	called := p.Name
	if command != "" {
		called += " " + command
		f.prefix = called + " "
	}
	f.synopsis = strings.TrimSpace("Usage: "+called+" [flags] "+arguments) + "\n"
	f.SetOutput(p.Stderr)
	f.Usage = func() {} // a page of flags would push the mistake off the screen
	return f
}

// Parse reads the command line; flags may stand behind arguments, and -- ends them. With
// -h it prints usage and flags and returns [flag.ErrHelp]. A mistake is shown and is
// [ErrUsage].
func (f *Flags) Parse(args []string) error {
	f.args = nil
	var ended []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, ended = args[:i], args[i+1:]
	}
	for {
		switch err := f.FlagSet.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			fmt.Fprint(f.program.Stderr, f.synopsis)
			f.PrintDefaults()
			return err
		case err != nil:
			f.hint()
			return ErrUsage
		case f.NArg() == 0:
			f.args = append(f.args, ended...)
			return nil
		}
		f.args = append(f.args, f.Arg(0))
		args = f.FlagSet.Args()[1:]
	}
}

// Args returns the arguments that are not flags.
func (f *Flags) Args() []string { return f.args }

// NoArgs returns an error if there are arguments that are not flags.
func (f *Flags) NoArgs() error {
	if len(f.args) == 0 {
		return nil
	}
	if given := f.Given(); given["header"] || given["field"] || given["api-key-env"] {
		return errors.New("unexpected argument (not shown, as it may be a part of a key): a value with a space needs quotes")
	}
	return fmt.Errorf("unexpected argument %q", f.args[0])
}

// Given returns the names of the flags that were set on the command line.
func (f *Flags) Given() map[string]bool {
	given := make(map[string]bool)
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given
}

// Check shows the errors that are not nil and returns [ErrUsage] if there are any.
func (f *Flags) Check(errs ...error) error {
	err := errors.Join(errs...)
	if err == nil {
		return nil
	}
	f.program.Fail(Usage, err)
	f.hint()
	return ErrUsage
}

func (f *Flags) hint() { fmt.Fprintf(f.program.Stderr, "Run %s-h for usage.\n", f.prefix) }

// Names returns values as a list in words, for usage texts.
func Names[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// Numbers reads whole numbers separated by commas.
func Numbers(s string) (ns []int, err error) {
	for text := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, errors.New("expected whole numbers separated by commas")
		}
		ns = append(ns, n)
	}
	return ns, nil
}
