package fleet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// Another process takes the place of a worker, with its agents.
func TestReplacement(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		first := x.valid()
		x.after(5*time.Second, func() {
			x.workers["w1"].stop()
			x.begin("w1", WorkerConfig{})
		})
		x.invalid("worker w1")
		if again := x.valid(); !slices.Equal(again.Owners, first.Owners) {
			t.Errorf("the agents of %v became %v", first.Owners, again.Owners)
		}
	})
}

// One with another capacity does not, and is told so.
func TestReplacementUnlike(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.valid()
		x.workers["w1"].stop()
		time.Sleep(DefaultLease)
		x.begin("w1", WorkerConfig{Capacity: 9})
		err := <-x.workers["w1"].done
		if rejected, ok := errors.AsType[*RejectedError](err); !ok || !strings.Contains(rejected.Why, "capacity") {
			t.Errorf("the worker ends with %v", err)
		}
		x.begin("w1", WorkerConfig{})
		x.valid()
	})
}

// Nor does one of another build.
func TestReplacementOfAnotherBuild(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.valid()
		x.workers["w1"].stop()
		time.Sleep(DefaultLease)
		conn := x.hub.Conn("w1")
		why := make(chan string, 1)
		conn.Subscribe(bus.To(DefaultFleet, "w1"), func(_ string, data []byte) {
			if m, _ := wire.Decode(data); m != nil {
				if o, ok := m.(*wire.Order); ok && o.Instance == "other" {
					why <- o.Why
				}
			}
		})
		data, _ := wire.Encode(&wire.Report{N: 1, Instance: "other", Build: "another", Capacity: 8, Stage: wire.Idle})
		conn.Publish(bus.From(DefaultFleet, "w1"), data)
		if text := <-why; !strings.Contains(text, "another") {
			t.Errorf("it was told %q", text)
		}
		conn.Close()
		x.begin("w1", WorkerConfig{})
		x.valid()
	})
}

// One that speaks another version is no replacement either, and the first goes on when it is back.
func TestReplacementOfAnotherVersion(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.valid()
		x.hub.Cut("w1")
		time.Sleep(2 * DefaultLease)
		report := fmt.Appendf(nil, `R{"version":%d,"n":1,"instance":"other","build":%q,"capacity":8,"stage":"idle"}`, wire.Version+1, build())
		x.hub.Conn("other").Publish(bus.From(DefaultFleet, "w1"), binary.BigEndian.AppendUint32(report, crc32.Checksum(report, castagnoli)))
		time.Sleep(time.Second)
		x.hub.Heal("w1")
		x.valid()
	})
}

// Of two with one name the second waits, until the first is gone.
func TestTwoOfOneName(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.valid()
		first := x.workers["w1"]
		sent := x.sentBy("w1")
		connect, end := x.connect("second")
		defer end()
		x.begin("w1", WorkerConfig{Connect: connect})
		x.valid()
		if x.sentBy("w1") == sent || x.sentBy("second") > 0 {
			t.Errorf("the second sent %d requests", x.sentBy("second"))
		}
		first.stop()
		time.Sleep(2 * time.Second)
		x.valid()
		if x.sentBy("second") == 0 {
			t.Error("the second does not work once the first is gone")
		}
	})
}

// More workers than are needed are left alone.
func TestMoreWorkers(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.begin("w2", WorkerConfig{})
		x.valid()
		idle := 0
		for _, name := range []string{"w0", "w1", "w2"} {
			if x.sentBy(name) == 0 {
				idle++
			}
		}
		if idle != 1 {
			t.Errorf("%d workers have done nothing, want 1", idle)
		}
	})
}

// Workers obey one controller; another gets them once that is gone.
func TestTwoControllers(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.valid()
		first := x.c
		cfg := Config{Workers: 2, Wait: 20 * time.Second, conn: x.hub.Conn("second"), Logger: x.log}
		second, err := NewController(x.t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := second.Gather(x.t.Context()); !errors.Is(err, ErrWorkers) {
			t.Errorf("the second has the workers: %v", err)
		}
		x.valid()
		x.hub.Cut(bus.Controller)
		x.c = second
		x.valid()
		x.hub.Heal(bus.Controller)
		if p, err := first.Phase(x.t.Context(), &x.plan, record.Watch{}); !errors.Is(err, ErrWorkers) {
			t.Errorf("the first, back again, makes a phase: %v, %v", p, err)
		}
		x.valid()
		first.Close()
	})
}
