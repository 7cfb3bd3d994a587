package endpoint

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// A feed answers requests from memory without allocating: with the same events each
// time, every one an HTTP chunk and a network read of its own, as engines send them.
type feed struct {
	conn  *Conn
	gaps  metrics.Gaps
	reply [][]byte // as it goes out, in turn
	size  int64
}

func newFeed(tb testing.TB) *feed {
	l := memnet.Listen()
	client, err := New(Config{URL: "http://mem", Dial: l.Dial})
	if err != nil {
		tb.Fatal(err)
	}
	f := &feed{conn: client.Conn()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for p := make([]byte, 4096); ; {
			n, err := c.Read(p)
			if err != nil {
				return
			}
			if !bytes.HasSuffix(p[:n], feedRequest[0]) {
				continue // more to come
			}
			for _, b := range f.reply {
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		}
	}()
	tb.Cleanup(func() {
		f.conn.Close()
		client.Close()
		l.Close()
		<-done
	})
	return f
}

var feedRequest = [][]byte{[]byte(`{"stream":true,"messages":[]}`)}

// answers sets how the feed answers: with n events like data, and an end. Where data
// has a running count of tokens it runs.
func (f *feed) answers(data string, n int) {
	f.reply, f.size = nil, 0
	chunk := func(data string) {
		event := "data: " + data + "\n\n"
		f.reply = append(f.reply, fmt.Appendf(nil, "%x\r\n%s\r\n", len(event), event))
		f.size += int64(len(event))
	}
	f.reply = append(f.reply, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"))
	for i := range n {
		chunk(strings.Replace(data, `"completion_tokens":512`, fmt.Sprintf(`"completion_tokens":%d`, i+1), 1))
	}
	chunk(chunkHead + `{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}`)
	chunk("[DONE]")
	f.reply = append(f.reply, []byte("0\r\n\r\n"))
}

// stream receives an answer and returns what was made of it.
func (f *feed) stream(tb testing.TB) metrics.Timing {
	clock := metrics.Clock{Gaps: &f.gaps}
	if _, err := f.conn.Stream(tb.Context(), "", feedRequest, &clock); err != nil {
		tb.Fatal(err)
	}
	return clock.Timing()
}

// shown are the kinds of events with visible output: those that can make a stream.
func shown() (kinds []eventKind) {
	for _, e := range eventKinds {
		if d, err := parseDelta([]byte(e.data)); err == nil && d.visible > 0 {
			kinds = append(kinds, e)
		}
	}
	return kinds
}

// warmUp connects and streams until the gaps have become histograms, which no longer
// grow.
func (f *feed) warmUp(tb testing.TB, events int) {
	for range 2*metrics.DefaultExact/events + 1 {
		if got := f.stream(tb).Events; got != events {
			tb.Fatalf("%d events, want %d", got, events)
		}
	}
}

// An event costs no memory on its way through HTTP, framing, JSON, clock and gaps: 2,000
// events more make no difference. What is allowed for is the noise of a request, most
// of it the race detector's, whose pools forget a buffer of 32 KB: less than one
// allocation for ten events, and no list of a few numbers for each.
func TestEventsAllocateNothing(t *testing.T) {
	const n = 500
	for _, e := range shown() {
		f := newFeed(t)
		f.answers(e.data, n)
		f.warmUp(t, n)
		few, fewBytes := allocated(func() { f.stream(t) })
		f.answers(e.data, 5*n)
		many, manyBytes := allocated(func() { f.stream(t) })
		if many >= few+4*n/10 || manyBytes >= fewBytes+4*n*24 {
			t.Errorf("%s: %d allocations of %d bytes for %d events, %d of %d for %d", e.kind, few, fewBytes, n, many, manyBytes, 5*n)
		}
	}
}

// allocated returns what a run of f allocates, in all goroutines: the least of some
// runs, since a garbage collection in one of them empties the pools of net/http.
func allocated(f func()) (objects, bytes uint64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	objects, bytes = math.MaxUint64, math.MaxUint64
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		objects = min(objects, after.Mallocs-before.Mallocs)
		bytes = min(bytes, after.TotalAlloc-before.TotalAlloc)
	}
	return objects, bytes
}

// BenchmarkStream is what an event of a whole answer costs, the other side of the
// connection and the switches to it included: that is in the same process.
func BenchmarkStream(b *testing.B) {
	const n = 1000
	for _, e := range shown() {
		b.Run("kind="+e.kind, func(b *testing.B) {
			f := newFeed(b)
			f.answers(e.data, n)
			f.warmUp(b, n)
			b.SetBytes(f.size)
			b.ReportAllocs()
			for b.Loop() {
				f.stream(b)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/n, "ns/event")
		})
	}
}
