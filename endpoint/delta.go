package endpoint

import (
	"errors"

	"github.com/agentperf/agentperf-go/metrics"
)

// delta is what one event says, as far as a clock needs it.
type delta struct {
	visible   int  // bytes of visible output of the first choice, as encoded
	reasoning bool // some of it is reasoning
	several   bool // there is visible output of another choice
	finish    finish
	usage     metrics.Usage
	counted   bool // usage is there
	failure   string
	failed    bool // the event is an error
}

// finish is the reason why the first choice ended, none while it has not.
type finish string

// aborted are the reasons with which servers say that they gave up.
func (f finish) aborted() bool { return f == "abort" || f == "error" }

var errNotJSON = errors.New("an event is not a JSON object")

// parseDelta reads one event. It keeps no reference to data. Nearly all events
// have shapes that one scan can read; any other is read by what can read all.
func parseDelta(data []byte) (delta, error) {
	if d, ok := scanDelta(data); ok {
		return d, nil
	}
	return parseAnyDelta(data)
}
