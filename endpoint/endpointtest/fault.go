package endpointtest

import "github.com/agentperf/agentperf-go/internal/simserver"

// A Fault is a way in which a server misbehaves. The zero value is none.
type Fault struct {
	// Kind is what goes wrong.
	Kind FaultKind
	// After is the number of tokens sent before that.
	After int
	// Status and Body are the answer of a FaultStatus; a Status of 0 means 500. A
	// Body that begins with "<" is sent as HTML, any other as JSON.
	Status int
	Body   string
}

// A FaultKind names a way in which a server misbehaves.
type FaultKind string

// The faults.
const (
	// FaultNone is correct behavior.
	FaultNone FaultKind = simserver.FaultNone
	// FaultStatus answers with an HTTP error.
	FaultStatus FaultKind = simserver.FaultStatus
	// FaultHang never answers.
	FaultHang FaultKind = simserver.FaultHang
	// FaultStall stops sending after After tokens and keeps the connection open.
	FaultStall FaultKind = simserver.FaultStall
	// FaultCut closes the connection after After tokens; before the response headers
	// if that is 0.
	FaultCut FaultKind = simserver.FaultCut
	// FaultTruncate ends the response cleanly after After tokens, without a
	// finish_reason, or whatever ends an answer in the API.
	FaultTruncate FaultKind = simserver.FaultTruncate
	// FaultErrorEvent sends an error object after After tokens, which is an event named
	// error in Messages and response.failed in Responses.
	FaultErrorEvent FaultKind = simserver.FaultErrorEvent
	// FaultBadJSON sends an event that is not JSON after After tokens.
	FaultBadJSON FaultKind = simserver.FaultBadJSON
	// FaultHugeEvent sends an event of more than 4 MiB after After tokens.
	FaultHugeEvent FaultKind = simserver.FaultHugeEvent
	// FaultNotHTTP answers with bytes that are not HTTP.
	FaultNotHTTP FaultKind = simserver.FaultNotHTTP
	// FaultHTML answers 200 with a web page.
	FaultHTML FaultKind = simserver.FaultHTML
	// FaultEmpty finishes without any visible output.
	FaultEmpty FaultKind = simserver.FaultEmpty
	// FaultAbort finishes after After tokens with finish_reason "abort", which is the
	// stop_reason in Messages; in Responses the status says that it was canceled.
	FaultAbort FaultKind = simserver.FaultAbort
	// FaultTrickle never finishes: after After tokens it sends only comments, or pings in
	// Messages.
	FaultTrickle FaultKind = simserver.FaultTrickle

	// The others are odd but legal: a client must count them as success.

	// FaultNoUsage sends no usage although the request asks for it.
	FaultNoUsage FaultKind = simserver.FaultNoUsage
	// FaultNoDone sends no [DONE], or no message_stop in Messages. In Responses, where
	// nothing comes after the event that ends the answer, it changes nothing.
	FaultNoDone FaultKind = simserver.FaultNoDone
	// FaultCloseNext sends a complete response and closes the connection without
	// notice just when the next request arrives on it: the client loses the race
	// with the server's idle timeout. HTTP/1.1 only.
	FaultCloseNext FaultKind = simserver.FaultCloseNext
)

func (f Fault) inject() simserver.Fault {
	return simserver.Fault{Kind: string(f.Kind), After: f.After, Status: f.Status, Body: f.Body}
}
