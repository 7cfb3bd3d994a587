package endpoint

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// A piece of a response is a network read of its own, and what follows it waits.
type piece struct {
	text string
	wait time.Duration
}

// inPieces answers a request with each response on one connection, and returns what was
// made of them.
func inPieces(t *testing.T, responses ...[]piece) ([]metrics.Timing, Counters) {
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
		for _, parts := range responses {
			for p, got := make([]byte, 4096), []byte(nil); !bytes.HasSuffix(got, feedRequest[0]); {
				n, err := c.Read(p)
				if err != nil {
					return
				}
				got = append(got, p[:n]...)
			}
			for _, part := range parts {
				io.WriteString(c, part.text)
				time.Sleep(part.wait)
			}
		}
	})
	conn := client.Conn()
	defer conn.Close()
	var ts []metrics.Timing
	for range responses {
		var clock metrics.Clock
		if _, err := conn.Stream(t.Context(), "", feedRequest, &clock); err != nil {
			t.Error(err)
		}
		ts = append(ts, clock.Timing())
		time.Sleep(time.Second)
	}
	return ts, client.Counters()
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
				var pieces []piece
				for _, part := range test.parts {
					pieces = append(pieces, piece{part, 500 * time.Millisecond})
				}
				timings, counters := inPieces(t, pieces)
				if ttft, ok := timings[0].TTFT(); !ok || ttft != test.ttft || counters.ChunkDelays != test.held {
					t.Errorf("TTFT %v, %d answers held back; want %v and %d", ttft, counters.ChunkDelays, test.ttft, test.held)
				}
				if said := strings.Contains(fmt.Sprint(counters.Warnings()), "in parts"); said != (test.held > 0) {
					t.Errorf("warnings: %q", counters.Warnings())
				}
			})
		})
	}
}

// What is held back is found whatever came with it, and nothing else is taken for it.
func TestHeldBackAmong(t *testing.T) {
	const header = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	const length = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	chunk := func(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }
	token := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"}}]}` + "\n\n"
	role := "data: " + chunkHead + `{"index":0,"delta":{"role":"assistant","content":""}}]}` + "\n\n"
	last := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}` + "\n\n"
	stop := "data: " + chunkHead + `{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	usage := "data: " + chunkHead + "]," + usageTail + "\n\n"
	end := chunk(last) + "0\r\n\r\n"
	const half = 500 * time.Millisecond
	big := "data: " + chunkHead + `{"index":0,"delta":{"content":"` + strings.Repeat("word ", 600) + `"}}]}` + "\n\n"
	all := token + token + token + last + "data: [DONE]\n\n"
	for _, test := range []struct {
		name   string
		parts  []piece
		really int64 // a complete visible event was held back
	}{
		{"A whole, part of stop; rest", []piece{{header + chunk(token), half}, {chunk(token) + chunk(stop)[:30], half}, {chunk(stop)[30:] + "0\r\n\r\n", half}}, 1},
		{"A whole, part of usage chunk; rest", []piece{{header + chunk(token), half}, {chunk(last) + chunk(usage)[:30], half}, {chunk(usage)[30:] + "0\r\n\r\n", half}}, 1},
		{"A whole and part of B; rest in 2 reads 1 ms apart", []piece{{header + chunk(token) + chunk(token)[:20], half}, {chunk(token)[20:60], time.Millisecond}, {chunk(token)[60:], half}, {end, half}}, 1},
		{"A whole and part of big B; rest", []piece{{header + chunk(token) + chunk(big)[:20], half}, {chunk(big)[20:], half}, {end, half}}, 1},
		{"role and part of 2; rest and a third", []piece{{header + chunk(role) + chunk(token)[:20], half}, {chunk(token)[20:] + chunk(token), half}, {end, half}}, 0},
		{"no whole event early, 2 in chunk", []piece{{header + chunk(token + token)[:60], half}, {chunk(token + token)[60:], half}, {end, half}}, 0},
		{"only part of A; rest and B's chunk", []piece{{header + chunk(token)[:60], half}, {chunk(token)[60:] + chunk(token), half}, {end, half}}, 0},
		{"content length in halves", []piece{{length + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(all)) + all[:len(token)*2+20], half}, {all[len(token)*2+20:], half}}, 0},
		{"headers early, then several events in one chunk", []piece{{header, half}, {chunk(token + token + token), half}, {end, half}}, 0},
		{"size line alone, then data", []piece{{header, half}, {chunk(token)[:5], half}, {chunk(token)[5:] + chunk(token) + chunk(token), half}, {end, half}}, 0},
		{"CRLF comes with the next chunk", []piece{{header + strings.TrimSuffix(chunk(token), "\r\n"), half}, {"\r\n" + strings.TrimSuffix(chunk(token+token), "\r\n"), half}, {"\r\n" + end, half}}, 0},
		{"a burst of 20 KB in one chunk", []piece{{header, half}, {chunk(strings.Repeat(token, 100)), half}, {end, half}}, 0},
		{"a burst of 20 KB in chunks", []piece{{header, half}, {strings.Repeat(chunk(token), 100), half}, {end, half}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ts, counters := inPieces(t, test.parts, []piece{{header + chunk(token+token), half}, {end, 0}})
				if counters.ChunkDelays != test.really {
					ttft, _ := ts[0].TTFT()
					t.Errorf("TTFT %v; %d held back; want %d", ttft, counters.ChunkDelays, test.really)
				}
			})
		})
	}
}
