package endpointtest

import "github.com/agentperf/agentperf-go/internal/chatserver"

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
	FaultNone FaultKind = chatserver.FaultNone
	// FaultStatus answers with an HTTP error.
	FaultStatus FaultKind = chatserver.FaultStatus
	// FaultHang never answers.
	FaultHang FaultKind = chatserver.FaultHang
	// FaultStall stops sending after After tokens and keeps the connection.
	FaultStall FaultKind = chatserver.FaultStall
	// FaultCut closes the connection after After tokens, before the response
	// headers when that is 0.
	FaultCut FaultKind = chatserver.FaultCut
	// FaultTruncate ends the response cleanly after After tokens, without a
	// finish_reason.
	FaultTruncate FaultKind = chatserver.FaultTruncate
	// FaultErrorEvent sends an error object after After tokens.
	FaultErrorEvent FaultKind = chatserver.FaultErrorEvent
	// FaultBadJSON sends an event that is not JSON after After tokens.
	FaultBadJSON FaultKind = chatserver.FaultBadJSON
	// FaultHugeEvent sends an event of more than 4 MiB after After tokens.
	FaultHugeEvent FaultKind = chatserver.FaultHugeEvent
	// FaultNotHTTP answers with bytes that are not HTTP.
	FaultNotHTTP FaultKind = chatserver.FaultNotHTTP
	// FaultHTML answers 200 with a web page.
	FaultHTML FaultKind = chatserver.FaultHTML
	// FaultEmpty finishes without any visible output.
	FaultEmpty FaultKind = chatserver.FaultEmpty
	// FaultAbort finishes after After tokens with finish_reason "abort".
	FaultAbort FaultKind = chatserver.FaultAbort
	// FaultTrickle never finishes: after After tokens it sends comments only.
	FaultTrickle FaultKind = chatserver.FaultTrickle

	// The rest is odd but legal: a client must take it for success.

	// FaultNoUsage sends no usage although asked for it.
	FaultNoUsage FaultKind = chatserver.FaultNoUsage
	// FaultNoDone sends no [DONE].
	FaultNoDone FaultKind = chatserver.FaultNoDone
	// FaultCloseNext gives a good response and closes the connection, without
	// having said that it would, just when the next request arrives on it: the
	// race of a server's idle timeout with its client, lost. HTTP/1.1 only.
	FaultCloseNext FaultKind = chatserver.FaultCloseNext
)

func (f Fault) inject() chatserver.Fault {
	return chatserver.Fault{Kind: string(f.Kind), After: f.After, Status: f.Status, Body: f.Body}
}
