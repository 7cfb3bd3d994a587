package fleet

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// A controller that was held up itself says so, and blames no worker. What workers do wrong beside
// that is theirs.
func TestControllerHeldUp(t *testing.T) {
	const lease = 5 * time.Second
	left := func(why string) wire.Report { return wire.Report{Stage: wire.Left, Failed: why} }
	running := wire.Report{Stage: wire.Run}
	for name, tt := range map[string]struct {
		beats  []time.Duration // of the controller, before it looks
		looks  time.Duration
		heard  time.Duration // of the worker
		report wire.Report
		want   string
	}{
		"all is well":                            {[]time.Duration{9750e6}, 10e9, 9900e6, running, ""},
		"the worker is silent":                   {[]time.Duration{9750e6}, 10e9, 5e9, running, "nothing was heard of worker w for 5s"},
		"the controller was stopped":             {[]time.Duration{3900e6}, 10e9, 3950e6, running, "the controller was held up for 6.1s"},
		"and has noticed that":                   {[]time.Duration{3900e6, 10e9}, 10020e6, 3950e6, running, "the controller was held up for 6.1s"},
		"it was, and the worker has noticed":     {[]time.Duration{3900e6, 10e9}, 10500e6, 10400e6, left(errLease.Error()), "the controller was held up for 6.1s"},
		"for a little less than the lease":       {[]time.Duration{5400e6, 10e9}, 10500e6, 10400e6, left(errLease.Error()), "the controller was held up for 4.6s"},
		"for much less":                          {[]time.Duration{5600e6, 10e9}, 10500e6, 10400e6, left(errLease.Error()), "worker w has left the phase: nothing was heard of the controller for the time of the lease"},
		"long ago":                               {[]time.Duration{1e9, 7e9, 10e9, 13e9}, 13100e6, 13e9, left(errLease.Error()), "worker w has left the phase: nothing was heard of the controller for the time of the lease"},
		"the worker has left for another cause":  {[]time.Duration{3900e6, 10e9}, 10500e6, 10400e6, left("the worker was stopped"), "worker w has left the phase: the worker was stopped"},
		"the worker is silent after that":        {[]time.Duration{1e9, 7e9, 10e9, 12e9}, 12300e6, 7100e6, running, "nothing was heard of worker w for 5s"},
		"the first look":                         {nil, 10e9, 9e9, running, ""},
		"to be held up harms nobody who goes on": {[]time.Duration{5400e6, 10e9}, 10500e6, 10400e6, running, ""},
	} {
		zero := time.Now()
		at := func(d time.Duration) time.Time { return zero.Add(d) }
		m := &member{name: "w", heard: at(tt.heard), report: tt.report}
		c := &Controller{cfg: Config{Lease: lease}, id: "c", members: []*member{m}}
		m.report.Epoch, m.report.Controller, m.report.Instance = 1, "c", "i"
		a := newAttempt(1, &record.Plan{Shape: record.Shape{Agents: 1}}, record.Watch{}, []string{"w"}, []int32{0})
		a.start, a.instances = at(tt.looks), []string{"i"}
		for _, d := range tt.beats {
			c.pulse.beat(at(d), lease)
		}
		if c.lost(a, at(tt.looks)); a.fault() != tt.want {
			t.Errorf("%s: %q, want %q", name, a.fault(), tt.want)
		}
	}
}
