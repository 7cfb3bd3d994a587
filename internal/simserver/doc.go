// Package simserver is the HTTP side of simulated servers: it reads requests,
// writes answers and misbehaves on demand, in the three APIs that coding agents
// use: OpenAI's chat completions and Responses, and Anthropic's Messages. When the
// tokens of an answer come is up to its user. [endpointtest.Engine] and
// [simulate.System] share it.
//
// A request of any API is read as that of a chat completion (translate.go), and
// what is done about it knows no other: the same session has the same prompt, the
// same answer and the same share of the cache in all of them. The answer is made of
// pieces, which frames put into the events of an API.
//
// [endpointtest.Engine]: https://pkg.go.dev/github.com/agentperf/agentperf-go/endpoint/endpointtest#Engine
// [simulate.System]: https://pkg.go.dev/github.com/agentperf/agentperf-go/endpoint/simulate#System
package simserver
