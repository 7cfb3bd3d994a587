// Command report works on the results of runs that are over: it measures nothing.
//
//	go run ./examples/report diff A B                     compare two reports, before and after a change
//	go run ./examples/report markdown FILE...             write reports for the summary of a CI job
//	go run ./examples/report openmetrics FILE...          for Prometheus
//	go run ./examples/report benchfmt FILE...             for benchstat
//	go run ./examples/report csv FILE...                  a line for each phase, or request of a .jsonl file
//	go run ./examples/report judge FILE... -slo 100@5s    judge records by other service levels
//	go run ./examples/report rows REQUESTS FOLDER         write requests as Artificial Analysis' client has them
//
// Diff compares reports of maxusers or of slt, and is meant for CI: the exit status is 0 if B is
// no worse than A by more than -tolerance, 3 if it is worse, and 1 if neither is sure, a report
// cannot be read or the two cannot be compared, as they were not measured alike. Nothing is sure
// of runs without -error-rate, or of slt: with -unsure the status goes by the figures as they are.
//
// Markdown and the formats after it go to standard output; the exit status is 1 if a file cannot
// be read.
//
// Judge reads what maxusers wrote with -requests or into its journal, the rows of
// Artificial Analysis' client with its phase_manifest.jsonl, and AIPerf's
// profile_export.jsonl; files, or folders that hold them. The answer goes to standard
// output. The exit status is 0 with an answer, 1 without one and 2 for wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr) })
}

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.New("report", stdout, stderr)
	if len(args) > 0 {
		switch args[0] {
		case "diff":
			return diff(program, args[1:])
		case "markdown", "openmetrics", "benchfmt", "csv":
			return write(ctx, program, args[0], args[1:])
		case "judge":
			return judge(ctx, program, args[1:])
		case "rows":
			return rows(ctx, program, args[1:])
		case "-h", "-help", "--help", "help":
			fmt.Fprint(program.Stderr, usage)
			return cli.OK
		}
		program.Fail(cli.Usage, fmt.Errorf("unknown command %q", args[0]))
	} else {
		program.Fail(cli.Usage, errors.New("a command is missing"))
	}
	fmt.Fprint(program.Stderr, usage)
	return cli.Usage
}

const usage = `Usage: report COMMAND [flags] ARGUMENTS
  diff A B              compare two reports, before and after a change
  markdown FILE...      write reports for the summary of a CI job
  openmetrics FILE...   write them for Prometheus
  benchfmt FILE...      write them for benchstat
  csv FILE...           write their phases, or the requests of a .jsonl file
  judge FILE...         judge the records of a run by service levels
  rows REQUESTS FOLDER  write requests as the rows of Artificial Analysis' client
Run report COMMAND -h for the flags of a command.
`
