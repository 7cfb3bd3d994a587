// Command engine serves a simulated inference system on this machine, for
// trying out clients and benchmarks without an accelerator: chat completions,
// Anthropic's Messages and OpenAI's Responses, under /v1.
//
//	go run ./examples/engine
//	go run ./examples/engine -list
//	go run ./examples/engine -preset 8xh100-gpt-oss-120b-model -listen 127.0.0.1:8001
//
// The system is a model, not a measurement of what it is named after: it computes
// only how long answers would take. /metrics has its true state as vLLM would state it,
// and /power/metrics the power of its accelerators as NVIDIA's DCGM exporter would: a
// function of their load, see Power in package simulate. Its address goes to standard output, everything
// else to standard error. Ctrl-C ends it.
package main

import (
	"context"
	"os"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr) })
}
