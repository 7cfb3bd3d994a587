package worlds

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/agentperf/agentperf-go/internal/simserver"
	"github.com/agentperf/agentperf-go/trajectory"
)

// SessionHeader is the header by which the HTTP server knows sessions.
const SessionHeader = "X-Session"

// connection is the key of a connection's state in the context of its requests.
type connection struct{}

// HTTP returns the server as one of streamed chat completions over HTTP/1.1. A connection is
// an agent, from its first request for a turn of the workload on; other requests, such as
// those of a probe, are answered at once and change nothing. HoldBack is not served: what
// ends a response goes out with its last token.
func (s *Server) HTTP(w *trajectory.Workload) *http.Server {
	h := &handler{server: s, turns: make(map[string]turnAt), agents: make(map[net.Conn]*sender)}
	for _, t := range w.Trajectories {
		for i := range t.Turns {
			h.turns[turnText(t.ID, i)] = turnAt{&t.Turns[i], i}
		}
	}
	return &http.Server{
		Handler:     h,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connection{}, c) },
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				h.closed(c)
			}
		},
	}
}

type turnAt struct {
	turn  *trajectory.Turn
	index int
}

// turnText is the text by which a request names its turn: the end of its message.
func turnText(id string, index int) string { return fmt.Sprintf("%s turn %d", id, index) }

type handler struct {
	server *Server
	turns  map[string]turnAt

	mu       sync.Mutex
	requests int
	agents   map[net.Conn]*sender
}

// agent returns the sender of a connection and the number of a request.
func (h *handler) agent(c net.Conn) (s *sender, number int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests++
	if s = h.agents[c]; s == nil {
		s = h.server.Connect(0).(*sender)
		h.agents[c] = s
	}
	return s, h.requests
}

func (h *handler) closed(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.agents[c]; s != nil {
		s.Close()
	}
	delete(h.agents, c)
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	simserver.API{}.Route(w, r, h.complete)
}

func (h *handler) complete(w http.ResponseWriter, r *http.Request) {
	q, status, err := simserver.API{}.Parse(r.URL.Path, simserver.ReadBody(r))
	if err != nil {
		simserver.WriteError(w, r, status, err.Error())
		return
	}
	last := ""
	q.Parts(func(part string) { last = part })
	at, ok := h.turns[textOf(last)]
	if !ok {
		s := simserver.NewStream(0, q, simserver.Fault{}, w, r, func() {})
		s.Begin(false)
		s.Send(q.Tokens)
		s.End()
		return
	}
	c, number := h.agent(r.Context().Value(connection{}).(net.Conn))
	req := &trajectory.Request{Session: r.Header.Get(SessionHeader), Turn: at.turn, Index: at.index}
	q.Prompt, q.Cached = at.turn.PromptTokens, min(c.cached(req), at.turn.PromptTokens)
	s := simserver.NewStream(number, q, simserver.Fault{}, w, r, func() {})
	s.Begin(false)
	if c.answer(r.Context(), req, q.Tokens, func(n int) { s.Send(s.Sent + n) }) != nil {
		panic(http.ErrAbortHandler)
	}
	s.End()
}

// textOf returns the last line of a message of the workload, without the prefix that keeps
// plays apart.
func textOf(message string) string {
	text, _ := strings.CutSuffix(message, `"}`)
	for _, cut := range []string{`"`, `\n`} {
		if i := strings.LastIndex(text, cut); i >= 0 {
			text = text[i+len(cut):]
		}
	}
	return text
}
