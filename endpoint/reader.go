package endpoint

// A reader reads the events of one answer. What an event means is up to its API; what
// follows from it, for the clock and for the outcome, is the same for all and up to
// [stream].
type reader struct {
	api   API
	to    *kept     // takes the visible output, if set
	input inputSeen // of APIMessages
	told  told      // of APIResponses
	mold  *mold     // if set, for the events of both
}

// read reads one event into d, which is zero. It keeps no reference to data.
func (r *reader) read(data []byte, d *delta) (err error) {
	switch {
	case r.api == APIMessages:
		return r.message(data, d)
	case r.api == APIResponses:
		return r.responseEvent(data, d)
	case r.to != nil:
		*d, err = parseAnyDelta(data, r.to)
	default:
		*d, err = parseDelta(data)
	}
	return err
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
