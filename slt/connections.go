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
	check := func(level, before int) error {
		return limits.Check(fmt.Sprintf("%d queries at a time", level), level, before)
	}
	before := 0
	for _, level := range c.Levels {
		if err := check(level, before); err != nil {
			return "", fmt.Errorf("slt: %w", err)
		}
		before = level
	}
	if len(c.Levels) > 0 {
		return "", nil
	}
	if err := check(1, 0); err != nil {
		return "", fmt.Errorf("slt: %w", err)
	}
	if err = check(c.MaxConcurrency, c.MaxConcurrency); err == nil {
		return "", nil
	}
	c.MaxConcurrency = max(1, limits.Most())
	return fmt.Sprintf("the sweep goes no further than a concurrency of %d: %v", c.MaxConcurrency, err), nil
}
