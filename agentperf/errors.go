package agentperf

import "errors"

// ErrNothingSucceeded means that no request of the run succeeded. There is no answer then,
// not even 0.
var ErrNothingSucceeded = errors.New("agentperf: no request succeeded")

// ErrUndecided means that a run or a check ended without an answer for any tier, or Measure
// without having measured all its numbers.
var ErrUndecided = errors.New("agentperf: no tier has an answer")

// ErrInvalid means that a check, or a number of Measure, says nothing of the system, because the client itself
// failed or was too slow; or that a run or a check was ended by a request longer than the
// endpoint's context, in which case the error says which Config.ContextTokens would do.
var ErrInvalid = errors.New("agentperf: the measurement is invalid")

// ErrEndpointGone means that the endpoint, having answered before, answered nothing in a
// phase and did not answer a single request sent after it.
var ErrEndpointGone = errors.New("agentperf: the endpoint has stopped answering")
