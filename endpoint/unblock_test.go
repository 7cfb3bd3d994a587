package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// A request ends with its context while its body waits to be sent, also when the
// response has begun: over HTTP/2 the body waits for flow control, over HTTP/1.1 for
// the connection. A goroutine left in the bubble would fail the test.
func TestUnreadBodyEndsInTime(t *testing.T) {
	long := [][]byte{make([]byte, 8<<20)} // more than the server lets in unread
	why := errors.New("interrupted")
	replies := map[string]func(http.ResponseWriter){
		"no headers": func(http.ResponseWriter) {},
		"headers":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		"output":     func(w http.ResponseWriter) { io.WriteString(w, event) },
		"finish":     func(w http.ResponseWriter) { io.WriteString(w, answer) },
		"answer":     func(w http.ResponseWriter) { io.WriteString(w, answer+"data: [DONE]\n\n") },
		"refusal":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
	}
	for _, http2 := range []bool{false, true} {
		for name, reply := range replies {
			for _, cancel := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/http2=%v/cancel=%v", name, http2, cancel), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						over := make(chan struct{})
						_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							if reply(w); name != "no headers" {
								http.NewResponseController(w).Flush()
							}
							if name == "answer" {
								return
							}
							<-over // a server that reads no body does not see the client hang up
						}), endpoint.Config{HTTP2: http2, IdleTimeout: 20 * time.Second})
						t.Cleanup(func() { close(over) })
						ctx, stop := context.WithCancelCause(t.Context())
						defer stop(nil)
						want, took := endpoint.OutcomeTimeoutMidStream, 20*time.Second
						switch {
						case name == "answer":
							want, took = endpoint.OutcomeOK, 0
						case name == "finish":
							want, took = endpoint.OutcomeOK, 5*time.Second
						case name == "refusal":
							want = endpoint.OutcomeStatus
						case name == "no headers":
							want = endpoint.OutcomeTimeoutBeforeHeaders
						}
						if cancel && took > 0 {
							time.AfterFunc(time.Second, func() { stop(why) })
							took = time.Second
							if want == endpoint.OutcomeTimeoutMidStream || want == endpoint.OutcomeTimeoutBeforeHeaders {
								want = endpoint.OutcomeCanceled
							}
						}
						began := time.Now()
						var c metrics.Clock
						_, err := conn.Stream(ctx, "", long, &c)
						if outcome(err) != want || time.Since(began) != took {
							t.Errorf("%v after %v, want %s after %v", err, time.Since(began), want, took)
						}
						clear(long[0]) // nothing reads it any more: the race detector watches
					})
				})
			}
		}
	}
}

// deafConn reads nothing once its peer has been answered.
type deafConn struct {
	net.Conn
	deaf <-chan struct{}
	over chan struct{}
}

func (c *deafConn) Read(p []byte) (int, error) {
	select {
	case <-c.deaf:
		<-c.over
		return 0, net.ErrClosed
	default:
		return c.Conn.Read(p[:min(len(p), 4096)])
	}
}

type deafListener struct {
	net.Listener
	deaf <-chan struct{}
	over chan struct{}
}

func (l *deafListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.(*net.TCPConn).SetReadBuffer(16 << 10)
	return &deafConn{Conn: c, deaf: l.deaf, over: l.over}, nil
}

// Nor does a peer hold a request up that answers and then takes nothing more off the
// connection, so that a write to it never ends. On sockets, since virtual time does
// not pass while net/http waits for a lock; what is asserted is that Stream returns and
// leaves no goroutine.
func TestDeafPeer(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%v", http2), func(t *testing.T) {
			before := runtime.NumGoroutine()
			deaf, over := make(chan struct{}), make(chan struct{})
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{
				Protocols: new(http.Protocols),
				ErrorLog:  log.New(io.Discard, "", 0),
				// Flow control lets in more than the sockets hold.
				HTTP2: &http.HTTP2Config{MaxReceiveBufferPerConnection: 3 << 20, MaxReceiveBufferPerStream: 3 << 20},
				Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					http.NewResponseController(w).EnableFullDuplex()
					close(deaf)
					// More than net/http reads before it updates its window, for which
					// it has to write.
					for range 1000 {
						io.WriteString(w, event)
					}
					http.NewResponseController(w).Flush()
					<-over
				}),
			}
			server.Protocols.SetHTTP1(true)
			server.Protocols.SetUnencryptedHTTP2(true)
			served := make(chan error)
			go func() { served <- server.Serve(&deafListener{l, deaf, over}) }()
			client, err := endpoint.New(endpoint.Config{
				URL: "http://" + l.Addr().String(), HTTP2: http2,
				Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
					c, err := new(net.Dialer).DialContext(ctx, network, addr)
					if err == nil {
						c.(*net.TCPConn).SetWriteBuffer(16 << 10)
					}
					return c, err
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			conn := client.Conn()
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			returned := make(chan error)
			go func() {
				var c metrics.Clock
				_, err := conn.Stream(ctx, "", [][]byte{make([]byte, 16<<20)}, &c)
				returned <- err
			}()
			select {
			case err := <-returned:
				// On a busy machine the headers take longer than that, too.
				if o := outcome(err); o != endpoint.OutcomeTimeoutMidStream && o != endpoint.OutcomeTimeoutBeforeHeaders {
					t.Error(err)
				}
			case <-time.After(time.Minute):
				t.Error("Stream has not returned")
			}
			conn.Close()
			client.Close()
			close(over)
			server.Close()
			<-served
			for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					buf := make([]byte, 1<<20)
					t.Fatalf("goroutines are left:\n%s", buf[:runtime.Stack(buf, true)])
				}
			}
		})
	}
}
