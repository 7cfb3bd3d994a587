package load

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// DefaultClientLag is how late a client may be, at the P99, unless the configuration says
// otherwise.
const DefaultClientLag = 50 * time.Millisecond

// TooLate says why a client was too late for the phase to measure anything but itself;
// empty if none was. It compares the lag of each client, and how late it sent the given
// requests, with limit; a negative limit allows any delay. One late client of several is
// enough, and is named: the others' agents do not make up for its own.
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
		if late := lateness(rows); late > limit {
			return fmt.Sprintf("the client was too late in sending, by up to %v where %v is allowed: %s", late.Round(time.Millisecond), limit, explanation)
		}
		return ""
	}
	for i, own := range byOwner(p, rows) {
		if late := lateness(own); late > limit {
			c := &p.Clients[i]
			return fmt.Sprintf("%s was too late in sending, by up to %v where %v is allowed: %s", named(c), late.Round(time.Millisecond), limit, c.Explanation)
		}
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

// byOwner returns the rows of each client.
func byOwner(p *record.Phase, rows []*record.Row) [][]*record.Row {
	own := make([][]*record.Row, len(p.Clients))
	for _, r := range rows {
		if a := int(r.Agent); a < len(p.Owners) && int(p.Owners[a]) < len(own) {
			own[p.Owners[a]] = append(own[p.Owners[a]], r)
		}
	}
	return own
}

// lateness returns how late requests were sent: the P99, the P90 if there are too few for a
// P99, and 0 if there are too few for that, so that one hiccup does not decide.
func lateness(rows []*record.Row) time.Duration {
	late := metrics.Percentiles{Exact: -1}
	for _, r := range rows {
		late.Record(r.Lateness().Seconds())
	}
	percent := 99.0
	if late.N() < metrics.SamplesFor(percent) {
		percent = 90
	}
	if late.N() < metrics.SamplesFor(percent) {
		return 0
	}
	seconds, _ := late.At(percent)
	return time.Duration(seconds * float64(time.Second))
}
