package main

import (
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// openCatalog returns the prices of all named files.
func openCatalog(own string, sky [][2]string, azure string, asOf time.Time, stderr io.Writer) (catalog.Prices, error) {
	all := catalog.BuiltinPrices()
	warn := func(file string, warnings []string) {
		for _, w := range warnings {
			fmt.Fprintf(stderr, "%s: %s\n", file, w)
		}
	}
	if own != "" {
		err := open(own, func(r io.Reader) (err error) {
			all, err = catalog.ReadPrices(own, r)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, s := range sky {
		err := open(s[1], func(r io.Reader) error {
			more, warnings, err := catalog.ReadSkyPilot(s[1], s[0], asOf, r)
			all = append(all, more...)
			warn(s[1], warnings)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if azure != "" {
		err := open(azure, func(r io.Reader) error {
			more, warnings, err := catalog.ReadAzure(azure, asOf, r)
			all = append(all, more...)
			warn(azure, warnings)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func open(name string, read func(io.Reader) error) error {
	f, err := cli.OpenInput(name, cli.MaxPrices) // the readers have limits of their own
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f)
}
