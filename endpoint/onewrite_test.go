package endpoint_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

var realtime = flag.Bool("realtime", false, "check stamps on real sockets too; run nothing else beside it")

func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

// writes are what a server writes before it pauses, and how many events share the
// first stamp, whatever a parser makes of them.
var writes = []struct {
	name, text string
	events     int
}{
	{"three events", chunk(strings.Repeat(event, 3)), 3},
	{"three chunks", strings.Repeat(chunk(event), 3), 3},
	{"a burst of 60 KB", chunk(strings.Repeat(event, 700)), 700}, // larger than any buffer
}

// inTwoWrites answers with text in one write, and with one event and the end of an
// answer in another.
func inTwoWrites(t *testing.T, text string, pause time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"+text)
		time.Sleep(pause)
		io.WriteString(c, chunk(event+answer)+"0\r\n\r\n")
	})
}

// slowConn takes a time to read what is waiting.
type slowConn struct {
	net.Conn
	each time.Duration
}

func (c slowConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		time.Sleep(c.each)
	}
	return n, err
}

// What one write brings is one arrival, also where it takes many reads.
func TestOneWriteIsOneStamp(t *testing.T) {
	const each, pause = 100 * time.Microsecond, 20 * time.Millisecond
	for _, tt := range writes {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := memnet.Serve(inTwoWrites(t, tt.text, pause))
				t.Cleanup(server.Close)
				_, conn := open(t, endpoint.Config{URL: "http://mem", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					c, err := server.Dial(ctx, network, address)
					return slowConn{c, each}, err
				}})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(1, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				if got.Events != tt.events+2 || got.FirstEvents != tt.events {
					t.Errorf("%d of %d events share the first stamp, want %d of %d", got.FirstEvents, got.Events, tt.events, tt.events+2)
				}
				// The server pauses once the last of it is being read.
				if more := got.Last - got.First - pause; more%each != 0 || (more > 0) != (tt.events == 700) || more > 10*time.Millisecond {
					t.Errorf("window %v", got.Last-got.First)
				}
			})
		})
	}
}

// The same on sockets of the operating system. A machine that stalls between two reads
// of a burst may split it, and no more.
func TestOneWriteRealTime(t *testing.T) {
	if !*realtime {
		t.Skip("is at the mercy of what else the machine does: go test ./endpoint -run RealTime -realtime")
	}
	for _, tt := range writes {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(inTwoWrites(t, tt.text, 20*time.Millisecond))
			t.Cleanup(server.Close)
			_, conn := open(t, endpoint.Config{URL: server.URL})
			var c metrics.Clock
			if err := conn.Send(t.Context(), "", body(1, ""), &c); err != nil {
				t.Fatal(err)
			}
			got := c.Timing()
			if got.Events != tt.events+2 || got.FirstEvents > tt.events || got.FirstEvents != tt.events && tt.events == 3 {
				t.Errorf("%d of %d events share the first stamp, want %d of %d", got.FirstEvents, got.Events, tt.events, tt.events+2)
			}
			if got.Last-got.First < 10*time.Millisecond {
				t.Errorf("window %v", got.Last-got.First)
			}
		})
	}
}
