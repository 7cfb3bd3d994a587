package load

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A Kind says what an [Entry] tells.
type Kind uint8

// The kinds of entries. What each has beside Kind and At is in parentheses.
const (
	_         Kind = iota
	Up             // an agent was started (Agent)
	Play           // an agent began a play (Agent, Text: the trajectory, Session)
	Thread         // a subagent was first met (Text: its ID)
	Message        // a failure has a message that was not met before (Text)
	Begin          // a request began (Request, Row)
	First          // its first output came (Request, Row.First)
	End            // it ended (Request, Row, Context: what the endpoint stated if it did not fit)
	Completed      // an agent completed a piece of work (Agent)
	kinds
)

// An Entry is one thing that happened in a part of a phase. Plays, threads and messages are
// numbered in the order in which they are told of, plays from 0, threads and messages from 1:
// Row.Play, Row.Thread and Row.Message are these numbers, with thread 0 the session itself and
// [record.None] no message. Requests are numbered from 0.
type Entry struct {
	Kind          Kind
	At            time.Duration // since the start of the phase; never earlier than the one before
	Agent         int32
	Request       int64
	Row           record.Row
	Context       int
	Text, Session string
}
