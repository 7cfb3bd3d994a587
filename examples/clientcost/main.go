// Command clientcost measures the cost of this library's client: processor time and
// allocations per event, memory per agent, and the lag of its stamps and requests.
//
//	go run ./examples/clientcost
//	go run ./examples/clientcost -streams 1000 -rate 50 -duration 10s -floor
//	go run ./examples/clientcost -streams 10000 -rate 0.5 -tokens 8
//	go run ./examples/clientcost -streams 100 -rate 10 -tokens 100 -duration 24s -observers 4
//	go run ./examples/clientcost -endpoint http://host:8000 -streams 100
//
// Each stream does what an agent does: it sends a prompt, reads the answer with
// [endpoint.Conn.Stream] into a [metrics.Clock] that collects gaps, and sends the next
// prompt when it is due. Without -endpoint the answers come at an exact pace from a
// second process on the same machine, so that the processor time of this process is
// the client's alone. With -floor two bare readers, which do the minimum, are measured
// in turns in the same run for comparison.
//
// The figures go to standard output, progress to standard error. The exit status
// is 0, 1 when there are no figures, 2 for wrong usage.
package main

import (
	"context"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func main() {
	if cfg := os.Getenv(asServer); cfg != "" {
		os.Exit(serve(cfg, os.Stdin, os.Stdout, os.Stderr))
	}
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}
