package derive

import (
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

const (
	// leastShutOut is how many requests of a client in a row must fail, so that one does not that
	// is refused for what it alone asks.
	leastShutOut = 5
	// shutOutRate bounds the probability that so many fail in a row by chance, at the rate at
	// which those of the others do: a run has some thousands of looks at clients.
	shutOutRate = 1e-6
)

// ShutOut says which of several clients has had no more answers since some instant, while the
// others had: a key that was revoked, a firewall, a name that leads nowhere from one machine. Such
// a client puts hardly any load on the system, and its failures are no failures of that. It is
// given the requests that were measured; empty if there is none.
//
// known has the clients of which that was said of the phase before, and is brought up to date: of
// these, one failure and no answer is enough.
func ShutOut(p *record.Phase, rows []*record.Row, known map[string]bool) string {
	if len(p.Clients) < 2 || p.Owners == nil {
		return ""
	}
	seen := make([]silence, len(p.Clients))
	for _, r := range rows {
		if c := ClientOf(p, r); c >= 0 && r.Answered() {
			seen[c].since = max(seen[c].since, r.End)
		}
	}
	for _, r := range rows {
		if c := ClientOf(p, r); c >= 0 && r.Failed() && r.End > seen[c].since {
			seen[c].failed++
			seen[c].message = p.Message(r)
		}
	}
	for c, client := range p.Clients {
		s := &seen[c]
		least, most := leastShutOut, shutOutRate
		if s.since > 0 {
			delete(known, client.Name)
		} else if known[client.Name] {
			least, most = 1, 1
		}
		if s.failed < least {
			continue // as it nearly always is, which spares a look at all rows for each client
		}
		answered, others := 0, 0
		for _, r := range rows {
			switch {
			case ClientOf(p, r) == c || r.End <= s.since:
			case r.Answered():
				answered++
			case r.Failed():
				others++
			}
		}
		if answered < leastShutOut || others > answered {
			continue
		}
		// With one more of each kind, since none so far does not mean never.
		if rate := float64(others+1) / float64(others+answered+2); math.Pow(rate, float64(s.failed)) > most {
			continue
		}
		if known != nil {
			known[client.Name] = true
		}
		return fmt.Sprintf("the client %s has had no answer to %d requests since %v, and the others to all but %d of %d: it does not reach the system as they do: %.500s", client.Name, s.failed, s.since.Round(time.Millisecond), others, others+answered, s.message)
	}
	return ""
}

// silence is what a client had since its last answer.
type silence struct {
	since   time.Duration // the end of that; 0 without one
	failed  int
	message string // of the last failure
}
