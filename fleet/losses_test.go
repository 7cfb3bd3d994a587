package fleet

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// lossy loses a fifth of all messages, brings as many twice and as many late.
func lossy() func(*trial, bus.Message) []time.Duration {
	r := rand.New(rand.NewPCG(1, 2))
	return func(*trial, bus.Message) []time.Duration {
		switch r.IntN(5) {
		case 0:
			return nil
		case 1:
			return []time.Duration{0, time.Duration(r.IntN(3000)) * time.Millisecond}
		case 2:
			return []time.Duration{time.Duration(r.IntN(20)) * time.Millisecond}
		}
		return []time.Duration{0}
	}
}

// What is lost, comes twice, late and in another order costs no phase and no row.
func TestLosses(t *testing.T) {
	try(t, 4, lossy(), func(x *trial) {
		for range 5 {
			x.valid()
		}
	})
}

// The negative control: where nothing is sent again, rows are lost, and the phase is invalid.
func TestLossesWithoutSendingAgain(t *testing.T) {
	tryWith(t, WorkerConfig{once: true}, 2, lossy(), func(x *trial) {
		before, begun := x.engine.Stats().Requests, time.Now()
		p := x.invalid("nothing of what worker")
		if n := x.engine.Stats().Requests - before; len(p.Rows) >= n {
			t.Errorf("%d rows of %d requests: nothing was lost", len(p.Rows), n)
		}
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// batchOf returns the batch in a message, if there is one.
func batchOf(m bus.Message) *wire.Batch {
	message, _ := wire.Decode(m.Data)
	b, _ := message.(*wire.Batch)
	return b
}

// A batch that never comes makes the phase invalid, whatever comes after it.
func TestBatchLostForever(t *testing.T) {
	for _, final := range []bool{false, true} {
		var lose atomic.Bool
		lose.Store(true)
		try(t, 2, func(_ *trial, m bus.Message) []time.Duration {
			if b := batchOf(m); lose.Load() && m.From == "w1" && b != nil && (b.Seq == 7 && !final || b.Final && final) {
				return nil
			}
			return []time.Duration{0}
		}, func(x *trial) {
			begun := time.Now()
			x.invalid("worker w1")
			if took := time.Since(begun); took > 80*time.Second {
				t.Errorf("it took %v", took)
			}
			lose.Store(false)
			x.valid()
		})
	}
}

// A batch that is damaged on its way is refused, and sent again. Where all are, the phase is
// invalid.
func TestDamagedBatch(t *testing.T) {
	damaged := make(map[*byte]bool) // of the hub, that is of one message at a time
	var again atomic.Int32
	var always atomic.Bool
	flip := func(data []byte) { data[len(data)/2] ^= 4 } // where the worker keeps it
	try(t, 2, func(x *trial, m bus.Message) []time.Duration {
		switch b := batchOf(m); {
		case m.From != "w1":
		case damaged[&m.Data[0]] && !always.Load():
			flip(m.Data)
			delete(damaged, &m.Data[0])
			again.Add(1)
		case b != nil && (always.Load() || b.Seq%5 == 0):
			flip(m.Data)
			damaged[&m.Data[0]] = true
		}
		return []time.Duration{0}
	}, func(x *trial) {
		x.valid()
		if n := again.Load(); n < 50 {
			t.Errorf("%d batches were damaged and sent again", n)
		}
		always.Store(true)
		x.invalid("nothing of what worker w1")
	})
}
