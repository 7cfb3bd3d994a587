package endpoint

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// onTCP serves connections with a function each, over real sockets: only there do bodies
// go out in their segments.
func onTCP(t *testing.T, serve func(net.Conn)) *Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	client, err := New(Config{URL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client.Conn()
}

const answerText = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

func answer(w io.Writer) {
	fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", len(answerText), answerText)
}

// What arrives is what was sent, whatever the sizes of the segments, and the segments
// themselves are as they were.
func TestSegmentsArrive(t *testing.T) {
	got := make(chan []byte, 1)
	conn := onTCP(t, func(c net.Conn) {
		defer c.Close()
		for r := bufio.NewReader(c); ; {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(req.Body)
			got <- body
			answer(c)
		}
	})
	for _, sizes := range [][]int{{5}, {0, 1, 0}, {4096}, {3900, 400, 1}, {100_000, 3, 500_000}, make([]int, 2000)} {
		var segments [][]byte
		for i, n := range sizes {
			if len(sizes) > 1000 {
				n = 700
			}
			segments = append(segments, bytes.Repeat([]byte{byte('a' + i%26)}, n))
		}
		want := bytes.Join(segments, nil)
		var clock metrics.Clock
		if _, err := conn.Stream(t.Context(), "", segments, &clock); err != nil {
			t.Fatal(err)
		}
		if body := <-got; !bytes.Equal(body, want) {
			t.Errorf("%d segments: %d bytes arrived, want %d", len(segments), len(body), len(want))
		}
		if !bytes.Equal(bytes.Join(segments, nil), want) {
			t.Errorf("%d segments were changed", len(segments))
		}
	}
}

// So it does over a socket of the machine.
func TestSegmentsOverUnixSocket(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	got := make(chan []byte, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			body, _ := io.ReadAll(req.Body)
			got <- body
			answer(c)
		}
	}()
	client, err := New(Config{URL: "http://unix", Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", l.Addr().String())
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn := client.Conn()
	defer conn.Close()
	segments := slices.Repeat([][]byte{bytes.Repeat([]byte("word"), 500), []byte("."), {}}, 100)
	var clock metrics.Clock
	if _, err := conn.Stream(t.Context(), "", segments, &clock); err != nil {
		t.Fatal(err)
	}
	if body := <-got; !bytes.Equal(body, bytes.Join(segments, nil)) {
		t.Errorf("%d bytes arrived, want %d", len(body), size(segments))
	}
}

// A server that answers and never reads holds nobody up: when Stream returns, the
// segments are the caller's again, and the next request has a connection of its own.
func TestAnswerWithoutReading(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	conn := onTCP(t, func(c net.Conn) {
		defer c.Close()
		io.ReadFull(c, make([]byte, 10))
		answer(c)
		<-done
	})
	segments := [][]byte{bytes.Repeat([]byte("x"), 8<<20), bytes.Repeat([]byte("y"), 8<<20)}
	for range 3 {
		var clock metrics.Clock
		if _, err := conn.Stream(t.Context(), "", segments, &clock); err != nil {
			t.Fatal(err)
		}
		clear(segments[1]) // the race detector sees to it that nobody reads
	}
}

// Close breaks off a write that nobody reads.
func TestCloseBreaksOff(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := &body{segments: [][]byte{bytes.Repeat([]byte("x"), 32<<20)}}
	sent := make(chan error)
	go func() {
		_, err := b.sendTo(c)
		sent <- err
	}()
	for begun := false; !begun; time.Sleep(time.Millisecond) {
		b.mu.Lock()
		begun = b.writing != nil
		b.mu.Unlock()
	}
	b.Close()
	if err := <-sent; err == nil {
		t.Error("all was written")
	}
}
