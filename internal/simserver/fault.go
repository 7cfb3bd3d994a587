package simserver

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Fault is an endpointtest.Fault, which documents it.
type Fault struct {
	Kind   string
	After  int // tokens
	Status int
	Body   string
}

// The kinds of faults, as package endpointtest documents them.
const (
	FaultNone       = ""
	FaultStatus     = "status"
	FaultHang       = "hang"
	FaultStall      = "stall"
	FaultCut        = "cut"
	FaultTruncate   = "truncate"
	FaultErrorEvent = "error_event"
	FaultBadJSON    = "bad_json"
	FaultHugeEvent  = "huge_event"
	FaultNotHTTP    = "not_http"
	FaultHTML       = "html"
	FaultEmpty      = "empty"
	FaultAbort      = "abort"
	FaultTrickle    = "trickle"
	FaultNoUsage    = "no_usage"
	FaultNoDone     = "no_done"
	FaultCloseNext  = "close_next"
)

// Before acts on the faults that come instead of a stream. done reports that
// the request has been dealt with.
func (f Fault) Before(w http.ResponseWriter, r *http.Request) (done bool) {
	switch f.Kind {
	case FaultStatus:
		status := f.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		if f.Body == "" {
			WriteError(w, r, status, "injected fault")
			return true
		}
		kind := "application/json"
		if f.Body[0] == '<' {
			kind = "text/html"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, f.Body)
	case FaultHang:
		<-r.Context().Done()
	case FaultCut:
		if f.After > 0 {
			return false
		}
		panic(http.ErrAbortHandler)
	case FaultNotHTTP:
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
		conn.Close()
	case FaultHTML:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body><h1>It works!</h1></body></html>")
	default:
		return false
	}
	return true
}

// Misbehave acts on a fault in the middle of the stream when it is due. done
// reports that the stream is over.
func (s *Stream) Misbehave() (done bool, err error) {
	if s.fault.Kind == FaultNone || s.Sent < s.fault.After {
		return false, nil
	}
	switch s.fault.Kind {
	case FaultStall:
		<-s.ctx.Done()
		return true, context.Cause(s.ctx)
	case FaultTrickle:
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.write(s.frames.idle())
			case <-s.ctx.Done():
				return true, context.Cause(s.ctx)
			}
		}
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultTruncate:
	case FaultErrorEvent:
		s.fail()
	case FaultBadJSON:
		s.write(s.frames.torn())
		s.answer(`{"id":"wo`)
	case FaultHugeEvent:
		s.write(s.emit(piece{visible, strings.Repeat("x", 5<<20)}, s.Sent))
		s.answer(s.frames.whole("stop", totals{sent: s.Sent, tokens: s.Sent}))
	case FaultEmpty:
		s.leave()
		s.write(s.conclude("stop"))
	case FaultAbort:
		s.leave()
		s.write(s.conclude("abort"))
	default:
		return false, nil
	}
	return true, nil
}

// closeNext completes a chunked response and closes its connection at the first
// byte of the next request.
func closeNext(control *http.ResponseController) {
	conn, buf, err := control.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	buf.WriteString("0\r\n\r\n")
	if buf.Flush() == nil {
		buf.ReadByte()
	}
}
