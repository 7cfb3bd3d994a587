package load

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// DefaultClientLag is how late a client may be, at the P99, unless the configuration says
// otherwise.
const DefaultClientLag = 50 * time.Millisecond

// TooLate says why a client was too late for the phase to measure anything but itself;
// empty if none was. It compares the lag of each client, and how late it sent the given
// requests, with limit; a negative limit allows any delay. One late client of several is
// enough, and is named: the others' agents do not make up for its own. Nor does it help them to
// be so many that each has too few requests to say how late it is: what they sent together is
// judged as if one had sent it.
func TooLate(p *record.Phase, rows []*record.Row, limit time.Duration) string {
	if limit < 0 {
		return ""
	}
	explanation := ""
	for i := range p.Clients {
		c := &p.Clients[i]
		if explanation = c.Explanation; c.Lag > limit {
			return fmt.Sprintf("%s was too late, by more than %v: %s", named(c), limit, explanation)
		}
	}
	if p.Owners == nil {
		if late, _ := derive.Lateness(rows); late > limit {
			return fmt.Sprintf("the client was too late in sending, by up to %v where %v is allowed: %s", late.Round(time.Millisecond), limit, explanation)
		}
		return ""
	}
	for i, own := range derive.ByClient(p, rows) {
		if late, _ := derive.Lateness(own); late > limit {
			c := &p.Clients[i]
			return fmt.Sprintf("%s was too late in sending, by up to %v where %v is allowed: %s", named(c), late.Round(time.Millisecond), limit, c.Explanation)
		}
	}
	if late, _ := derive.Lateness(rows); late > limit {
		return fmt.Sprintf("the %d clients together were too late in sending, by up to %v where %v is allowed", len(p.Clients), late.Round(time.Millisecond), limit)
	}
	return ""
}

// named names a client in a sentence.
func named(c *record.Client) string {
	if c.Name == "" {
		return "the client"
	}
	return "the client " + c.Name
}
