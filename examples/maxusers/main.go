// Command maxusers finds how many coding agents a system can serve at once
// while each still gets the speed it was promised.
//
//	go run ./examples/maxusers
//	go run ./examples/maxusers -endpoint http://host:8000 -workload sessions.jsonl -slo 100@5s
//
// Without flags it demonstrates itself on a simulated inference system. With
// -endpoint it measures that server. Without -workload it replays a few generated
// sessions, enough to try things out but not to measure a real system.
//
// The answer goes to standard output, progress to standard error: drawn in place
// if that is a terminal, else in lines, and none with -quiet. The exit status is
// 0 with an answer, 1 without one, 2 for wrong usage, with one number of -agents
// 3 when a service level does not hold, and with -audit 4 when the audit of an
// answer finds something or cannot be completed. With several -agents it is 0
// when each was measured, whatever the verdicts, and otherwise 1.
package main

import (
	"context"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/maxusers"
)

func main() {
	cli.Main(func(ctx context.Context) int {
		return maxusers.Run(ctx, maxusers.Program{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv})
	})
}
