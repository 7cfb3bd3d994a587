//go:build unix

package endpoint_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// asSink in the environment makes the test binary a server that reads requests and
// answers each with a short stream: in another process, so that what sending costs is
// measured alone.
const asSink = "ENDPOINT_TEST_SINK"

func TestMain(m *testing.M) {
	if os.Getenv(asSink) != "" {
		sink()
		return
	}
	os.Exit(m.Run())
}

const sinkAnswer = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

// sink serves until its standard input ends.
func sink() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(l.Addr())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				r := bufio.NewReaderSize(c, 256<<10)
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					io.Copy(io.Discard, req.Body)
					fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", len(sinkAnswer), sinkAnswer)
				}
			}()
		}
	}()
	io.Copy(io.Discard, os.Stdin)
}

func startSink(b *testing.B) string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asSink+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(addr, "error") {
		b.Fatal(addr, err)
	}
	return strings.TrimSpace(addr)
}

// cpu returns the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSend compares the processor time of sending a body of 400 KB in shared
// segments with that of writing the same bytes from one buffer; the answers are the same
// few bytes. cpu-ns/op is the figure, since the rest is the other side's. With one
// connection most of it is the waking of threads that had nothing else to do; a client
// under load has other requests to see to.
func BenchmarkSend(b *testing.B) {
	segments := [][]byte{[]byte(`{"model":"m","messages":[`)}
	for range 200 {
		segments = append(segments, bytes.Repeat([]byte("word "), 400))
	}
	whole := bytes.Join(segments, nil)
	addr := startSink(b)
	client, err := endpoint.New(endpoint.Config{URL: "http://" + addr})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	for _, path := range []struct {
		name    string
		connect func() (send func() error, close func())
	}{
		{"segments", func() (func() error, func()) {
			conn := client.Conn()
			return func() error {
				var clock metrics.Clock
				_, err := conn.Stream(b.Context(), "", segments, &clock)
				return err
			}, conn.Close
		}},
		{"write", func() (func() error, func()) { return writer(b, addr, whole) }},
	} {
		for _, conns := range []int{1, 16} {
			b.Run(fmt.Sprintf("path=%s/conns=%d", path.name, conns), func(b *testing.B) {
				b.ReportAllocs()
				benchmarkSend(b, conns, path.connect)
			})
		}
	}
}

// benchmarkSend sends b.N times over so many connections at once.
func benchmarkSend(b *testing.B, conns int, connect func() (send func() error, close func())) {
	var sends []func() error
	for range conns {
		send, close := connect()
		defer close()
		if err := send(); err != nil { // the first one connects
			b.Fatal(err)
		}
		sends = append(sends, send)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	before := cpu()
	var group errgroup.Group
	for _, send := range sends {
		group.Go(func() error {
			for left.Add(-1) >= 0 {
				if err := send(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

// writer returns what writes a request from one buffer, over a connection of its own,
// and reads the answer.
func writer(b *testing.B, addr string, body []byte) (send func() error, close func()) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	request := append(fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(body)), body...)
	answer := make([]byte, 4096)
	return func() error {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		for got := 0; !bytes.HasSuffix(answer[:got], []byte("[DONE]\n\n")); {
			n, err := conn.Read(answer[got:])
			if err != nil {
				return err
			}
			got += n
		}
		return nil
	}, func() { conn.Close() }
}
