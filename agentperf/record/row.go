package record

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// None stands for an instant that has not come and for a count that nobody stated. It is
// not 0: absent is not zero.
const None = -1

// An Outcome says how a request ended. Other words than those below are failures of the
// system under test.
type Outcome string

// The outcomes that decide how a row counts.
const (
	// Open: the request had not ended when the rows were taken.
	Open Outcome = ""
	// OK: the answer was complete.
	OK Outcome = "ok"
	// Canceled: the client cut the request. It is neither good nor bad.
	Canceled Outcome = "canceled"
	// Local: the client's own machine failed, which says nothing of the system.
	Local Outcome = "local"
	// Overflow: the request is longer than the endpoint's context. What was asked for does
	// not fit, which says nothing of the system either.
	Overflow Outcome = "context_overflow"
	// Short: the answer ended well and has fewer tokens than were forced. The system did
	// less than was asked for, and is not measured by that.
	Short Outcome = "short"
	// Implausible: the answer ended well, and the server counts more tokens than it can
	// have had: what was done is unknown.
	Implausible Outcome = "implausible"
	// Failed: a failure that has no word of its own.
	Failed Outcome = "failed"
)

// A Row is one request. It holds what was seen, and no figure that is derived from it. Rows are
// made from [New], in which all is absent: instants and counts that nobody stated are [None],
// and 0 is a statement. Where a clock of package metrics timed the answer, [Row.Take] fills in
// what it saw.
//
// Whoever has another client, and no such clock, fills in at least, of every request that was
// begun: Agent, Play, Turn, Begun, Due, Sent, End and Outcome, and of one that failed Message. Of
// one with output: First, Last and Made, which is Last unless more was made out of sight; Events
// and FirstEvents, 1 or more; Tokens and TokenSource; FirstTokens, which is 1 and estimated where
// an event is a token. Of one with a count by the server: Reported, Completion and, if stated,
// Prompt and Cached. MaxTokens and Forced are what was asked for. The controlled rule also needs
// Planned and Rest, without which it cannot tell how heavy the load was, and Cold and Midway
// where agents begin in the steady state. The rest may stay as in New: without Lead, Tenth,
// Bytes, Silent, Ahead and Blank fewer doubtful answers are found, and without Hidden reasoning
// counts as shown. Then [Row.Conclude] decides whether the work was done.
//
// A Row refers to nothing else and may be copied. It is not safe for concurrent use while it is
// written.
type Row struct {
	// Begun is when the load let the request go, which decides whether the window has
	// it. Due is when it should have been sent, Sent when it was, First, Tenth and Last
	// are the stamps of the first, the tenth and the latest event with visible output, Made
	// that of the latest event of the output, visible or not, End is the end of the answer.
	// All are counted from the start of the phase; None if that did not happen. Begun and End
	// are there of each row that has ended.
	Begun, Due, Sent, First, Tenth, Last, Made, End time.Duration

	// Outcome says how it ended; see [Row.Conclude].
	Outcome Outcome
	// Message is the index of what the failure said in Phase.Messages; None without one.
	Message int32

	// Agent counts agents from 0, Play is an index of Phase.Plays, Thread one of
	// Phase.Threads: the subagent whose request it is. Turn counts the turns of the
	// trajectory or the subagent from 0. Play is [None] where requests belong to no
	// trajectory.
	Agent, Play, Thread, Turn int32

	// MaxTokens is the most that was asked for; None where nothing was asked. Forced is
	// set when the answer was to have just as many.
	MaxTokens int32
	Forced    bool
	// Cold is set on the first request of a play that began in the middle: it finds no
	// cache that the turns before would have filled.
	Cold bool
	// Midway is set when the request asks only for the rest of an answer, by an agent that
	// was met in the middle of it.
	Midway bool
	// Reported is set when the server counted tokens: the counts below are then its own.
	Reported bool

	// TokenSource and FirstSource say where Tokens and FirstTokens come from; the zero Source
	// where there are none.
	TokenSource, FirstSource Source
	// Ahead is the number of events before the first with visible output, at most 65,535;
	// see [metrics.Timing].
	Ahead uint16

	// Rest is the pause that was asked for before this request; 0 for none.
	Rest time.Duration

	// Recorded is the number of input tokens in the recording; None where it has none.
	Recorded int32
	// Planned is the number of input tokens with which the workload was made to fit the
	// context: Recorded, or an estimate where that is absent; None where nothing was.
	Planned int32
	// Prompt, Cached, Completion, Reasoning and Hidden are the server's counts as in
	// [metrics.Usage]; None where it stated nothing, also of one of them alone. Of an
	// [Overflow] Prompt is what the refusal stated.
	Prompt, Cached, Completion, Reasoning, Hidden int32
	// Tokens is the number of output tokens, hidden ones included, FirstTokens that of
	// those which came in the first burst.
	Tokens, FirstTokens int32
	// Events is the number of events with visible output, FirstEvents that of those
	// in the first burst, Bytes the length of the visible output.
	Events, FirstEvents, Bytes int32
	// Lead is how long after First the first burst ended, in nanoseconds, at most two
	// seconds; see [metrics.Timing].
	Lead int32
	// Silent is the number of events without visible output after the first that had some;
	// see [metrics.Timing].
	Silent int32
	// Blank is the length of what shows nothing in the output; see [metrics.Timing].
	Blank int32
	// WindowBytes and WindowTokens are the part of the output that came in the window,
	// where the load knew it beforehand; WindowBytes is None where it did not.
	WindowBytes  int32
	WindowTokens float64
}

// New returns a row of which nothing is known yet: instants and counts that may be absent are
// [None], the others 0. It is of agent 0, play 0 and the session itself.
func New() Row {
	return Row{
		Begun: None, Due: None, Sent: None, First: None, Tenth: None, Last: None, Made: None, End: None,
		Message: None, MaxTokens: None, Recorded: None, Planned: None,
		Prompt: None, Cached: None, Completion: None, Reasoning: None, Hidden: None, WindowBytes: None,
	}
}

// Failed reports whether the request failed by the system's fault.
func (r *Row) Failed() bool {
	switch r.Outcome {
	case Open, OK, Canceled, Local, Overflow:
		return false
	}
	return true
}

// Answered reports whether the system gave a whole answer, be it not the one that was asked
// for: it is there.
func (r *Row) Answered() bool {
	return r.Outcome == OK || r.Outcome == Short || r.Outcome == Implausible
}

// Void reports whether the request says nothing of the system: one makes the phase
// invalid.
func (r *Row) Void() bool { return r.Outcome == Local || r.Outcome == Overflow }

// Take fills in what a clock saw of the answer: all from Due to End that has happened, and the
// tokens and events. start is when the phase began, by the same clock. Begun, Outcome, whose
// request it is and what was asked for are the caller's to set. A request that was never sent
// keeps its instants.
func (r *Row) Take(t *metrics.Timing, start time.Time) {
	if !t.Sent.IsZero() {
		r.Sent = t.Sent.Sub(start)
		r.Due = t.Due.Sub(start)
		r.End = r.Sent + t.E2E
		if t.Events > 0 {
			r.First, r.Last, r.Made = r.Sent+t.First, r.Sent+t.Last, r.Sent+t.Made
			r.Lead = clip(int(t.Lead - t.First))
		}
		if t.Tenth > 0 {
			r.Tenth = r.Sent + t.Tenth
		}
	}
	if r.Reported = t.UsageReported; r.Reported {
		u := &t.Usage
		r.Prompt, r.Completion, r.Reasoning, r.Hidden = clip(u.Prompt), clip(u.Completion), clip(u.Reasoning), clip(u.Hidden)
		if n, ok := u.CachedTokens(); ok {
			r.Cached = clip(n)
		}
	}
	r.Tokens, r.TokenSource = clip(t.Tokens), SourceOf(t.TokenSource)
	r.FirstTokens, r.FirstSource = clip(t.FirstTokens), SourceOf(t.FirstSource)
	r.Events, r.FirstEvents, r.Bytes = clip(t.Events), clip(t.FirstEvents), clip(int(t.Bytes))
	r.Silent, r.Ahead, r.Blank = clip(t.Silent), uint16(min(t.Ahead, 1<<16-1)), clip(int(t.Blank))
}

// Timing returns the answer as package metrics derives figures from. Its Due and Sent are
// counted from the zero time; they are zero for a request that was not sent.
func (r *Row) Timing() metrics.Timing {
	t := metrics.Timing{
		Events: int(r.Events), FirstEvents: int(r.FirstEvents), Bytes: int64(r.Bytes),
		Tokens: int(r.Tokens), TokenSource: r.TokenSource.metrics(),
		FirstTokens: int(r.FirstTokens), FirstSource: r.FirstSource.metrics(),
		UsageReported: r.Reported, Silent: int(r.Silent), Ahead: int(r.Ahead), Blank: int64(r.Blank), Doubted: r.doubted(),
	}
	if r.Sent >= 0 {
		// One past the zero time, which would mean that it was not sent.
		t.Sent = time.Time{}.Add(r.Sent + 1)
		t.Due = time.Time{}.Add(r.Due + 1)
		t.Lateness = max(0, r.Sent-r.Due)
		if r.End >= 0 {
			t.E2E = r.End - r.Sent
		}
		if r.Events > 0 {
			t.Lead = r.First - r.Sent + time.Duration(r.Lead)
			t.First, t.Last, t.Made = r.First-r.Sent, r.Last-r.Sent, r.Made-r.Sent
		}
		if r.Tenth >= 0 {
			t.Tenth = r.Tenth - r.Sent
		}
	}
	if r.Reported {
		t.Usage = metrics.Usage{
			Prompt: stated(r.Prompt), Cached: stated(r.Cached), CachedStated: r.Cached >= 0, Completion: stated(r.Completion),
			Reasoning: stated(r.Reasoning), Hidden: stated(r.Hidden),
		}
	}
	return t
}

// Lateness returns how late the client was in sending: Sent - Due. It is 0 for what was early or
// was not sent.
func (r *Row) Lateness() time.Duration {
	if r.Sent < 0 {
		return 0
	}
	return max(0, r.Sent-r.Due)
}

func stated(n int32) int { return max(0, int(n)) }

// clip keeps a count within a row; more than two billion of anything in one answer is no
// count.
func clip(n int) int32 { return int32(max(-1, min(n, 1<<31-1))) }

// A Source is a [metrics.Source] in one byte; [SourceOf] makes it. The zero Source is
// [metrics.SourceNone].
type Source uint8

const (
	sourceNone Source = iota
	sourceUsage
	sourceContinuous
	sourceEstimated
	sourceEvents
)

var sources = [...]metrics.Source{
	sourceNone: metrics.SourceNone, sourceUsage: metrics.SourceUsage, sourceContinuous: metrics.SourceContinuous,
	sourceEstimated: metrics.SourceEstimated, sourceEvents: metrics.SourceEvents,
}

// SourceOf returns the source of package metrics; one that it does not know is none.
func SourceOf(s metrics.Source) Source {
	for i, known := range sources {
		if s == known {
			return Source(i)
		}
	}
	return 0
}

func (s Source) metrics() metrics.Source {
	if int(s) < len(sources) {
		return sources[s]
	}
	return metrics.SourceNone
}

// String returns the word for the source, as package metrics has it.
func (s Source) String() string { return string(s.metrics()) }
