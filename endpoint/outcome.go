package endpoint

import "fmt"

// An Outcome says how a request ended.
type Outcome string

// The outcomes. All but OutcomeOK come in an [*Error].
const (
	// OutcomeOK: visible output arrived, and the server said that the answer is over:
	// by a finish_reason that no output followed, or with [DONE], or by what other APIs
	// have in place of these. The package documentation has the details.
	OutcomeOK Outcome = "ok"
	// OutcomeRefused: the server refused the connection or is unreachable.
	OutcomeRefused Outcome = "refused"
	// OutcomeTLS: the TLS handshake failed, or the certificate is not trusted.
	OutcomeTLS Outcome = "tls"
	// OutcomeTimeoutBeforeHeaders: a time limit passed before the response headers.
	OutcomeTimeoutBeforeHeaders Outcome = "timeout_before_headers"
	// OutcomeTimeoutMidStream: a time limit passed after the response headers and
	// before the answer was complete.
	OutcomeTimeoutMidStream Outcome = "timeout_mid_stream"
	// OutcomeReset: the connection was closed or reset before the response was
	// complete.
	OutcomeReset Outcome = "reset"
	// OutcomeStatus: the HTTP status is not 200, for another reason than OutcomeContext.
	// Redirects are not followed.
	OutcomeStatus Outcome = "status"
	// OutcomeContext: the server refused a request that is too long for its context
	// window, be it by an error inside a response of status 200. What was asked for does
	// not fit; the server has not failed.
	OutcomeContext Outcome = "context_overflow"
	// OutcomeErrorEvent: the server reported an error inside a response of status
	// 200.
	OutcomeErrorEvent Outcome = "error_event"
	// OutcomeMalformed: what arrived is not HTTP (malformed chunks or frames too), not
	// an event stream or not JSON, or an event is longer than 4 MiB. The message names
	// what came in place of an event stream: a compressed body, JSON lines, a whole
	// answer, an error or a page.
	OutcomeMalformed Outcome = "malformed"
	// OutcomeTruncated: the response ended cleanly but without a finish_reason, with
	// the finish_reason "abort" or "error", or with output after its only
	// finish_reason; or the client took it to be complete and broke it off while
	// output still came.
	OutcomeTruncated Outcome = "truncated"
	// OutcomeEmpty: a finish_reason arrived but no visible output, or none but white
	// space, invisible characters and tags that mark reasoning.
	OutcomeEmpty Outcome = "empty"
	// OutcomeCanceled: the caller canceled the request.
	OutcomeCanceled Outcome = "canceled"
	// OutcomeLocal: the client's own machine failed (name resolution, ports,
	// file descriptors, memory). The server is not at fault.
	OutcomeLocal Outcome = "local"
)

// An Error is the failure of a request.
type Error struct {
	// Outcome is how the request ended; never OutcomeOK.
	Outcome Outcome
	// Status is the HTTP status; 0 without response headers.
	Status int
	// Message is the server's explanation, or what was wrong with its answer, on one
	// line of at most 300 bytes, with the API key removed; empty without either.
	Message string
	// PromptTokens and ContextTokens are what a refusal with OutcomeContext states as
	// the length of the prompt and of the context window; 0 when it does not.
	PromptTokens, ContextTokens int
	// Err is the underlying error; nil when there is none.
	Err error
}

func (e *Error) Error() string {
	s := "endpoint: " + string(e.Outcome)
	switch e.Outcome {
	case OutcomeStatus:
		s = fmt.Sprintf("endpoint: HTTP status %d", e.Status)
	case OutcomeContext:
		s = fmt.Sprintf("endpoint: longer than the context: HTTP status %d", e.Status)
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if advice := e.Advice(); advice != "" {
		s += " (" + advice + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Local reports whether the client's own machine failed.
func (e *Error) Local() bool { return e.Outcome == OutcomeLocal }
