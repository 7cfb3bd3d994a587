package endpointtest

import (
	"fmt"
	"net/http"
)

// A Fault is a way to misbehave. The zero value is none.
type Fault struct {
	// Kind is what goes wrong.
	Kind FaultKind
	// After is how many tokens are sent before it does.
	After int
	// Status and Body are the answer of a FaultStatus; 0 means 500. A Body
	// that begins with "<" is sent as HTML, otherwise as JSON.
	Status int
	Body   string
}

// A FaultKind names a way to misbehave.
type FaultKind string

// The faults. Those that act after some tokens say so.
const (
	// FaultNone is to behave.
	FaultNone FaultKind = ""
	// FaultStatus answers with an HTTP error.
	FaultStatus FaultKind = "status"
	// FaultHang never answers.
	FaultHang FaultKind = "hang"
	// FaultStall stops sending after After tokens and keeps the connection.
	FaultStall FaultKind = "stall"
	// FaultCut closes the connection after After tokens, before the response
	// headers when that is 0.
	FaultCut FaultKind = "cut"
	// FaultTruncate ends the response cleanly after After tokens, without a
	// finish_reason.
	FaultTruncate FaultKind = "truncate"
	// FaultErrorEvent sends an error object after After tokens.
	FaultErrorEvent FaultKind = "error_event"
	// FaultBadJSON sends an event that is not JSON after After tokens.
	FaultBadJSON FaultKind = "bad_json"
	// FaultHugeEvent sends an event of more than 4 MiB after After tokens.
	FaultHugeEvent FaultKind = "huge_event"
	// FaultNotHTTP answers with bytes that are not HTTP.
	FaultNotHTTP FaultKind = "not_http"
	// FaultHTML answers 200 with a web page.
	FaultHTML FaultKind = "html"
	// FaultEmpty finishes without any visible output.
	FaultEmpty FaultKind = "empty"
	// FaultAbort finishes after After tokens with finish_reason "abort".
	FaultAbort FaultKind = "abort"
	// FaultTrickle never finishes: after After tokens it sends comments only.
	FaultTrickle FaultKind = "trickle"

	// The rest is odd but legal: a client must take it for success.

	// FaultNoUsage sends no usage although asked for it.
	FaultNoUsage FaultKind = "no_usage"
	// FaultNoDone sends no [DONE].
	FaultNoDone FaultKind = "no_done"
	// FaultCloseNext gives a good response and closes the connection, without
	// having said that it would, just when the next request arrives on it: the
	// race of a server's idle timeout with its client, lost. HTTP/1.1 only.
	FaultCloseNext FaultKind = "close_next"
)

// before acts on the faults that come instead of a stream; done reports that
// there is nothing more to do.
func (f Fault) before(w http.ResponseWriter, r *http.Request) (done bool) {
	switch f.Kind {
	case FaultStatus:
		status := f.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		if f.Body == "" {
			writeError(w, status, "injected fault")
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
