package fleet

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// Why a worker may not take the place of another is in the log, once, and in the error of a run
// that ends for want of it, also where it came before the first was missed.
func TestReplacementRejected(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 2 * DefaultLease} {
		var log bytes.Buffer
		synctest.Test(t, func(t *testing.T) {
			x := newTrial(t, nil)
			x.log = slog.New(slog.NewTextHandler(&log, nil))
			x.begin("w0", WorkerConfig{})
			x.begin("w1", WorkerConfig{})
			x.c = x.controller(2)
			defer x.end()
			x.valid()
			x.workers["w1"].stop()
			time.Sleep(after)
			x.begin("w1", WorkerConfig{Capacity: 9})
			_, err := x.c.Phase(t.Context(), &x.plan, record.Watch{})
			if !errors.Is(err, ErrWorkers) {
				t.Fatal(err)
			}
			x.names(err.Error(), "nothing is heard of worker w1; one of that name was rejected: its capacity is 9, and 8 that of the one whose place it takes")
			x.begin("w1", WorkerConfig{})
			x.valid()
			x.workers["w1"].stop()
			delete(x.workers, "w1")
			x.invalid("worker w1")
			if _, err = x.c.Phase(t.Context(), &x.plan, record.Watch{}); err == nil || strings.Contains(err.Error(), "rejected") {
				t.Errorf("after one that was accepted: %v", err)
			}
		})
		if n := strings.Count(log.String(), `msg="a worker cannot take the place of the one before" worker=w1 why="its capacity is 9`); n != 1 {
			t.Errorf("it is logged %d times:\n%s", n, &log)
		}
	}
}

// Of workers of two builds those are rejected that are not of the controller's.
func TestBuildRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTrial(t, nil)
		x.begin("w1", WorkerConfig{})
		x.c = x.controller(2)
		defer x.end()
		conn := x.hub.Conn("w0")
		why := make(chan string, 1)
		conn.Subscribe(bus.To(DefaultFleet, "w0"), func(_ string, data []byte) {
			if m, _ := wire.Decode(data); m != nil {
				if o, ok := m.(*wire.Order); ok && o.Stage == wire.Rejected {
					why <- o.Why
				}
			}
		})
		data, _ := wire.Encode(&wire.Report{N: 1, Instance: "other", Build: "another", Capacity: 8, Stage: wire.Idle})
		conn.Publish(bus.From(DefaultFleet, "w0"), data)
		err := x.c.Gather(t.Context())
		if !errors.Is(err, ErrWorkers) {
			t.Fatal(err)
		}
		x.names(err.Error(), "worker w1 was built of "+build()+", and worker w0 of another")
		x.names(<-why, "it was built of another, and the controller and other workers of "+build())
		x.begin("w0", WorkerConfig{})
		time.Sleep(2 * DefaultLease)
		x.valid()
	})
}
