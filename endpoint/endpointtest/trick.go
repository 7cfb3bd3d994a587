package endpointtest

import "github.com/agentperf/agentperf-go/internal/simserver"

// A Trick names a way in which a server tries to look faster in a benchmark than it is to its
// users: it claims tokens that it did not make, sends what no model made, sends it at other
// times, or does not read what it was sent. [Tricks] lists them. An engine that knows no trick
// of the name answers with an error.
//
// Most are of an engine that is too slow, say Engine{PerRequest: 40} where 100 tokens per
// second were promised: what costs it nothing comes 4 or 10 times as fast as it is. Those of
// the prompt skip the time to the first token, and are of an engine with a long TTFT.
type Trick string

// Tricks returns all tricks.
func Tricks() (all []Trick) {
	for _, name := range simserver.TrickNames() {
		all = append(all, Trick(name))
	}
	return all
}

// Text says what the trick is, in a clause such as "answers of spaces"; it is empty for an
// unknown one.
func (t Trick) Text() string { return simserver.TrickText(string(t)) }
