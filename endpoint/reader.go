package endpoint

// A reader reads the events of one answer. What an event means is up to its API; what
// follows from it, for the clock and for the outcome, is the same for all and up to
// [stream].
type reader struct {
	api   API
	to    *kept     // takes the visible output, if set
	input inputSeen // of APIMessages
	told  told      // of APIResponses
}

// read reads one event. It keeps no reference to data.
func (r *reader) read(data []byte) (delta, error) {
	switch r.api {
	case APIMessages:
		return r.message(data)
	case APIResponses:
		return r.responseEvent(data)
	}
	if r.to != nil {
		return parseAnyDelta(data, r.to)
	}
	return parseDelta(data)
}

// endName is what an API calls the field that says why an answer ended.
func (a API) endName() string {
	switch a {
	case APIMessages:
		return "stop_reason"
	case APIResponses:
		return "status"
	}
	return "finish_reason"
}
