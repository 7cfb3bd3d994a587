package main

import (
	"context"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/telemetry"
)

// besideObservers is a reader beside which n observers scrape the program's own server each
// second.
func besideObservers(r reader, n int, url string) (reader, error) {
	var observers []telemetry.Observer
	for range n {
		o, err := telemetry.NewScrape(telemetry.ScrapeConfig{URL: url + metricsPath})
		if err != nil {
			return r, err
		}
		observers = append(observers, o)
	}
	team := observe.New(observers)
	return reader{
		name: fmt.Sprintf("%s, %d observers", r.name, n),
		what: fmt.Sprintf("the same, and %d pages of %d KB scraped each second", n, len(metricsPage())/1000),
		read: func(ctx context.Context, s *slice) error {
			w := team.Begin(ctx)
			err := r.read(ctx, s)
			for _, o := range w.End(telemetry.Instants{}) {
				if o.Failed > 0 && err == nil {
					err = fmt.Errorf("an observer failed: %s", o.Failure)
				}
			}
			return err
		},
	}, nil
}
