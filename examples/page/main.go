// Command page draws reports as one page of charts.
//
//	go run ./examples/page A.json B.json ... > page.html
//
// It reads what maxusers and slt wrote with -json: any number of reports of both kinds, of one
// system or of many. The page is a single file that needs no network. The exit status is 0 with
// a page, 1 without one and 2 for wrong usage.
package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/report/page"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr) })
}

// run is the program. The page goes to standard output as it is: page.Write leaves nothing in it
// that a terminal would obey.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.New("page", stdout, stderr)
	var options page.Options
	var requests, series []string
	var prices string
	flags := program.Flags("REPORT... > page.html")
	flags.StringVar(&options.Title, "title", "", "`text` above the headline, such as a date")
	flags.StringVar(&options.Note, "note", "", "`sentence` on all reports, below the headline")
	flags.Func("requests", "show what happened inside phases, by the `file` of maxusers -requests or the folder of its -journal (repeatable)", func(name string) error {
		requests = append(requests, name)
		return nil
	})
	flags.Func("series", "show below the requests what servers and power meters said meanwhile, by the `file` of maxusers -series (repeatable, with -requests)", func(name string) error {
		series = append(series, name)
		return nil
	})
	flags.StringVar(&prices, "prices", "", "show the prices of this CSV `file` instead of the built-in ones, see the documentation of catalog.ReadPrices for its columns; none shows none")
	err := flags.Parse(args)
	if err == nil && len(flags.Args()) == 0 {
		err = flags.Check(errors.New("no report, expected files that maxusers -json or slt -json wrote"))
	}
	if err == nil && len(series) > 0 && len(requests) == 0 {
		err = flags.Check(errors.New("-series without -requests, below which it is drawn"))
	}
	if err != nil {
		return program.Status(err)
	}
	var reports []*report.Report
	err = cli.Reading(ctx, func() (err error) {
		reports, err = read(flags.Args())
		if err == nil {
			options.Prices, err = readPrices(prices)
		}
		if err == nil && len(requests) > 0 {
			options.Requests, err = page.ReadRequests(ctx, requests...)
		}
		if err == nil && len(series) > 0 {
			options.Series, err = page.ReadSeries(ctx, series...)
		}
		return err
	})
	if err != nil {
		return program.Status(err)
	}
	out := bufio.NewWriter(stdout)
	return program.Status(errors.Join(page.Write(out, reports, options), out.Flush()))
}

// readPrices returns the prices in a file: those that come with the library for no name, and
// none for none.
func readPrices(name string) (catalog.Prices, error) {
	switch name {
	case "":
		return catalog.BuiltinPrices(), nil
	case "none":
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return catalog.ReadPrices(name, f)
}

func read(names []string) (reports []*report.Report, err error) {
	for _, name := range names {
		r, err := report.ReadFile(name)
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}
