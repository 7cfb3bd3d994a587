// Package simserver is the HTTP side of a simulated chat-completions server:
// it reads requests, writes streamed answers and misbehaves on demand. When the
// tokens of an answer come is up to its user. [endpointtest.Engine] and
// [simulate.System] share it.
//
// [endpointtest.Engine]: https://pkg.go.dev/github.com/agentperf/agentperf-go/endpoint/endpointtest#Engine
// [simulate.System]: https://pkg.go.dev/github.com/agentperf/agentperf-go/endpoint/simulate#System
package simserver
