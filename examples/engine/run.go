package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// run is the program. It serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.New("engine", stdout, stderr)
	stdout, stderr = program.Stdout, program.Stderr
	flags := program.Flags("")
	name := flags.String("preset", "demo", "`name` of the system to simulate, see -list")
	listen := flags.String("listen", "127.0.0.1:8000", "`address` to listen on; there is no authentication, so think before you leave loopback")
	list := flags.Bool("list", false, "list the presets")
	if err := flags.Parse(args); err != nil {
		return program.Status(err)
	}
	if err := flags.Check(flags.NoArgs()); err != nil {
		return program.Status(err)
	}
	if *list {
		return program.Status(show(stdout))
	}
	preset, err := simulate.Preset(*name)
	if err != nil {
		return program.Fail(cli.Usage, fmt.Errorf("-preset: %w", err))
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return program.Fail(cli.Failed, fmt.Errorf("-listen: %w", err))
	}
	fmt.Fprintf(stderr, "SIMULATION. %s.\nAnswers are meaningless, and no figure is that of real hardware. Ctrl-C ends it.\nIts own metrics are at %s, the power of its accelerators at %s.\n", preset.Description, metricsPath, powerPath)
	fmt.Fprintf(stdout, "http://%s\n", l.Addr())
	system, err := simulate.New(preset)
	if err == nil {
		err = serve(ctx, l, withPages(system))
	}
	if err != nil {
		return program.Fail(cli.Failed, err)
	}
	s := system.Stats()
	fmt.Fprintf(stderr, "Served %d requests, %d output tokens; %d of %d prompt tokens were cached.\n", s.Requests, s.OutputTokens, s.CachedTokens, s.PromptTokens)
	return cli.OK
}

// Where the pages of metrics are: vLLM's is at the same place.
const metricsPath, powerPath = "/metrics", "/power/metrics"

// withPages returns a handler that has the pages of metrics besides the API.
func withPages(system *simulate.System) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Path == metricsPath:
			system.ServeMetrics(w, r)
		case r.Method == http.MethodGet && r.URL.Path == powerPath:
			system.ServePower(w, r)
		default:
			system.ServeHTTP(w, r)
		}
	})
}

// serve serves until ctx ends; requests in progress get another second.
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
func show(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range simulate.Presets() {
		fmt.Fprintf(table, "%s\t%s\n", p.Name, p.Description)
	}
	return table.Flush()
}
