package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/spans"
)

// Config says which server to look at. Only Endpoint.URL is required.
type Config struct {
	// Endpoint is how to reach the server. Its Timeout and IdleTimeout are lowered to a
	// fifth of the Timeout below, so that a server that does not answer is not asked for
	// long.
	Endpoint endpoint.Config
	// Model is the model to request; empty means the only one that the server lists.
	Model string
	// Fields are added to each request body and replace fields of the same name; rules
	// that need such a field for themselves are then skipped.
	Fields map[string]json.RawMessage
	// Concurrency is how many requests must run at once; 0 means 4, which is the default of
	// llama-server, the smallest of the servers that coding agents are pointed at.
	Concurrency int
	// Timeout bounds the whole suite; 0 means 5 minutes, half of what go test allows a
	// package. Rules that it leaves no time for are skipped.
	Timeout time.Duration
	// Each, when set, is called with each finding as soon as it is there, by the goroutine
	// that called Run.
	Each func(Finding)
}

// mostConcurrency bounds what a typing error would cost.
const mostConcurrency = 1024

// resolve returns the configuration with its defaults.
func (c Config) resolve() (Config, error) {
	if c.Concurrency == 0 {
		c.Concurrency = 4
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Minute
	}
	errs := []error{c.Endpoint.Validate(), spans.Check("conformance: Timeout", c.Timeout, 0)}
	if c.Concurrency < 2 || c.Concurrency > mostConcurrency {
		errs = append(errs, fmt.Errorf("conformance: Concurrency is %d, expected 2 to %d", c.Concurrency, mostConcurrency))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		if !json.Valid(c.Fields[name]) {
			errs = append(errs, fmt.Errorf("conformance: the value of field %q is not JSON", name))
		}
	}
	const share = 5
	limit := func(d, byDefault time.Duration) time.Duration {
		if d == 0 {
			d = byDefault
		}
		return min(d, c.Timeout/share)
	}
	c.Endpoint.Timeout = limit(c.Endpoint.Timeout, endpoint.DefaultTimeout)
	c.Endpoint.IdleTimeout = limit(c.Endpoint.IdleTimeout, endpoint.DefaultIdleTimeout)
	return c, errors.Join(errs...)
}

// cost returns what a rule sends at most, with the fields that are added to each request.
func (c Config) cost(costs func(n int) Cost) Cost {
	if costs == nil {
		return Cost{}
	}
	cost := costs(c.Concurrency)
	for name, value := range c.Fields {
		cost.InputBytes += int64(cost.Requests * (len(name) + len(value) + len(`,"":`)))
	}
	return cost
}
