// Command slt runs the System Load Test: fixed queries at rising concurrency
// until system output throughput stops growing.
//
//	go run ./examples/slt
//	go run ./examples/slt -endpoint http://host:8000 -accelerators 8 -price 2.50
//	go run ./examples/slt -compare throughput.json latency.json
//
// Without flags it demonstrates itself on a simulated inference system, with short
// levels and queries. With -endpoint it measures that server, by default as
// Artificial Analysis does: three minutes per level, 1,000 input and 1,000 output
// tokens per query.
//
// The result goes to standard output, progress to standard error: drawn in place
// if that is a terminal, else in lines, and none with -quiet. The exit status is
// 0 with a result, 1 without one, 2 for wrong usage.
package main

import (
	"context"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}
