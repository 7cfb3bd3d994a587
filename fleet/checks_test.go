package fleet

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// A worker checks itself once a second, as each check costs it milliseconds, and not with every
// report.
func TestChecksAreSeldom(t *testing.T) {
	var checks, reports atomic.Int64
	try(t, 2, func(_ *trial, m bus.Message) []time.Duration {
		if message, _ := wire.Decode(m.Data); message != nil && m.From == "w1" {
			if r, ok := message.(*wire.Report); ok && r.Stage == wire.Run {
				if reports.Add(1); r.Client != nil {
					checks.Add(1)
				}
			}
		}
		return []time.Duration{0}
	}, func(x *trial) {
		p := x.valid()
		// By hand: a report each quarter of a second, from half a second before the start.
		seconds := int64(p.End / time.Second)
		if n := checks.Load(); n < seconds-1 || n > seconds+2 || reports.Load() < 3*seconds {
			t.Errorf("%d checks in %d reports in %d s", n, reports.Load(), seconds)
		}
		if c := p.Clients[1]; c.Wakes == 0 {
			t.Errorf("%+v", c)
		}
	})
}
