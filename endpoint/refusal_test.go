package endpoint_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// A connection that is handed over has no end that a context could bring about.
func TestSwitchingProtocols(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			io.Copy(io.Discard, c) // until the client hangs up
		}), endpoint.Config{})
		var c metrics.Clock
		began := time.Now()
		r, err := conn.Stream(t.Context(), "", body(1, ""), &c)
		if outcome(err) != endpoint.OutcomeStatus || r.Status != 101 || time.Since(began) > time.Second {
			t.Errorf("%v, status %d, after %v", err, r.Status, time.Since(began))
		}
	})
}

// A server that refuses a long request without reading it, and closes, has answered.
func TestRefusedUnread(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				io.Copy(io.Discard, req.Body)
				text := answer + "data: [DONE]\n\n"
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
				if _, err := http.ReadRequest(r); err == nil {
					io.WriteString(c, "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy")
				}
			}()
		}
	}()
	client, err := endpoint.New(endpoint.Config{URL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	long := [][]byte{bytes.Repeat([]byte("x"), 8<<20)}
	answered := 0
	for range 20 {
		conn := client.Conn()
		var c metrics.Clock
		if _, err := conn.Stream(t.Context(), "", long, &c); err != nil {
			t.Fatal(err)
		}
		c = metrics.Clock{}
		if r, err := conn.Stream(t.Context(), "", long, &c); outcome(err) == endpoint.OutcomeStatus && r.Status == 429 && r.Reconnects == 0 {
			answered++
		} else {
			t.Logf("%v, status %d, %d reconnects", err, r.Status, r.Reconnects)
		}
		conn.Close()
	}
	// All, unless this machine is very late to read; half of them without a wait.
	if answered < 18 {
		t.Errorf("%d of 20 were answered", answered)
	}
}

// An error within an error, and so on, is looked through only so far.
func TestNestedError(t *testing.T) {
	const depth = 9000
	text := "data: " + strings.Repeat(`{"error":`, depth) + `"` + strings.Repeat("x", 3<<20) + `"` + strings.Repeat("}", depth) + "\n\n"
	_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, text)
	}), endpoint.Config{})
	var c metrics.Clock
	// To look through each level again would take half a minute.
	if _, err := conn.Stream(t.Context(), "", body(1, ""), &c); outcome(err) != endpoint.OutcomeErrorEvent || !strings.Contains(err.Error(), `{"error":{"error":`) {
		t.Error(err)
	}
}

// A model's name is sent as the server gave it, whatever is kept out of print, and the
// list is asked for at the same host as the rest.
func TestModelOfHost(t *testing.T) {
	const model = "meta-llama/Llama-3.3-70B"
	for _, cfg := range []endpoint.Config{
		{Header: http.Header{"X-Model": {"Llama-3.3-70B"}}},
		{APIKey: "llama"},
		{Header: http.Header{"Host": {"router.example"}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			host := cfg.Header.Get("Host")
			client, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if host != "" && r.Host != host {
					http.NotFound(w, r)
					return
				}
				if strings.HasSuffix(r.URL.Path, "/models") {
					fmt.Fprintf(w, `{"data":[{"id":%q}]}`, model)
					return
				}
				var b struct{ Model string }
				if json.NewDecoder(r.Body).Decode(&b) != nil {
					http.NotFound(w, r)
					return
				}
				if b.Model != model {
					t.Errorf("model %q was asked for", b.Model)
				}
				io.WriteString(w, answer+"data: [DONE]\n\n")
			}), cfg)
			for _, named := range []string{"", model} {
				f, err := client.Preflight(t.Context(), endpoint.PreflightRequest{Model: named})
				if err != nil || f.Model != model || slices.ContainsFunc(f.Warnings, func(w metrics.Warning) bool { return w.Code == "model_not_listed" }) {
					t.Errorf("model %q, warnings %q, error %v", f.Model, f.Warnings, err)
				}
			}
		})
	}
}

// Over HTTP/2 a server may refuse a stream for want of capacity: that is its answer
// after a few attempts, not after a minute of them.
func TestRefusedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		defer l.Close()
		go refuseStreams(l)
		client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: l.Dial, HTTP2: true})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		var c metrics.Clock
		r, err := client.Conn().Stream(t.Context(), "", body(1, ""), &c)
		if outcome(err) == endpoint.OutcomeOK || outcome(err) == "untyped" || r.Reconnects != 5 || c.Timing().E2E > 20*time.Second {
			t.Errorf("%v, %d reconnects, %v", err, r.Reconnects, c.Timing().E2E)
		}
		t.Log(err, c.Timing().E2E)
	})
}

// refuseStreams answers each request on one connection with RST_STREAM(REFUSED_STREAM).
func refuseStreams(l net.Listener) {
	const (
		headers, reset, settings, ping = 1, 3, 4, 6
		ack                            = 1
		refused                        = 7
	)
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	io.ReadFull(c, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")))
	out := make(chan []byte, 100)
	defer close(out)
	go func() {
		for p := range out {
			c.Write(p)
		}
	}()
	out <- []byte{0, 0, 0, settings, 0, 0, 0, 0, 0}
	for h := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, h); err != nil {
			return
		}
		p := make([]byte, int(h[0])<<16|int(h[1])<<8|int(h[2]))
		io.ReadFull(c, p)
		switch kind, flags := h[3], h[4]; {
		case kind == settings && flags == 0:
			out <- []byte{0, 0, 0, settings, ack, 0, 0, 0, 0}
		case kind == ping && flags == 0:
			out <- append([]byte{0, 0, 8, ping, ack, 0, 0, 0, 0}, p...)
		case kind == headers:
			out <- append([]byte{0, 0, 4, reset, 0}, h[5], h[6], h[7], h[8], 0, 0, 0, refused)
		}
	}
}
