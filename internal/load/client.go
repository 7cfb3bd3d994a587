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

// TooLate says why the client was too late for the phase to measure anything but itself;
// empty if it was not. It compares the lag of each client, and how late the given requests
// were sent, with limit; a negative limit allows any delay.
func TooLate(p *record.Phase, rows []*record.Row, limit time.Duration) string {
	if limit < 0 {
		return ""
	}
	explanation := ""
	for i := range p.Clients {
		c := &p.Clients[i]
		if explanation = c.Explanation; c.Lag > limit {
			return fmt.Sprintf("the client was too late, by more than %v: %s", limit, explanation)
		}
	}
	if late := lateness(rows); late > limit {
		return fmt.Sprintf("the client was too late in sending, by up to %v where %v is allowed: %s", late.Round(time.Millisecond), limit, explanation)
	}
	return ""
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
