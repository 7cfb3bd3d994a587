package fleet

import (
	"bytes"
	"encoding/json"
	"math"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
)

// A spy remembers what the worker w1 last said.
type spy struct {
	mu     sync.Mutex
	report wire.Report
	batch  wire.Batch
}

func (s *spy) see(_ *trial, m bus.Message) []time.Duration {
	if m.From == "w1" && m.To == bus.Controller {
		s.mu.Lock()
		defer s.mu.Unlock()
		message, _ := wire.Decode(m.Data)
		switch message := message.(type) {
		case *wire.Report:
			s.report = *message
		case *wire.Batch:
			s.batch = *message
		}
	}
	return []time.Duration{0}
}

func (s *spy) last() (wire.Report, wire.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report, s.batch
}

// Whatever else comes in the name of a worker makes the phase invalid, or nothing.
func TestHostileWorker(t *testing.T) {
	entry := func(e load.Entry) func(b *wire.Batch) {
		return func(b *wire.Batch) { b.Entries = wire.AppendEntry(nil, &e) }
	}
	row := func(change func(r *record.Row)) record.Row {
		r := record.New()
		r.Play = 0
		change(&r)
		return r
	}
	const now = 5 * time.Second
	for name, forge := range map[string]func(b *wire.Batch){
		"entries that are none":    func(b *wire.Batch) { b.Entries = bytes.Repeat([]byte{255}, 1000) },
		"the agent of another":     entry(load.Entry{Kind: load.Completed, At: now, Agent: 0}),
		"an agent of nobody":       entry(load.Entry{Kind: load.Completed, At: now, Agent: math.MaxInt32}),
		"a start again":            entry(load.Entry{Kind: load.Up, At: now, Agent: 1}),
		"completed work":           entry(load.Entry{Kind: load.Completed, At: now, Agent: 1}),
		"a time before the start":  entry(load.Entry{Kind: load.Completed, At: -now, Agent: 1}),
		"a time to come":           entry(load.Entry{Kind: load.Completed, At: math.MaxInt64, Agent: 1}),
		"a request that is none":   entry(load.Entry{Kind: load.End, At: now, Agent: 1, Request: 1 << 60, Row: row(func(*record.Row) {})}),
		"a request without a play": entry(load.Entry{Kind: load.Begin, At: now, Agent: 1, Request: -1, Row: row(func(r *record.Row) { r.Play = math.MinInt32 })}),
		"all that is to come":      func(b *wire.Batch) { b.Until = math.MaxInt64 },
		"nothing until now":        func(b *wire.Batch) { b.Until = math.MinInt64 },
		"its end":                  func(b *wire.Batch) { b.Final = true },
		"its end, with figures":    func(b *wire.Batch) { b.Final, b.Manifest = true, []byte(`{"entries":-1,"gaps":{}}`) },
		"a long manifest":          func(b *wire.Batch) { b.Manifest = make([]byte, 900_000) },
		"a batch far ahead":        func(b *wire.Batch) { b.Seq = math.MaxInt64 },
		"a batch of the past":      func(b *wire.Batch) { b.Seq = math.MinInt64 },
		"an attempt to come":       func(b *wire.Batch) { b.Epoch = math.MaxInt64 },
		"another process":          func(b *wire.Batch) { b.Instance = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			var s spy
			try(t, 2, s.see, func(x *trial) {
				conn := x.hub.Conn("forger")
				x.after(5*time.Second, func() {
					_, b := s.last()
					b.Seq++ // before the worker's own
					b.Entries, b.Manifest = nil, nil
					forge(&b)
					data, _ := wire.Encode(&b)
					for range 5 {
						conn.Publish(bus.From(DefaultFleet, "w1"), data)
					}
				})
				begun := time.Now()
				p := x.phase(record.Watch{})
				switch name {
				case "nothing until now": // in place of what may have been nothing
				case "a batch far ahead", "a batch of the past", "an attempt to come", "another process":
					if p.Fault != "" {
						t.Errorf("the phase is invalid: %s", p.Fault)
					}
				default:
					x.names(p.Fault, "worker w1")
				}
				if took := time.Since(begun); took > 2*time.Minute {
					t.Errorf("it took %v", took)
				}
				x.valid()
			})
		})
	}
}

// Reports that cannot be, and a flood of them, cost neither much memory nor the phase of others.
func TestHostileReports(t *testing.T) {
	var s spy
	try(t, 2, s.see, func(x *trial) {
		conn := x.hub.Conn("forger")
		x.after(5*time.Second, func() {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			long := string(bytes.Repeat([]byte("x"), 900_000))
			for i := range 2000 {
				for _, r := range []*wire.Report{
					{Instance: "i", Build: long},
					{N: int64(i), Instance: "j", Capacity: math.MinInt, Epoch: math.MaxInt64, Stage: "none", Refused: "no", Failed: "no", Client: &record.Client{Lag: -1}},
				} {
					if r.Build != "" && i > 20 {
						continue
					}
					data, _ := wire.Encode(r)
					conn.Publish(bus.From(DefaultFleet, "w9"), data)
					conn.Publish(bus.From(DefaultFleet, "w1"), data)
				}
				conn.Publish(bus.From(DefaultFleet, "w1"), []byte("R{}"))
				pong, _ := wire.Encode(&wire.Pong{N: int64(i), Instance: "j", Clock: math.MinInt64})
				conn.Publish(bus.From(DefaultFleet, "w1"), pong)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
				t.Errorf("%d MB were kept", grown>>20)
			}
		})
		x.valid()
	})
}

// A clock that is told wrongly makes the phase invalid, in bounded time.
func TestHostileClock(t *testing.T) {
	for _, clock := range []time.Duration{math.MinInt64, -1, 100 * time.Hour, 1 << 55, math.MaxInt64} {
		try(t, 2, func(x *trial, m bus.Message) []time.Duration {
			if m.From == "w1" && kindOf(m) == 'c' {
				return nil // its own
			}
			return []time.Duration{0}
		}, func(x *trial) {
			conn := x.hub.Conn("forger")
			instance := ""
			conn.Subscribe(bus.To(DefaultFleet, "w1"), func(_ string, data []byte) {
				message, _ := wire.Decode(data)
				switch message := message.(type) {
				case *wire.Order:
					instance = message.Instance
				case *wire.Ping:
					data, _ := wire.Encode(&wire.Pong{N: message.N, Instance: instance, Clock: clock})
					conn.Publish(bus.From(DefaultFleet, "w1"), data)
				}
			})
			begun := time.Now()
			p := x.invalid("worker w1")
			if took := time.Since(begun); took > 2*time.Minute {
				t.Errorf("it took %v", took)
			}
			if e := p.Clients[1].ClockError; e != record.None && (e < 0 || clock < 0 || clock > mostClock) {
				t.Errorf("a clock at %v is known to %v", clock, e)
			}
		})
	}
}

// FuzzTold has a worker tell anything, in batches of which each is in order: it ends in a phase
// that holds together or is invalid.
func FuzzTold(f *testing.F) {
	begun := record.New()
	begun.Agent, begun.Play = 1, 0
	ended := begun
	ended.Events, ended.FirstEvents, ended.Tokens, ended.FirstTokens, ended.Bytes = 5, 1, 5, 1, 20
	ended.Outcome, ended.Begun, ended.Due, ended.Sent, ended.First, ended.Last, ended.Made, ended.End = record.OK, 2e9, 2e9, 2e9, 3e9, 4e9, 4e9, 4e9
	begun.Begun = 2e9
	var text []byte
	for _, e := range []load.Entry{
		{Kind: load.Up, At: 1, Agent: 1}, {Kind: load.Play, At: 2, Agent: 1, Text: "t0", Session: "s"}, {Kind: load.Thread, At: 3, Text: "sub"},
		{Kind: load.Begin, At: 2e9, Agent: 1, Row: begun}, {Kind: load.First, At: 3e9, Agent: 1, Row: record.Row{First: 3e9}}, {Kind: load.Message, At: 3e9, Text: "it broke"},
		{Kind: load.End, At: 4e9, Agent: 1, Row: ended}, {Kind: load.Completed, At: 4e9, Agent: 1},
	} {
		text = wire.AppendEntry(text, &e)
	}
	manifest, _ := json.Marshal(&wire.Manifest{Entries: 8})
	f.Add(text, manifest, int64(5e9), uint8(20), true)
	f.Add(text[:len(text)-1], []byte("{}"), int64(-1), uint8(3), false)
	f.Fuzz(func(t *testing.T, text, manifest []byte, until int64, each uint8, final bool) {
		synctest.Test(t, func(t *testing.T) {
			plan := record.Plan{Shape: record.Shape{Agents: 4, Measure: 3 * time.Second, Timeout: 20 * time.Second}, LookEvery: time.Second}
			a := newAttempt(1, &plan, record.Watch{
				Look:  func(p *record.Phase) bool { return len(p.Rows) > 100 },
				Ended: func(*record.Phase, *record.Row) {},
			}, []string{"a", "b"}, []int32{0, 1, 0, 1})
			time.Sleep(10 * time.Second)
			in := &a.inboxes[1]
			put := func(b *wire.Batch) { in.put(b); a.advance() }
			a.inboxes[0].put(&wire.Batch{Seq: 1, Until: 9e9})
			for seq := int64(1); len(text) > 0; seq++ {
				n := min(len(text), int(each)+1)
				put(&wire.Batch{Seq: seq, Until: until, Entries: text[:n]})
				if text = text[n:]; len(text) == 0 {
					a.stop()
					put(&wire.Batch{Seq: seq + 1, Until: until, Manifest: manifest, Final: final})
				}
			}
			p, _ := a.phase(nil, nil, "")
			if p.Fault != "" {
				return
			}
			for _, rows := range [][]record.Row{p.Rows, p.Open} {
				for i := range rows {
					r := &rows[i]
					if r.Agent != 1 && r.Agent != 3 || int(r.Play) >= len(p.Plays) || int(r.Thread) >= max(1, len(p.Threads)) || r.Thread < 0 || int(r.Message) >= max(1, len(p.Messages)) {
						t.Errorf("a row that refers to nothing: %+v", r)
					}
				}
			}
			if _, err := json.Marshal(p); err != nil {
				t.Error(err)
			}
		})
	})
}
