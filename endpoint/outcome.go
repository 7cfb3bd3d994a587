package endpoint

import (
	"fmt"
)

// An Outcome says how a request ended.
type Outcome string

// The outcomes of a request. All but OK come as the Outcome of an [*Error].
const (
	// OK: there was visible output and a finish_reason.
	OK Outcome = "ok"
	// Refused: no connection could be made (refused or unreachable).
	Refused Outcome = "refused"
	// TLS: the TLS handshake failed, a certificate that is not trusted included.
	TLS Outcome = "tls"
	// TimeoutBeforeHeaders: a time limit passed before the response headers.
	TimeoutBeforeHeaders Outcome = "timeout_before_headers"
	// TimeoutMidStream: a time limit passed after the response headers.
	TimeoutMidStream Outcome = "timeout_mid_stream"
	// Reset: the connection was closed or reset before the response was complete.
	Reset Outcome = "reset"
	// Status: the HTTP status is not 200. Redirects are not followed.
	Status Outcome = "status"
	// ErrorEvent: the server reported an error inside a 200.
	ErrorEvent Outcome = "error_event"
	// Malformed: what arrived is not HTTP, not an event stream or not JSON, or
	// an event is longer than 4 MiB.
	Malformed Outcome = "malformed"
	// Truncated: the response ended without a finish_reason although HTTP was
	// clean, or with one by which the server says that it gave up.
	Truncated Outcome = "truncated"
	// Empty: success without any visible output.
	Empty Outcome = "empty"
	// Canceled: the caller cancelled the request.
	Canceled Outcome = "canceled"
	// Local: the client's own machine failed (name resolution, ports,
	// descriptors, memory). It is no failure of the server.
	Local Outcome = "local"
)

// An Error is a request that did not end well.
type Error struct {
	// Outcome is how it ended; never OK.
	Outcome Outcome
	// Status is the HTTP status, 0 when no response headers came.
	Status int
	// Message is what the server said, on one line and at most 300 bytes;
	// empty when it said nothing. The API key is removed from it.
	Message string
	// Err is the cause, nil when Outcome and Message say it all.
	Err error
}

func (e *Error) Error() string {
	s := "endpoint: " + string(e.Outcome)
	if e.Outcome == Status {
		s = fmt.Sprintf("endpoint: HTTP status %d", e.Status)
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Local reports whether the failure is the client's own.
func (e *Error) Local() bool { return e.Outcome == Local }
