package endpoint

import "github.com/agentperf/agentperf-go/metrics"

// delta is the part of one event that a clock needs.
type delta struct {
	visible   int  // bytes of visible output of the first choice, as encoded
	blank     int  // bytes of those that show nothing; see blankBytes
	reasoning bool // some of it is reasoning
	several   bool // there is visible output of another choice
	step      bool // the first choice has a delta or a finish_reason
	role      bool // its delta has a role
	strange   bool // some of the output is in a place that is not known
	counted   bool // usage is present
	failed    bool // the event is an error
	done      bool // nothing follows
	ping      bool // the server only keeps the connection alive
	finish    finish
	usage     metrics.Usage
	failure   string

	named int // bytes of the name of a tool, where such a name alone is no visible output
	fresh int // input tokens that a cache had no part in, where they are counted apart

	to *kept // takes the visible output, if set
}

// parseDelta reads one event. It keeps no reference to data. One scan reads the shapes
// of nearly all events; parseAnyDelta reads the others.
func parseDelta(data []byte) (delta, error) {
	if d, ok := scanDelta(data); ok {
		return d, nil
	}
	return parseAnyDelta(data, nil)
}
