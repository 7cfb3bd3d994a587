package fleet

import (
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A fleet keeps to what a Load promises.
func TestLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{Capacity: 1})
		var c *Controller
		var all []*process
		err := agentperftest.TestLoad(func(target agentperftest.LoadTarget) (agentperf.Load, error) {
			for _, name := range []string{"a", "b", "c"} {
				all = append(all, w.start(name, WorkerConfig{Workload: target.Workload, Connect: target.Connect}))
			}
			c = w.controller(len(all))
			return c, nil
		})
		if err != nil {
			t.Error(err)
		}
		c.Close()
		for _, p := range all {
			if err := <-p.done; err != nil {
				t.Error(err)
			}
		}
	})
}
