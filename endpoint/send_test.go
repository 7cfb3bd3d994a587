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
	"syscall"
	"testing"
	"time"

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
// few bytes. cpu-ns/op is the figure, since the rest is the other side's.
func BenchmarkSend(b *testing.B) {
	segments := [][]byte{[]byte(`{"model":"m","messages":[`)}
	for range 200 {
		segments = append(segments, bytes.Repeat([]byte("word "), 400))
	}
	addr := startSink(b)
	whole := bytes.Join(segments, nil)
	measure := func(name string, op func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			op(b) // connects
			before := cpu()
			for b.Loop() {
				op(b)
			}
			b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
		})
	}
	client, err := endpoint.New(endpoint.Config{URL: "http://" + addr})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	conn := client.Conn()
	measure("path=segments", func(b *testing.B) {
		var clock metrics.Clock
		if _, err := conn.Stream(b.Context(), "", segments, &clock); err != nil {
			b.Fatal(err)
		}
	})
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	head := fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(whole))
	request := append(head, whole...)
	answer := make([]byte, 4096)
	measure("path=write", func(b *testing.B) {
		if _, err := raw.Write(request); err != nil {
			b.Fatal(err)
		}
		for got := ""; !strings.HasSuffix(got, "[DONE]\n\n"); {
			n, err := raw.Read(answer)
			if err != nil {
				b.Fatal(err)
			}
			got += string(answer[:n])
		}
	})
}
