package endpoint

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// inParts answers one request with the parts of a response, each a network read of its
// own, half a second apart, and returns what was made of it.
func inParts(t *testing.T, parts ...string) (metrics.Timing, Counters) {
	l := memnet.Listen()
	defer l.Close()
	client, err := New(Config{URL: "http://mem", Dial: l.Dial})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var server sync.WaitGroup
	defer server.Wait()
	server.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for p, got := make([]byte, 4096), []byte(nil); !bytes.HasSuffix(got, feedRequest[0]); {
			n, err := c.Read(p)
			if err != nil {
				return
			}
			got = append(got, p[:n]...)
		}
		for _, part := range parts {
			io.WriteString(c, part)
			time.Sleep(500 * time.Millisecond)
		}
	})
	conn := client.Conn()
	defer conn.Close()
	var clock metrics.Clock
	if _, err := conn.Stream(t.Context(), "", feedRequest, &clock); err != nil {
		t.Error(err)
	}
	return clock.Timing(), client.Counters()
}

// An event that has come is held back when the chunk after it has begun to come: net/http
// hands out both together. It counts as late, and that is said.
func TestHeldBack(t *testing.T) {
	const header = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	chunk := func(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }
	token := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"}}]}` + "\n\n"
	last := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}` + "\n\n"
	end := chunk(last) + "0\r\n\r\n"
	second := chunk(token)
	for _, test := range []struct {
		name  string
		parts []string
		ttft  time.Duration
		held  int64
	}{
		{"whole chunks", []string{header + chunk(token), second, end}, 0, 0},
		{"two chunks at once", []string{header + chunk(token) + second, end}, 0, 0},
		{"a chunk in parts", []string{header + second[:20], second[20:], end}, 500 * time.Millisecond, 0},
		{"a chunk and a part", []string{header + chunk(token) + second[:20], second[20:], end}, 500 * time.Millisecond, 1},
		{"two events in a chunk in parts", []string{header + chunk(token + token)[:len(token)+20], chunk(token + token)[len(token)+20:], end}, 500 * time.Millisecond, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				timing, counters := inParts(t, test.parts...)
				if ttft, ok := timing.TTFT(); !ok || ttft != test.ttft || counters.Held != test.held {
					t.Errorf("TTFT %v, %d answers held back; want %v and %d", ttft, counters.Held, test.ttft, test.held)
				}
				if said := strings.Contains(fmt.Sprint(counters.Warnings()), "in parts"); said != (test.held > 0) {
					t.Errorf("warnings: %q", counters.Warnings())
				}
			})
		})
	}
}

// busyConn always has data waiting.
type busyConn struct {
	net.Conn
	each time.Duration // it takes to read them
}

func (c *busyConn) Read(p []byte) (int, error) {
	time.Sleep(c.each)
	return len(p), nil
}

// What was waiting when a read returned shares its stamp, but not for ever: a client that
// cannot keep up would stamp what comes with the time at which it fell behind.
func TestBusyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := reads{since: time.Now()}
		c := stampedConn{Conn: &busyConn{each: 100 * time.Microsecond}, reads: &r}
		stamps := make(map[time.Time]bool)
		for range 400 { // 40 ms
			c.Read(make([]byte, 10))
			at, _ := r.stamp()
			stamps[at] = true
			if lag := time.Since(at); lag > oneBurst {
				t.Fatalf("a read is stamped %v too early", lag)
			}
		}
		if len(stamps) != 4 {
			t.Errorf("%d stamps in 40 ms, want 4", len(stamps))
		}
	})
}
