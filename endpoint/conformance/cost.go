package conformance

import (
	"fmt"
	"time"
)

// A Cost is what the suite takes of a server at most, or what it took.
type Cost struct {
	// Requests is the number of requests for completions. Beside them the server is asked
	// for its models, its version, a count of tokens and its /metrics, the latter some 50
	// times at most.
	Requests int `json:"requests"`
	// OutputTokens is what these ask for together.
	OutputTokens int `json:"output_tokens"`
	// InputBytes is the length of their bodies together.
	InputBytes int64 `json:"input_bytes"`
	// Seconds is how long all takes.
	Seconds float64 `json:"seconds"`
}

func (c Cost) plus(d Cost) Cost {
	return Cost{c.Requests + d.Requests, c.OutputTokens + d.OutputTokens, c.InputBytes + d.InputBytes, c.Seconds + d.Seconds}
}

// String returns the cost in words.
func (c Cost) String() string {
	return fmt.Sprintf("%d requests, %d output tokens, %.1f MB of prompts, %v",
		c.Requests, c.OutputTokens, float64(c.InputBytes)/1e6, time.Duration(c.Seconds*float64(time.Second)).Round(100*time.Millisecond))
}

// each is the cost of so many requests, each of so many tokens. A body has 3 KiB at most,
// with tools and history 2 KiB and the rest for the name of the model, unless a rule says
// otherwise.
func each(requests, tokens int) func(int) Cost {
	const most = 3 << 10
	return func(int) Cost {
		return Cost{Requests: requests, OutputTokens: requests * tokens, InputBytes: int64(requests * most)}
	}
}

// with is a cost with prompts of another length.
func with(costs func(int) Cost, bytes int64) func(int) Cost {
	return func(n int) Cost {
		c := costs(n)
		c.InputBytes = bytes
		return c
	}
}

// Lengths of answers, in tokens. An answer of which the pace is looked at has longTokens:
// engines that report every 20 tokens send six events of it. One of which only the end
// matters has shortTokens. What a rule reads in an answer needs some words.
const (
	longTokens  = 128
	textTokens  = 48
	callTokens  = 96
	shortTokens = 16
)
