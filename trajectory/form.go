package trajectory

import (
	"sync/atomic"

	"github.com/agentperf/agentperf-go/internal/dialect"
)

// forms are a message in the APIs other than chat completions, made when first needed and
// then kept. Two goroutines may make one at once; one of the two is kept.
type forms struct{ messages, responses atomic.Pointer[dialect.Form] }

// form returns the message in an API other than chat completions.
func (m *Message) form(api API) *dialect.Form {
	kept := &m.forms.messages
	if api == APIResponses {
		kept = &m.forms.responses
	}
	if f := kept.Load(); f != nil {
		return f
	}
	f := m.encode(api, nil)
	if !kept.CompareAndSwap(nil, f) {
		return kept.Load()
	}
	return f
}

// encode makes the form of a message, and tells notes what cannot be said in it. A message
// that was recorded in the API is sent as it was recorded.
func (m *Message) encode(api API, notes dialect.Notes) *dialect.Form {
	var f dialect.Form
	switch hole := m.text != nil; {
	case m.native(api):
		f = m.recorded.form(m, notes)
	case api == APIResponses:
		f = dialect.Items(m.wire[1:], hole, notes)
	default:
		f = dialect.Blocks(m.wire[1:], hole, notes)
	}
	return &f
}

// native reports whether the message was recorded in an API, as blocks that are sent in it.
func (m *Message) native(api API) bool {
	return m.recorded != nil && m.recorded.api == api && m.text == nil
}
