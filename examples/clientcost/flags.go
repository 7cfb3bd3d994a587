package main

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// options are the command line.
type options struct {
	endpoint          cli.Endpoint
	streams, tokens   int
	promptBytes       int
	rate              float64
	duration          time.Duration
	floor, tls        bool
	observers         int
	jsonFile, profile string
	http2, own        bool // derived
}

// period is the time from one event of a stream to the next.
func (o *options) period() time.Duration { return time.Duration(float64(time.Second) / o.rate) }

// parse reads the command line. The error has been shown to the user.
func parse(program cli.Program, args []string) (*options, error) {
	o := &options{}
	flags := program.Flags("")
	o.endpoint.Register(flags.FlagSet)
	flags.Lookup("endpoint").Usage = "`URL` of an OpenAI-compatible server, such as http://host:8000; none means a process of its own on this machine"
	flags.IntVar(&o.streams, "streams", 1000, "`number` of streams at once")
	flags.Float64Var(&o.rate, "rate", 50, "`events` per second of each stream, one token each; with -endpoint only an expectation")
	flags.IntVar(&o.tokens, "tokens", 500, "`tokens` of each answer; the first answer of a stream is shorter, so that they do not all end at once")
	flags.IntVar(&o.promptBytes, "prompt-bytes", 4000, "length of each prompt in `bytes`, of text that all streams share")
	flags.DurationVar(&o.duration, "duration", 10*time.Second, "`time` to measure each reader, in slices of a few seconds with -floor or -observers")
	flags.BoolVar(&o.floor, "floor", false, "also measure bare readers in the same run, for comparison")
	flags.IntVar(&o.observers, "observers", 0, "also measure this client while so many observers scrape pages of an engine's size each second, in turns; `number`")
	flags.BoolVar(&o.tls, "tls", false, "serve over TLS; with -endpoint the URL decides")
	flags.StringVar(&o.jsonFile, "json", "", "write the figures to `file` as JSON")
	flags.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile of the first slice of this client to `file`")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	o.own = o.endpoint.URL == ""
	o.http2 = flags.Lookup("http2").Value.String() == "true"
	errs := []error{flags.NoArgs()}
	expect := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	expect(o.streams >= 1 && o.streams <= 1_000_000, "-streams is %d, expected 1 to 1000000", o.streams)
	expect(o.rate >= 0.01 && o.rate <= 1000, "-rate is %v, expected 0.01 to 1000", o.rate)
	expect(o.tokens >= 2 && o.tokens <= 1_000_000, "-tokens is %d, expected 2 to 1000000", o.tokens)
	expect(o.promptBytes >= 1 && o.promptBytes <= 64<<20, "-prompt-bytes is %d, expected 1 to %d", o.promptBytes, 64<<20)
	expect(o.duration >= 100*time.Millisecond, "-duration is %v, expected 100ms or more", o.duration)
	expect(!o.floor || o.own && !o.http2 && !o.tls, "-floor is of plain HTTP/1.1 and the program's own server: not with -endpoint, -http2 or -tls")
	expect(o.observers >= 0 && o.observers <= 64, "-observers is %d, expected 0 to 64", o.observers)
	expect(o.observers == 0 || o.own && !o.tls, "-observers is of the program's own server: not with -endpoint or -tls")
	expect(!o.tls || o.own, "-tls is for the program's own server; give -endpoint an https URL")
	return o, flags.Check(errs...)
}
