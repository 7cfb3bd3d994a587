package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/internal/sockets"
)

// sliceLength is about how long each reader has its turn.
const sliceLength = 3 * time.Second

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	program := cli.New("clientcost", stdout, stderr)
	o, err := parse(program, args)
	if err != nil {
		return program.Status(err)
	}
	if o.own {
		o.endpoint.URL = "http://127.0.0.1" // to be filled in
	}
	cfg, err := o.endpoint.Config(getenv)
	if err == nil {
		err = fields.Validate("clientcost", o.endpoint.Fields())
	}
	if api := cfg.ResolvedAPI(); err == nil && api != endpoint.APIChat {
		err = fmt.Errorf("-api is %s, expected chat: this program sends chat completions", api)
	}
	if length := time.Duration(o.tokens) * o.period(); err == nil && length > cfg.Timeout/2 {
		err = fmt.Errorf("an answer of %d tokens at %v a second takes %v: give fewer -tokens, or a -request-timeout of at least twice that", o.tokens, o.rate, length)
	}
	if err == nil {
		err = errors.Join(cli.CheckWritable("json", o.jsonFile), cli.CheckWritable("cpuprofile", o.profile),
			cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}, {By: "-cpuprofile", Name: o.profile}}, []cli.Place{o.endpoint.CA()}))
	}
	if err != nil {
		return program.Fail(cli.Usage, err)
	}
	if !o.http2 { // which shares connections
		if err := sockets.Here().Check(fmt.Sprintf("%d streams", o.streams), o.streams, 0); err != nil {
			return program.Fail(cli.Failed, err)
		}
	}
	report, err := measure(ctx, o, cfg, program, getenv)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if err != nil {
		return program.Fail(cli.Failed, err)
	}
	return program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, Any: true})
}

// measure measures all readers in turns.
func measure(ctx context.Context, o *options, cfg endpoint.Config, program cli.Program, getenv func(string) string) (*report, error) {
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
		findings, err := client.Preflight(ctx, endpoint.PreflightRequest{Model: o.endpoint.Model, Fields: o.endpoint.Fields()})
		if err != nil {
			return nil, err
		}
		for _, w := range findings.Warnings {
			fmt.Fprintln(program.Stderr, w)
		}
		model = findings.Model
	}

	readers := []reader{ours(client)}
	rounds, window := 1, o.duration
	if o.floor {
		readers = append(readers, floors...)
	}
	if o.observers > 0 {
		beside, err := besideObservers(readers[0], o.observers, cfg.URL)
		if err != nil {
			return nil, err
		}
		readers = append(readers, beside)
	}
	if len(readers) > 1 {
		rounds, window = turns(o.duration)
	}
	all := make([][]measured, len(readers))
	live := program.Screen(false, getenv)
	defer live.Close()
	text := newPrompts(o, model)
	for i := range rounds * len(readers) {
		r := readers[i%len(readers)]
		state := screen.Text(screen.Normal, "round %d of %d: %s", i/len(readers)+1, rounds, r.name)
		live.Show(func(screen.Look) []screen.Line { return []screen.Line{state} })
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
