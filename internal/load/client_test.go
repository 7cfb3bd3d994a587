package load_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
)

// Requests that make a phase of one client invalid do so however many clients sent them: one of
// five is 200 ms late, and the P90 of 100 requests and the P99 of 400 are.
func TestTooLateTogether(t *testing.T) {
	const ms = time.Millisecond
	for _, requests := range []int{100, 400} {
		for _, clients := range []int{1, 4, 50} {
			for late, want := range map[time.Duration]bool{40 * ms: false, 200 * ms: true} {
				p := &record.Phase{Header: record.Header{Agents: requests}}
				for range clients {
					p.Clients = append(p.Clients, record.Client{Name: "w"})
				}
				rows := make([]*record.Row, requests)
				for i := range rows {
					r := record.New()
					if r.Agent, r.Due, r.Sent = int32(i), time.Second, time.Second; i%5 == 0 {
						r.Sent += late
					}
					if rows[i] = &r; clients > 1 {
						p.Owners = append(p.Owners, int32(i%clients))
					}
				}
				if why := load.TooLate(p, rows, 50*ms); strings.Contains(why, "too late in sending, by up to 200ms") != want || !want && why != "" {
					t.Errorf("%d requests of %d clients, %v late: %q", requests, clients, late, why)
				}
			}
		}
	}
}
