package wire

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// fill sets every field to another value, so that one that is forgotten shows.
func fill(v reflect.Value, n *int) {
	for _, field := range v.Fields() {
		*n++
		switch f := field; f.Kind() {
		case reflect.Int64, reflect.Int32:
			f.SetInt(int64(*n))
		case reflect.Bool:
			f.SetBool(*n%2 == 1)
		case reflect.String:
			f.SetString("outcome")
		case reflect.Uint16:
			f.SetUint(uint64(*n))
		case reflect.Uint8:
			f.Set(reflect.ValueOf(record.SourceOf(metrics.SourceUsage)))
		case reflect.Float64:
			f.SetFloat(float64(*n) + 0.5)
		default:
			panic(f.Kind().String())
		}
	}
}

func TestRowsTravel(t *testing.T) {
	for _, start := range []int{100, 101, -1000} { // each flag both ways
		var r record.Row
		n := start
		fill(reflect.ValueOf(&r).Elem(), &n)
		r.Ahead = 65535
		for _, kind := range []load.Kind{load.Begin, load.End} {
			want := []load.Entry{{Kind: kind, At: 17 * time.Second, Agent: r.Agent, Request: 1 << 40, Row: r, Context: 131072}}
			got, err := Entries(AppendEntry(nil, &want[0]))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	}
	none := record.New()
	want := []load.Entry{
		{Kind: load.Up, At: 1, Agent: 3}, {Kind: load.Play, At: 2, Agent: 3, Text: "a", Session: "b"}, {Kind: load.Thread, At: 2, Text: "sub"},
		{Kind: load.Begin, At: 3, Request: 1, Row: none}, {Kind: load.First, At: 4, Agent: 3, Request: 1, Row: record.Row{First: 3}},
		{Kind: load.Message, At: 5, Text: "it broke"}, {Kind: load.Completed, At: math.MaxInt64, Agent: 9},
	}
	var buf []byte
	for i := range want {
		buf = AppendEntry(buf, &want[i])
	}
	got, err := Entries(buf)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// Every source of a count has a code of its own.
func TestSources(t *testing.T) {
	seen := make(map[record.Source]bool)
	for i, s := range sources {
		if code := sourceCode(record.SourceOf(s)); int(code) != i || seen[record.SourceOf(s)] {
			t.Errorf("%q has the code %d, want %d", s, code, i)
		}
		seen[record.SourceOf(s)] = true
	}
}

func TestMessagesTravel(t *testing.T) {
	var gaps metrics.Gaps
	for _, want := range []any{
		&Order{Version: Version, Controller: "c", Instance: "i", Lease: 5, Epoch: 7, Stage: Run, Start: 9, Opened: true, Closed: true, Drained: 3, Cut: "x", Acked: 4, Why: "y"},
		&Plan{Controller: "c", Instance: "i", Epoch: 7, Plan: record.Plan{Run: "r", Shape: record.Shape{Agents: 4}}, Capacities: []int{1, 2}, Me: 1},
		&Ping{N: 4}, &Pong{N: 4, Instance: "i", Clock: 5},
		&Report{Version: Version, Instance: "i", Build: "b", Capacity: 9, Endpoint: "e", Controller: "c", Epoch: 7, Stage: Ready, Refused: "r", Failed: "f", Client: &record.Client{Lag: 5}},
		&Batch{Instance: "i", Epoch: 7, Seq: 9, Until: 1 << 50, Entries: []byte("abc"), Manifest: []byte("{}"), Final: true},
		&Batch{Instance: "i", Epoch: 7, Seq: 9, Until: -1, Entries: []byte{}, Manifest: []byte{}},
	} {
		data, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%T: %s %v", want, diff, err)
		}
	}
	if _, err := Encode(&Manifest{Gaps: &gaps}); err == nil {
		t.Error("a manifest is no message")
	}
}

// A message of which one bit was changed is refused.
func TestDamage(t *testing.T) {
	data, err := Encode(&Batch{Instance: "i", Epoch: 7, Seq: 9, Until: 1 << 50, Entries: []byte("abc")})
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(data) * 8 {
		data[i/8] ^= 1 << (i % 8)
		if _, err := Decode(data); err != ErrDamaged {
			t.Errorf("bit %d: %v", i, err)
		}
		data[i/8] ^= 1 << (i % 8)
	}
}

func FuzzDecode(f *testing.F) {
	entry := AppendEntry(nil, &load.Entry{Kind: load.End, At: 5, Row: record.New()})
	for _, m := range []any{&Order{}, &Report{}, &Batch{Instance: "i", Entries: entry, Manifest: []byte("{}")}} {
		data, _ := encode(m)
		f.Add(data)
	}
	f.Add(append([]byte("B\x01i\x02\x02\x02\x00\x7f"), entry...))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decode(data) // whoever means ill has the checksum right
		if err != nil {
			return
		}
		if b, ok := m.(*Batch); ok {
			entries, err := Entries(b.Entries)
			if err != nil {
				return
			}
			var again []byte
			for i := range entries {
				again = AppendEntry(again, &entries[i])
			}
			back, err := Entries(again)
			if err != nil || len(back) != len(entries) {
				t.Errorf("%d entries become %d: %v", len(entries), len(back), err)
			}
		}
	})
}

func BenchmarkEntries(b *testing.B) {
	r := record.New()
	r.Begun, r.Due, r.Sent, r.First, r.Last, r.Made, r.End = 100e9, 100e9, 100e9+1e5, 101e9, 110e9, 110e9, 110e9+1e6
	r.Prompt, r.Cached, r.Completion, r.Tokens, r.Bytes, r.Events = 30000, 29000, 500, 500, 2100, 480
	r.Outcome = record.OK
	e := load.Entry{Kind: load.End, At: r.End, Row: r}
	buf := AppendEntry(nil, &e)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		buf = AppendEntry(buf[:0], &e)
		if _, err := Entries(buf); err != nil {
			b.Fatal(err)
		}
	}
}
