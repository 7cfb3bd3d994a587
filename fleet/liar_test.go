package fleet

import (
	"encoding/json"
	"hash/crc32"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
)

// A liar is the connection of a worker that tells other than what it did, with a manifest that
// agrees. Any of its functions may be nil.
type liar struct {
	bus.Conn
	entry    func(e *load.Entry)
	manifest func(m *wire.Manifest)
	report   func(r *wire.Report)

	mu    sync.Mutex
	epoch int64
	sent  map[int64][]byte // batches by number, which are sent again as they were
	n     int64
	sum   uint32
}

func (l *liar) Publish(subject string, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch m, _ := wire.Decode(data); m := m.(type) {
	case *wire.Report:
		if l.report != nil {
			l.report(m)
			data, _ = wire.Encode(m)
		}
	case *wire.Batch:
		if m.Epoch != l.epoch {
			l.epoch, l.sent, l.n, l.sum = m.Epoch, make(map[int64][]byte), 0, 0
		}
		if l.sent[m.Seq] == nil {
			l.sent[m.Seq] = l.batch(m)
		}
		data = l.sent[m.Seq]
	}
	return l.Conn.Publish(subject, data)
}

func (l *liar) batch(b *wire.Batch) []byte {
	entries, _ := wire.Entries(b.Entries)
	b.Entries = nil
	for i := range entries {
		if l.entry != nil {
			l.entry(&entries[i])
		}
		b.Entries = wire.AppendEntry(b.Entries, &entries[i])
	}
	l.n += int64(len(entries))
	l.sum = crc32.Update(l.sum, castagnoli, b.Entries)
	if b.Final {
		var m wire.Manifest
		json.Unmarshal(b.Manifest, &m)
		m.Entries, m.Sum = l.n, l.sum
		if l.manifest != nil {
			l.manifest(&m)
		}
		b.Manifest, _ = json.Marshal(&m)
	}
	data, _ := wire.Encode(b)
	return data
}

// What no request, client or manifest can have makes the phase invalid and names the worker that
// tells it, and what is left of the phase can be written.
func TestWhatCannotBe(t *testing.T) {
	ends := func(change func(r *record.Row)) *liar {
		return &liar{entry: func(e *load.Entry) {
			if e.Kind == load.End && e.Row.Outcome == record.OK {
				change(&e.Row)
			}
		}}
	}
	begins := func(change func(r *record.Row)) *liar {
		return &liar{entry: func(e *load.Entry) {
			if e.Kind == load.Begin {
				change(&e.Row)
			}
		}}
	}
	checks := func(change func(c *record.Client)) *liar {
		return &liar{report: func(r *wire.Report) {
			if r.Client != nil {
				change(r.Client)
			}
		}}
	}
	last := func(change func(m *wire.Manifest)) *liar { return &liar{manifest: change} }
	gaps := func(s float64) *liar {
		return last(func(m *wire.Manifest) {
			text, err := json.Marshal(map[string]any{"inter_event": map[string]any{"n": 1, "samples": []float64{s}}, "inter_token": map[string]any{}})
			if err == nil {
				err = json.Unmarshal(text, m.Gaps)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, tt := range []struct {
		name string
		liar *liar
		want string // empty for what can be
	}{
		{"the truth", &liar{}, ""},
		{"tokens of the window", ends(func(r *record.Row) { r.WindowBytes, r.WindowTokens = 1, 1e308 }), "tokens in the window"},
		{"first tokens", ends(func(r *record.Row) { r.FirstTokens = -1000 }), "FirstTokens -1000"},
		{"a limit", ends(func(r *record.Row) { r.MaxTokens = -20 }), "MaxTokens -20"},
		{"a first token before the request", ends(func(r *record.Row) { r.First, r.Sent = r.Begun, r.End }), "First at"},
		{"an end to come", ends(func(r *record.Row) { r.End += time.Second }), "was told of at"},
		{"a due time to come", ends(func(r *record.Row) { r.Due = 1 << 60 }), "was told of at"},
		{"no outcome", ends(func(r *record.Row) { r.Outcome = record.Open }), "no Outcome"},
		{"a turn", begins(func(r *record.Row) { r.Turn = -2 }), "Turn -2"},
		{"tokens of what has just begun", begins(func(r *record.Row) { r.WindowTokens = 1e308 }), "tokens in the window"},
		{"an end of what has just begun", begins(func(r *record.Row) { r.End = math.MaxInt64 }), "was told of at"},
		{"a first token to come", &liar{entry: func(e *load.Entry) {
			if e.Kind == load.First {
				e.Row.First += time.Hour
			}
		}}, "was told of at"},
		{"a first token before the start", &liar{entry: func(e *load.Entry) {
			if e.Kind == load.First {
				e.Row.First = -time.Hour
			}
		}}, "was told of at"},
		{"a first token before it began", &liar{entry: func(e *load.Entry) {
			if e.Kind == load.First && e.Row.First > 5*time.Second {
				e.Row.First = 0
			}
		}}, "its first output at 0s"},
		{"a context", &liar{entry: func(e *load.Entry) {
			if e.Kind == load.End {
				e.Context = -5
			}
		}}, "a context of -5 tokens"},
		{"a context of an answer", &liar{entry: func(e *load.Entry) {
			if e.Kind == load.End {
				e.Context = 5
			}
		}}, "a context of 5 tokens"},
		{"a lag in a report", checks(func(c *record.Client) { c.Lag = -1 }), "its check of itself has a Lag of -1ns"},
		{"processors in a report", checks(func(c *record.Client) { c.Processors = math.MaxInt32 }), "processors"},
		{"a lag at the end", last(func(m *wire.Manifest) { m.Client.WakeMax = math.MinInt64 }), "its check of itself has a WakeMax"},
		{"a share at the end", last(func(m *wire.Manifest) { m.Client.CPUShare = -0.5 }), "CPUShare of -0.5"},
		{"no gaps", last(func(m *wire.Manifest) { m.Gaps = nil }), "no gaps"},
		{"a negative gap", gaps(-1), "a gap of -1 s"},
		{"a long gap", gaps(1e308), "a gap of 1e+308 s"},
		{"infinite gaps", last(func(m *wire.Manifest) {
			if err := json.Unmarshal([]byte(`{"inter_event":{},"inter_token":{"n":100,"inf":100}}`), m.Gaps); err != nil {
				t.Error(err)
			}
		}), "a gap of +Inf s"},
		{"gaps", gaps(20), ""},
		{"reconnects", last(func(m *wire.Manifest) { m.Reconnects = math.MaxInt64 }), "9223372036854775807 reconnects"},
		{"negative reconnects", last(func(m *wire.Manifest) { m.Reconnects = -1 }), "-1 reconnects"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTrial(t, nil)
				x.begin("w0", WorkerConfig{})
				tt.liar.Conn = x.hub.Conn("w1")
				x.begin("w1", WorkerConfig{conn: tt.liar})
				x.c = x.controller(2)
				defer x.end()
				x.plan.LookEvery = 3 * time.Second
				seen := func(p *record.Phase) {
					if _, err := json.Marshal(p); err != nil {
						t.Error(err)
					}
				}
				p := x.phase(record.Watch{Look: func(p *record.Phase) bool { seen(p); return false }})
				if seen(p); tt.want != "" {
					x.names(p.Fault, "worker w1 tells what cannot be", tt.want)
				} else if p.Fault != "" {
					t.Error(p.Fault)
				}
				if p.Gaps.InterToken().N() > 0 && tt.want != "" {
					if v, _ := p.Gaps.InterToken().Max(); v > 60 {
						t.Errorf("a gap of %v s is kept", v)
					}
				}
			})
		})
	}
}
