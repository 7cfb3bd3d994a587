package slt

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/internal/sockets"
)

// fit keeps the sweep within the connections that this machine can open, each query
// having its own. It is an error when Levels ask for more.
func (c *Config) fit(limits sockets.Limits) (warning string, err error) {
	if c.Endpoint.Dial != nil || c.Endpoint.HTTP2 {
		return "", nil // of no kind that is known, or shared
	}
	most := c.MaxConcurrency
	if len(c.Levels) > 0 {
		most = slices.Max(c.Levels)
	}
	err = limits.Check(fmt.Sprintf("%d queries at a time", most), most)
	switch {
	case err == nil:
		return "", nil
	case len(c.Levels) > 0 || limits.Most() < 1:
		return "", fmt.Errorf("slt: %w", err)
	}
	c.MaxConcurrency = limits.Most()
	return fmt.Sprintf("the sweep goes no further than a concurrency of %d: %v", c.MaxConcurrency, err), nil
}
