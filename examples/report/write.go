package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/report"
)

// writers are the commands that write reports in other formats.
var writers = map[string]func(io.Writer, ...*report.Report) error{
	"markdown":    report.WriteMarkdown,
	"openmetrics": report.WriteOpenMetrics,
	"benchfmt":    report.WriteBenchfmt,
	"csv":         report.WritePhasesCSV,
}

// mostRequests is the largest file of requests that becomes CSV: a day of ten thousand agents.
const mostRequests = 64 << 30

// write writes files to standard output in the format that the command names.
func write(ctx context.Context, program cli.Program, command string, args []string) int {
	flags := program.CommandFlags(command, "FILE...")
	if err := flags.Parse(args); err != nil {
		return program.Status(err)
	}
	names := flags.Args()
	requests := 0
	for _, name := range names {
		if command == "csv" && strings.HasSuffix(strings.ToLower(name), ".jsonl") {
			requests++
		}
	}
	switch {
	case len(names) == 0:
		return program.Status(flags.Check(errors.New("FILE is missing: the reports to write")))
	case requests > 1 || requests == 1 && len(names) > 1:
		return program.Status(flags.Check(errors.New("requests (.jsonl) are written one file at a time, and apart from reports")))
	case requests == 1:
		return program.Status(cli.Reading(ctx, func() error { return writeRequests(program.Stdout, names[0]) }))
	}
	var all []*report.Report
	for _, name := range names {
		r, err := report.ReadFile(name)
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		all = append(all, r)
	}
	return program.Status(writers[command](program.Stdout, all...))
}

func writeRequests(w io.Writer, name string) error {
	f, err := cli.OpenInput(name, mostRequests)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := report.WriteRequestsCSV(w, f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
