// Package demo is what programs measure and replay when they are given nothing: a
// simulated inference system, and short generated sessions for it. Neither says anything
// about real systems or about what coding agents ask of them.
package demo

import (
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// Workload returns a dozen sessions, the same each time.
func Workload() *trajectory.Workload { return generate.Preset(generate.Demo).Workload() }

// Config returns the simulated system that the sessions are made for.
func Config() simulate.Config {
	c, err := simulate.Preset("demo")
	if err != nil {
		panic(err)
	}
	return c
}

// Notice goes in front of all output about the simulated system.
const Notice = "No -endpoint: this measures a SIMULATION of an inference system that does not exist."

// Identity is what reports about the simulated system state of it, unless something else was given.
func Identity(given *system.Identity) *system.Identity {
	if given != nil {
		return given
	}
	return &system.Identity{Name: "Simulated demo system"}
}

// Serve serves a simulated system on this machine.
func Serve(c simulate.Config) (*endpointtest.Server, error) {
	engine, err := simulate.New(c)
	if err != nil {
		return nil, err
	}
	return endpointtest.Serve(engine)
}
