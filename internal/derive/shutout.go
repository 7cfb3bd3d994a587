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
	since := make([]time.Duration, len(p.Clients)) // the end of the last answer of each client
	for _, r := range rows {
		if c := ClientOf(p, r); c >= 0 && r.Answered() {
			since[c] = max(since[c], r.End)
		}
	}
	for c, client := range p.Clients {
		failed, answered, others := 0, 0, 0
		message := ""
		for _, r := range rows {
			switch own := ClientOf(p, r) == c; {
			case r.End <= since[c]:
			case own && r.Failed():
				failed++
				message = p.Message(r)
			case own:
			case r.Answered():
				answered++
			case r.Failed():
				others++
			}
		}
		least, most := leastShutOut, shutOutRate
		if since[c] > 0 {
			delete(known, client.Name)
		} else if known[client.Name] {
			least, most = 1, 1
		}
		if failed < least || answered < leastShutOut || others > answered {
			continue
		}
		// With one more of each kind, since none so far does not mean never.
		if rate := float64(others+1) / float64(others+answered+2); math.Pow(rate, float64(failed)) > most {
			continue
		}
		if known != nil {
			known[client.Name] = true
		}
		return fmt.Sprintf("the client %s has had no answer to %d requests since %v, and the others to all but %d of %d: it does not reach the system as they do: %.500s", client.Name, failed, since[c].Round(time.Millisecond), others, others+answered, message)
	}
	return ""
}
