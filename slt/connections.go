package slt

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/sockets"
)

// fit limits the sweep to the number of connections that this machine can open, one per
// query. It returns an error if Levels ask for more.
func (c *Config) fit(limits sockets.Limits) (warning string, err error) {
	if c.Connect != nil || c.Endpoint.Dial != nil || c.Endpoint.HTTP2 {
		return "", nil // of an unknown kind, or shared
	}
	before := 0
	for _, level := range c.Levels {
		if err := limits.Check(queries(level), level, before); err != nil {
			return "", fmt.Errorf("slt: %w", err)
		}
		before = level
	}
	if len(c.Levels) > 0 {
		return "", nil
	}
	most, short, err := limits.Fit(1, c.MaxConcurrency, 1, true, queries)
	switch {
	case err != nil:
		return "", fmt.Errorf("slt: %w", err)
	case short == nil:
		return "", nil
	}
	c.MaxConcurrency = most
	return fmt.Sprintf("the sweep goes no further than a concurrency of %d: %v", most, short), nil
}

func queries(n int) string { return fmt.Sprintf("%d queries at a time", n) }
