package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// Exit statuses.
const (
	ok     = 0
	failed = 1
	usage  = 2
)

// run is the program. It serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("engine", flag.ContinueOnError)
	flags.SetOutput(stderr)
	name := flags.String("preset", "demo", "`name` of the system to simulate, see -list")
	listen := flags.String("listen", "127.0.0.1:8000", "`address` to listen on; there is no authentication, so think before leaving loopback")
	list := flags.Bool("list", false, "list the presets")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return ok
	case err != nil:
		return usage
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "engine: unexpected argument %q\n", flags.Arg(0))
		return usage
	}
	if *list {
		return show(stdout)
	}
	preset, err := simulate.Preset(*name)
	if err != nil {
		fmt.Fprintf(stderr, "engine: -preset: %v\n", err)
		return usage
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintf(stderr, "engine: -listen: %v\n", err)
		return failed
	}
	fmt.Fprintf(stderr, "SIMULATION. %s.\nNo answer makes sense, and no figure is one of real hardware. Ctrl-C ends it.\n", preset.Description)
	fmt.Fprintf(stdout, "http://%s\n", l.Addr())
	system, err := simulate.New(preset)
	if err != nil {
		fmt.Fprintf(stderr, "engine: %v\n", err)
		return failed
	}
	if err := serve(ctx, l, system); err != nil {
		fmt.Fprintf(stderr, "engine: %v\n", err)
		return failed
	}
	s := system.Stats()
	fmt.Fprintf(stderr, "Served %d requests, %d output tokens; %d of %d prompt tokens were cached.\n", s.Requests, s.OutputTokens, s.CachedTokens, s.PromptTokens)
	return ok
}

// serve serves until ctx ends, and then for as long as a second what is still
// on its way.
func serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	err := server.Serve(l)
	if stop() {
		return err // it ended by itself
	}
	<-ended
	return nil
}

// show lists the presets.
func show(w io.Writer) int {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range simulate.Presets() {
		fmt.Fprintf(table, "%s\t%s\n", p.Name, p.Description)
	}
	if table.Flush() != nil {
		return failed
	}
	return ok
}
