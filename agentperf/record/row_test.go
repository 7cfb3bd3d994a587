package record_test

import (
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	sec = time.Second
	ms  = time.Millisecond
)

// A phase has a row for each request: 3,000 agents make a hundred thousand in minutes.
const mostRow = 192

func TestSizeOfRow(t *testing.T) {
	if size := unsafe.Sizeof(record.Row{}); size > mostRow {
		t.Errorf("a row takes %d bytes, want at most %d", size, mostRow)
	}
}

// Nothing hangs on a row: a phase grows by its rows and what appending leaves free.
func TestGrowth(t *testing.T) {
	const requests = 100_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	p := new(record.Phase)
	for i := range requests {
		start := time.Now()
		var c metrics.Clock
		c.Sent(start)
		c.Arrived(start.Add(ms), 4, 1)
		c.Usage(metrics.Usage{Prompt: 100, Completion: 1})
		c.Done(start.Add(2 * ms))
		r, timing := record.New(), c.Timing()
		r.Agent, r.Begun = int32(i%3000), time.Duration(i)
		r.Take(&timing, start)
		p.Rows = append(p.Rows, r)
	}
	grown := int64(heap()) - int64(before)
	t.Logf("%d bytes per request", grown/requests)
	// Appending grows a slice of this length by a quarter.
	if most := int64(requests * mostRow * 5 / 4); grown > most {
		t.Errorf("%d requests take %d bytes, want at most %d", requests, grown, most)
	}
	runtime.KeepAlive(p)
}

// What a clock saw goes into a row and comes out as it was, but for the wall clock.
func TestTakeAndTiming(t *testing.T) {
	start := time.Now()
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for _, tt := range []struct {
		name string
		tell func(c *metrics.Clock)
	}{
		{"nothing", func(*metrics.Clock) {}},
		{"refused", func(c *metrics.Clock) { c.Sent(at(sec)); c.Done(at(2 * sec)) }},
		{"late", func(c *metrics.Clock) {
			c.Due(at(900 * ms))
			c.Sent(at(sec))
			for i := range 12 {
				c.Arrived(at(sec+time.Duration(100+10*i)*ms), 4, 0)
			}
			c.Usage(metrics.Usage{Prompt: 50, Cached: 10, Completion: 40, Reasoning: 8, Hidden: 4})
			c.Done(at(3 * sec))
		}},
		{"stripped, in a burst, blank", func(c *metrics.Clock) {
			c.Sent(at(0))
			c.Progress(at(50 * ms))
			for i := range 4 {
				c.Arrived(at(100*ms+time.Duration(i)*ms/10), 4, 0)
			}
			c.Arrived(at(120*ms), 4, 0)
			c.Progress(at(200 * ms))
			c.Blank(8)
			c.Usage(metrics.Usage{Prompt: 50, CachedStated: true, Completion: 7})
			c.Done(at(300 * ms))
		}},
		{"running count", func(c *metrics.Clock) {
			c.Sent(at(0))
			c.Arrived(at(ms), 4, 2)
			c.Arrived(at(ms), 4, 2)
			c.Arrived(at(5*ms), 4, 1)
			c.Done(at(6 * ms))
		}},
	} {
		var c metrics.Clock
		tt.tell(&c)
		want := c.Timing()
		r := record.New()
		r.Take(&want, start)
		got := r.Timing()
		if got.Sent.IsZero() != want.Sent.IsZero() || got.Sent.Sub(got.Due) != want.Sent.Sub(want.Due) {
			t.Errorf("%s: sent at %v, due at %v; want %v and %v", tt.name, got.Sent, got.Due, want.Sent, want.Due)
		}
		if r.Lateness() != want.Lateness {
			t.Errorf("%s: late by %v, want %v", tt.name, r.Lateness(), want.Lateness)
		}
		if !want.Sent.IsZero() && (r.Sent != want.Sent.Sub(start) || r.End != r.Sent+want.E2E) || want.Sent.IsZero() && (r.Sent != record.None || r.End != record.None) {
			t.Errorf("%s: %+v", tt.name, r)
		}
		got.Due, got.Sent, want.Due, want.Sent = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestFailed(t *testing.T) {
	for outcome, want := range map[record.Outcome]bool{
		record.Open: false, record.OK: false, record.Canceled: false, record.Local: false, record.Overflow: false,
		record.Failed: true, "status": true, "truncated": true,
	} {
		if r := (record.Row{Outcome: outcome}); r.Failed() != want {
			t.Errorf("%q: failed is %v, want %v", outcome, !want, want)
		}
	}
}
