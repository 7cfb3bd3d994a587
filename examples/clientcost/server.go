package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// asServer in the environment makes this program the server of another one. Its
// value is a serverConfig.
const asServer = "CLIENTCOST_AS_SERVER"

const (
	sessionHeader = "X-Session"
	modelName     = "clientcost"
)

// serverConfig configures a server.
type serverConfig struct {
	Streams int           `json:"streams"`
	Period  time.Duration `json:"period"`
	TLS     bool          `json:"tls"`
}

// hello is the first thing that a server says; then it answers each byte that it
// reads, a question, with a state, until there are no more.
type hello struct {
	Addr string `json:"addr"`
	Cert []byte `json:"cert,omitempty"` // DER
}

// Questions.
const (
	askPace  = 'p'
	askStamp = 's' // Sent too
)

// state is what a server knows.
type state struct {
	Active     int      `json:"active"`         // responses, at this moment
	CPUSeconds float64  `json:"cpu_seconds"`    // so far
	LateP99    float64  `json:"late_p99"`       // seconds that events were sent late, since the question before
	Sent       []stamps `json:"sent,omitempty"` // of the responses begun since they were last asked for
}

// stamps are when the first and the latest token of a response were written, on
// the clock that anchor explains.
type stamps struct {
	Session     string
	First, Last int64
}

// serve is the program as a server.
func serve(cfg string, in io.Reader, out, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintf(stderr, "clientcost: server: %v\n", err)
		return cli.Failed
	}
	var c serverConfig
	if err := json.Unmarshal([]byte(cfg), &c); err != nil {
		return fail(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fail(err)
	}
	debug.SetGCPercent(400) // the processors are the client's
	h := &handler{wheel: newWheel(c.Streams, c.Period)}
	server := &http.Server{Handler: withMetrics(h), ErrorLog: log.New(io.Discard, "", 0), Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	greeting := hello{Addr: l.Addr().String()}
	if c.TLS {
		if server.TLSConfig, greeting.Cert, err = selfSigned(); err != nil {
			return fail(err)
		}
		go server.ServeTLS(l, "", "")
	} else {
		go server.Serve(l)
	}
	h.wheel.turn()
	enc := json.NewEncoder(out)
	if err := enc.Encode(greeting); err != nil {
		return fail(err)
	}
	for question := make([]byte, 1); ; {
		if _, err := in.Read(question); err != nil {
			return cli.OK // whoever started us is gone
		}
		if err := enc.Encode(h.state(question[0] == askStamp)); err != nil {
			return fail(err)
		}
	}
}

// handler answers requests, as vLLM would.
type handler struct {
	wheel *wheel

	mu      sync.Mutex
	begun   []*response // since stamps were last asked for
	counted int
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/models") {
		fmt.Fprintf(w, `{"object":"list","data":[{"id":%q,"object":"model"}]}`, modelName)
		return
	}
	tokens, err := maxTokens(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.counted++
	p := newResponse(w, r.Header.Get(sessionHeader), h.counted, tokens)
	h.begun = append(h.begun, p)
	h.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	if p.write(p.chunk(`{"role":"assistant","content":""}`, "null")) != nil {
		return
	}
	h.wheel.add(p)
	<-p.done
}

func (h *handler) state(stamped bool) state {
	s := state{}
	s.Active, s.LateP99 = h.wheel.report()
	if cpu, ok := cpuTime(); ok {
		s.CPUSeconds = cpu.Seconds()
	}
	if !stamped {
		return s
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.begun {
		if first := p.first.Load(); first != 0 {
			s.Sent = append(s.Sent, stamps{p.session, first, p.last.Load()})
		}
	}
	h.begun = nil
	return s
}

// maxTokens reads a request body to its end, near which the number is.
func maxTokens(body io.Reader) (int, error) {
	name := []byte(`"max_tokens":`)
	buf := buffers.Get().(*window)
	defer buffers.Put(buf)
	n := 0
	for {
		k, err := body.Read(buf[n:])
		n += k
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
		if n > len(buf)-near {
			n = copy(buf[:], buf[n-near:n])
		}
	}
	i := bytes.LastIndex(buf[:n], name)
	if i < 0 {
		return 0, fmt.Errorf("no max_tokens in the last %d bytes", near)
	}
	digits := buf[i+len(name) : n]
	if end := bytes.IndexAny(digits, ",}"); end >= 0 {
		digits = digits[:end]
	}
	return strconv.Atoi(string(digits))
}

// near is how far from the end of a body its max_tokens is, and window what is looked at
// at a time.
const near = 512

type window [8 * near]byte

var buffers = sync.Pool{New: func() any { return new(window) }}
