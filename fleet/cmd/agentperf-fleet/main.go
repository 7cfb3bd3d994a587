// Command agentperf-fleet finds how many coding agents a system can serve, with load from
// several machines: it is the program examples/maxusers, whose agents others play.
//
//	agentperf-fleet local -workers 4
//	agentperf-fleet controller -workers 2 -endpoint http://host:8000 -workload sessions.jsonl -slo 100@5s
//	agentperf-fleet worker -controller nats://127.0.0.1:4222 -endpoint http://host:8000 -workload sessions.jsonl
//
// The controller plans, puts together what the workers tell, and judges. It has the flags of
// maxusers, its output and its exit statuses, and is where the workers meet: on this machine
// alone, or with -tls-cert, -tls-key and -tls-ca on any. Or all meet at a nats-server that is
// there already, with -nats. A worker plays its part of the agents, and has the flags that say
// where requests go and what they are made of; keys stay with it. It waits for a controller,
// and ends with the run: exit status 0, 1 when it ended otherwise, 2 for wrong usage.
//
// Local does it all on one machine, for a try. It starts the workers itself, as processes of
// the same executable, and they end with it: they watch their standard input, a pipe that
// closes when it ends, however it does.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func main() {
	cli.MainPatient(func(ctx context.Context, stdout, stderr io.Writer) int {
		return run(ctx, os.Args[1:], stdout, stderr, os.Getenv)
	})
}

// name is that of the program in its messages.
const name = "agentperf-fleet"

const usage = `Usage: agentperf-fleet COMMAND [flags]

  controller  find how many agents a system can serve, played by workers
  worker      play a part of the agents of a controller
  local       do both on this machine, with -workers processes, for a try

Run agentperf-fleet COMMAND -h for its flags.
`

func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) (status int) {
	p := cli.New("agentperf-fleet", stdout, stderr)
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	from := invocation{program: p, args: args, stdout: stdout, stderr: stderr, getenv: getenv}
	switch command {
	case "controller":
		return control(ctx, from)
	case "worker":
		return work(ctx, from)
	case "local":
		return local(ctx, from)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(p.Stderr, usage)
		return cli.OK
	case "":
		fmt.Fprint(p.Stderr, usage)
		return cli.Usage
	}
	status = p.Fail(cli.Usage, fmt.Errorf("command %q, expected controller, worker or local", command))
	fmt.Fprint(p.Stderr, "Run agentperf-fleet -h for usage.\n")
	return status
}

// An invocation is what a command is called with.
type invocation struct {
	program        cli.Program
	args           []string
	stdout, stderr io.Writer
	getenv         func(string) string
}
