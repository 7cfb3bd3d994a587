package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/requestlog"
)

// rows writes requests as another client has them.
func rows(ctx context.Context, program cli.Program, args []string) int {
	flags := program.CommandFlags("rows", "REQUESTS FOLDER")
	model := flags.String("model", "model", "`name` of the model, the first part of the names of files")
	if err := flags.Parse(args); err != nil {
		return program.Status(err)
	}
	if len(flags.Args()) != 2 {
		return program.Status(flags.Check(errors.New("expected REQUESTS, a file that maxusers wrote or its journal, and FOLDER, a new one")))
	}
	phases, err := requestlog.WriteAA(ctx, flags.Args()[0], flags.Args()[1], *model)
	if err != nil {
		return program.Fail(cli.Failed, err)
	}
	fmt.Fprintf(program.Stdout, "%d phases in %s\n", phases, flags.Args()[1])
	return cli.OK
}
