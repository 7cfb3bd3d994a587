package maxusers

import (
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/trajectory"
)

// The rules for the simulated system, whose requests take a fraction of a second. Unless
// asked for certainty, a demonstration measures each number of agents once, by the point
// rule; with certainty it takes some minutes, short blocks and a high error rate.
var (
	demoPoint = agentperf.Point{
		SpawnRate: 40, Settle: 500 * time.Millisecond, Measure: demoMeasure, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Second,
	}
	demoControlled = agentperf.Controlled{
		ErrorRate: demoErrorRate, SpawnRate: 40, Settle: 500 * time.Millisecond,
		Block: 100 * time.Millisecond, MaxMeasure: time.Minute, Budget: 10 * time.Minute, Drain: time.Second,
	}
)

const (
	demoMeasure   = 5 * time.Second
	demoErrorRate = 0.1
)

// hurry is how much faster than the preset the simulated system and its agents' tools
// are: with 4 a demonstration takes a minute.
const hurry = 4

// serveDemo serves the simulated system and chooses service levels and a seed if none
// were given: a demonstration should repeat itself, and there is no cache from an earlier
// run to avoid.
func serveDemo(o *options, stderr io.Writer) (*endpointtest.Server, error) {
	system := demo.Config()
	fmt.Fprintln(stderr, demo.Notice)
	if o.cfg.Seed == 0 {
		o.cfg.Seed = 1
	}
	if len(o.cfg.Tiers) == 0 {
		o.cfg.Tiers = []agentperf.Tier{{SpeedFloor: 400, TTFTCeiling: 3 * time.Second}, {SpeedFloor: 500, TTFTCeiling: 2 * time.Second}}
		fmt.Fprintln(stderr, "Service levels: two made for it.")
	}
	switch rule := o.cfg.Rule.(type) {
	case agentperf.Controlled:
		if rule.ErrorRate == demoErrorRate {
			fmt.Fprintf(stderr, "To keep it short, answers may be wrong with a probability of %v, and blocks are short.\n", demoErrorRate)
		}
	case agentperf.Point:
		if rule == demoPoint {
			fmt.Fprintf(stderr, "To keep it short, each number of agents is measured once, for %v, and near a limit luck decides; with -error-rate the answer is as sure as that.\n", demoMeasure)
		}
	}
	system.Pool.StepOverhead /= hurry
	system.Pool.BandwidthBytesPerSecond *= hurry
	system.Pool.FLOPS *= hurry
	o.cfg.Policy.ToolDelayScale = 1.0 / hurry
	if need := contextOf(o.cfg.Workload); need > system.ContextTokens {
		system.Pool.KVTokens *= (need + system.ContextTokens - 1) / system.ContextTokens
		system.ContextTokens = need
		fmt.Fprintf(stderr, "Its context window and KV cache are enlarged for this workload, to %d and %d tokens.\n", system.ContextTokens, system.Pool.KVTokens)
	}
	return demo.Serve(system)
}

// contextOf returns the context window that a workload needs, in tokens.
func contextOf(w *trajectory.Workload) (need int) {
	const prefix = 64 // in front of each play, beside what chat templates add to each message
	for t := range w.Threads() {
		for i := range t.Turns {
			turn := &t.Turns[i]
			need = max(need, turn.PromptEstimate()+turn.OutputTokens+prefix+16*turn.History.Len())
		}
	}
	return need
}
