package fleet

import "fmt"

// String names the fleet in reports: "fleet of 4 workers".
func (c *Controller) String() string {
	if c.cfg.Workers == 1 {
		return "fleet of 1 worker"
	}
	return fmt.Sprintf("fleet of %d workers", c.cfg.Workers)
}
