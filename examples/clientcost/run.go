package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/sockets"
)

// Exit statuses.
const (
	answered = 0
	failed   = 1
	usage    = 2
)

// sliceLength is about how long each reader has its turn.
const sliceLength = 3 * time.Second

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return answered
	}
	if err != nil {
		return usage
	}
	fail := func(status int, err error) int {
		fmt.Fprintf(stderr, "clientcost: %v\n", err)
		return status
	}
	if o.own {
		o.endpoint.URL = "http://127.0.0.1" // to be filled in
	}
	cfg, err := o.endpoint.Config(getenv)
	if err == nil {
		err = fields.Validate("clientcost", o.endpoint.Fields())
	}
	if length := time.Duration(o.tokens) * o.period(); err == nil && length > cfg.Timeout/2 {
		err = fmt.Errorf("an answer of %d tokens at %v a second takes %v: give fewer -tokens, or a -request-timeout of at least twice that", o.tokens, o.rate, length)
	}
	if err == nil && o.jsonFile != "" {
		err = cli.CheckWritable(o.jsonFile)
	}
	if err == nil && o.profile != "" {
		err = cli.CheckWritable(o.profile)
	}
	if err != nil {
		return fail(usage, err)
	}
	if !o.http2 { // which shares connections
		if err := sockets.Here().Check(fmt.Sprintf("%d streams", o.streams), o.streams, 0); err != nil {
			return fail(failed, err)
		}
	}
	report, err := measure(ctx, o, cfg, stderr)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	return cli.Result{Program: "clientcost", Report: report, JSON: jsonIf(o.jsonFile, err), Any: err == nil, Err: err}.Conclude(ctx, stdout, stderr)
}

// jsonIf returns no name when there is nothing to write.
func jsonIf(name string, err error) string {
	if err != nil {
		return ""
	}
	return name
}

// measure measures all readers in turns.
func measure(ctx context.Context, o *options, cfg endpoint.Config, stderr io.Writer) (*report, error) {
	cfg.Dial = dial
	var server *child
	addr := ""
	if o.own {
		var err error
		if server, err = startChild(ctx, serverConfig{Streams: o.streams, Period: o.period(), TLS: o.tls}); err != nil {
			return nil, err
		}
		defer server.stop()
		addr, cfg.URL, cfg.SessionHeader = server.hello.Addr, server.url(), sessionHeader
		if cfg.TLS, err = server.trust(); err != nil {
			return nil, err
		}
	}
	client, err := endpoint.New(cfg)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	model := modelName
	if !o.own {
		findings, err := client.Preflight(ctx, o.endpoint.Model, o.endpoint.Fields())
		if err != nil {
			return nil, err
		}
		for _, w := range findings.Warnings {
			fmt.Fprintln(stderr, w)
		}
		model = findings.Model
	}

	readers := []reader{ours(client)}
	rounds, window := 1, o.duration
	if o.floor {
		readers = append(readers, floors...)
		rounds, window = turns(o.duration)
	}
	all := make([][]measured, len(readers))
	live := cli.NewLive(stderr)
	defer live.Clear()
	text := newPrompts(o, model)
	for i := range rounds * len(readers) {
		r := readers[i%len(readers)]
		live.Redraw("round %d of %d: %s", i/len(readers)+1, rounds, r.name)
		for patience := 1; ; patience *= 3 {
			debug.FreeOSMemory() // what the slice before left
			s := &slice{number: i, tokens: o.tokens, addr: addr, prompts: text, streams: make([]*stream, o.streams)}
			if i == 0 {
				s.profile = o.profile
			}
			err := s.run(ctx, r, server, o, window, patience)
			if err == nil {
				all[i%len(readers)] = append(all[i%len(readers)], s.measured)
				break
			}
			if _, slow := errors.AsType[*slowError](err); !slow || patience > 9 {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			live.Line("%s: %v; once more, with more time", r.name, err)
		}
	}
	return newReport(o, readers, all), nil
}

// turns returns into how many slices of which length a time is cut.
func turns(d time.Duration) (n int, each time.Duration) {
	n = max(1, int(math.Round(d.Seconds()/sliceLength.Seconds())))
	return n, d / time.Duration(n)
}
