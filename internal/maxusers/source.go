package maxusers

import (
	"flag"
	"strings"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// presetPrefix marks a generated workload on the command line.
const presetPrefix = "preset:"

// A Source is the flags about what requests are made of and where they go, which who plays
// agents for another needs as much. Their values are those of the flags.
type Source struct {
	Endpoint cli.Endpoint
	// Workload is a file, a folder or the name of a preset behind "preset:"; empty for that of
	// the demonstration. Format is that of its files; empty if they tell.
	Workload, Format string
	Redact, SkipBad  bool
}

// Register defines the flags.
func (s *Source) Register(flags *flag.FlagSet) {
	s.Endpoint.Register(flags)
	s.workload(flags)
}

// RegisterSent defines the flags but for those that say what is in the body of each request, which
// somebody else says: a flag without an effect would be another benchmark than was asked for.
func (s *Source) RegisterSent(flags *flag.FlagSet) {
	all := flag.NewFlagSet("", flag.ContinueOnError)
	s.Endpoint.Register(all)
	all.VisitAll(func(f *flag.Flag) {
		if f.Name != "model" && f.Name != "field" {
			flags.Var(f.Value, f.Name, f.Usage)
		}
	})
	s.workload(flags)
}

func (s *Source) workload(flags *flag.FlagSet) {
	flags.StringVar(&s.Workload, "workload", "", "recorded sessions to replay: a `file` or folder, or "+presetPrefix+"NAME for generated ones ("+strings.Join(generate.Presets(), ", ")+"); default "+presetPrefix+generate.Demo)
	flags.StringVar(&s.Format, "format", "", "the `format` of -workload, one of "+cli.Names(format.Formats())+" (default: recognized by its content)")
	flags.BoolVar(&s.Redact, "redact", false, "redact what looks like a key or a token in -workload")
	flags.BoolVar(&s.SkipBad, "skip-bad", false, "skip bad records of -workload instead of giving up")
}

// Validate returns mistakes in the flags about the workload, without opening it. Those about
// the endpoint are returned by Endpoint.Config.
func (s *Source) Validate() error { return s.options().Validate() }

// Inputs returns what is read because of the flags.
func (s *Source) Inputs() []cli.Place {
	return []cli.Place{{By: "-workload", Name: s.Workload}, s.Endpoint.CA()}
}

// Open returns the workload. It reads files for as long as that takes: see [cli.Reading].
func (s *Source) Open() (*trajectory.Workload, error) {
	if s.Workload == "" {
		return demo.Workload(), nil
	}
	if preset, ok := strings.CutPrefix(s.Workload, presetPrefix); ok {
		sessions := generate.Preset(preset)
		if err := sessions.Validate(); err != nil {
			return nil, err
		}
		return sessions.Workload(), nil
	}
	read := s.options()
	if s.Redact {
		read.Redact = format.RedactSecrets()
	}
	return read.Open(s.Workload)
}

func (s *Source) options() format.Options {
	return format.Options{Format: format.Format(s.Format), SkipBad: s.SkipBad}
}

// Args returns flags of RegisterSent with which another process has the same Source. They may hold
// what the flags of this one hold, a key in a -header.
func (s *Source) Args() []string {
	args := append(s.Endpoint.Args(), cli.Arg("workload", s.Workload)...)
	args = append(args, cli.Arg("format", s.Format)...)
	args = append(args, cli.Arg("redact", s.Redact)...)
	return append(args, cli.Arg("skip-bad", s.SkipBad)...)
}
