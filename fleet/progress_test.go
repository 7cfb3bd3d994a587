package fleet

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A Progress that takes longer than the phase changes nothing in it: the window ends when it is
// due, and with it the load. Phase waits for the call.
func TestSlowProgress(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		var told, returned atomic.Int32
		p := x.phase(record.Watch{Progress: func(record.Progress) {
			told.Add(1)
			time.Sleep(2 * time.Minute)
			returned.Add(1)
		}})
		// By hand: the window ends after 21 s. Answers take 1.65 s at most, and agents begin another one at
		// most before they know.
		if p.Fault != "" || p.Ending != record.Complete || p.WindowEnd != 21*time.Second || p.End > 25*time.Second {
			t.Errorf("%q, %s at %v, the load until %v", p.Fault, p.Ending, p.WindowEnd, p.End)
		}
		if told.Load() != 1 || returned.Load() != 1 {
			t.Errorf("told %d times, %d have returned", told.Load(), returned.Load())
		}
	})
}
