// Command minimal finds how many agents an endpoint can serve at 100 tokens/s.
//
//	go run . http://host:8000 sessions/
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

func main() {
	measure := flag.Duration("measure", 0, "time to measure each number of agents; 0 measures until the answer is sure")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: minimal [-measure 30s] URL SESSIONS")
	}
	workload, err := format.Open(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	var rule agentperf.Rule // nil measures until the answer is sure
	if *measure > 0 {
		rule = agentperf.Point{Measure: *measure, SpawnRate: -1, Settle: -1, MinTrajectories: -1, MinPerAgent: -1}
	}
	report, err := agentperf.Run(context.Background(), agentperf.Config{
		Endpoint: endpoint.Config{URL: flag.Arg(0)},
		Workload: workload,
		Tiers:    []agentperf.Tier{{SpeedFloor: 100, TTFTCeiling: 5 * time.Second}},
		Rule:     rule,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := report.WriteTable(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
