package endpoint

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// stream reads the events of one response.
type stream struct {
	conn     *Conn
	dog      *watchdog
	clock    *metrics.Clock
	response *Response

	reader reader
	ending
	counted   int // output tokens at the last visible event, by a running count
	usage     metrics.Usage
	reported  bool
	reasoning bool
	shown     int // events with visible output
	blank     int // bytes that show nothing, from the first event on that shows something
	unseen    int // bytes of those before it
	silent    int // events without, since the latest of them
	delay     chunkDelay
	named     int   // bytes of names of tools that alone are no output
	running   bool  // the latest of them came with a token count
	strange   bool  // there was output in a place that is not known
	other     API   // events were of, before any output, which mean nothing in this one
	several   bool  // other choices than the first had output
	failure   error // what the events themselves say is wrong
}

// read reads body to its end and returns when the response ended: at its last event if
// it was complete, at [DONE], otherwise when reading stopped. The error is that of reading; io.EOF
// when the body ended well.
func (s *stream) read(body io.Reader) (end time.Time, err error) {
	d := &s.conn.decoder
	d.reset()
	var stamp time.Time
	for {
		n, err := body.Read(d.room())
		// After [DONE] nothing counts, and nothing is kept.
		if n > 0 && !s.response.Done {
			stamp = s.conn.stamp()
			s.dog.saw(stamp)
			d.received(n)
			s.delay.read(&s.conn.reads, n)
			if s.events(stamp, d.next) {
				end = stamp
			}
			s.delay.check(&s.conn.reads)
		}
		if wellEnded(err) {
			s.final = true
			if s.events(stamp, d.last) {
				end = stamp
			}
		}
		switch {
		case s.failure != nil || s.response.Done && s.dog == nil:
			return end, io.EOF // what follows may be long in coming
		case err == nil:
		case s.response.Done || s.ended(wellEnded(err)):
			return end, err
		default:
			return time.Now(), err
		}
	}
}

// events handles the events that next returns and reports whether there were any of the
// answer.
func (s *stream) events(stamp time.Time, next func() (data []byte, failed, ok bool, err error)) (any bool) {
	for !s.response.Done && s.failure == nil {
		data, failed, ok, err := next()
		if err != nil {
			s.failure = &Error{Outcome: OutcomeMalformed, Status: http.StatusOK, Err: err}
			return true
		}
		if !ok {
			break
		}
		shown := s.shown
		any = s.event(stamp, data, failed) || any
		s.delay.event(s.shown > shown, len(data), len(s.conn.decoder.rest()))
	}
	return any
}

var done = []byte("[DONE]")

// event handles one event and reports whether it belongs to the answer.
func (s *stream) event(stamp time.Time, data []byte, failed bool) bool {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return true
	}
	s.framed = true
	if bytes.Equal(data, done) {
		s.ends(stamp)
		return true
	}
	var d delta
	err := s.reader.read(data, &d)
	switch {
	case failed || d.failed:
		if d.failure == "" {
			d.failure = string(data)
		}
		e := &Error{Outcome: OutcomeErrorEvent, Status: http.StatusOK, Message: s.conn.client.quote(d.failure)}
		e.tooLong([]byte(d.failure))
		s.failure = e
		return true
	case err != nil && s.final:
		return true // cut off; verdict says what that makes of the answer
	case err != nil:
		s.failure = &Error{Outcome: OutcomeMalformed, Status: http.StatusOK, Message: s.conn.client.quote(string(data)), Err: err}
		return true
	}
	if d.counted {
		s.usage, s.reported = d.usageAfter(s.usage), true
	}
	if s.shown == 0 && s.other == "" && !d.step && !d.counted && d.visible == 0 {
		s.other = s.reader.api.other(data)
	}
	s.several = s.several || d.several
	if d.strange && !s.strange {
		s.strange = true
		s.conn.client.foundOutput(s.reader.api, data)
	}
	if d.done && d.finish == "" && s.finish == "" {
		d.finish = unexplained
	}
	// A call without arguments has no output but the name of the tool.
	if s.named += d.named; s.shown == 0 && d.finish != "" {
		d.visible = max(d.visible, s.named)
	}
	// What shows nothing is no first token: it may be a token all the same, as white space
	// in front of an answer is, and counts as one that is not visible. Later it is output,
	// such as the indentation of code.
	unseen := s.shown == 0 && d.visible > 0 && d.blank == d.visible
	switch {
	case d.visible > 0 && !unseen:
		// Only a running count says how many tokens this event brought; a count
		// that appears at the end is of all of them.
		tokens := 0
		if d.counted && d.usage.Completion > s.counted && (s.shown == 0 || s.running) {
			tokens = d.usage.Completion - s.counted
			// The first step may be of tokens that were hidden. Later ones are of this
			// event's text, a byte or more each, and of events without.
			if s.shown > 0 && tokens > d.visible+s.silent {
				tokens = 0
			}
		}
		if d.counted {
			s.counted = max(s.counted, d.usage.Completion)
		}
		s.running = d.counted
		s.shown++
		s.blank += d.blank
		s.silent = 0
		s.reasoning = s.reasoning || d.reasoning
		s.clock.Arrived(stamp, d.visible, tokens)
	case d.step && !s.believed() && (s.shown > 0 || !d.role || unseen):
		if unseen {
			s.unseen += d.visible
		}
		s.silent++
		s.clock.Progress(stamp)
	}
	s.concludes(stamp, &d)
	if d.done {
		s.ends(stamp)
	}
	return !d.ping
}

// ends takes in that the server has sent all of the answer: nothing counts from now on.
func (s *stream) ends(stamp time.Time) {
	s.response.Done = true
	s.dog.hurry(stamp, s.conn.client.hangup())
}

// account passes usage to the clock and counts what a complete response lacks. ended is
// false for a response that is not, and when the caller broke it off.
func (s *stream) account(ended bool) {
	if s.delay.found {
		s.conn.client.chunkDelays.Add(1)
	}
	s.clock.Blank(s.blank)
	if s.several {
		s.usage.Completion, s.usage.Reasoning = 0, 0 // they are of all choices
	}
	if s.reported {
		// Some servers stream their reasoning as content: with more events than
		// tokens outside reasoning, the reasoning was shown.
		if !s.reasoning && s.shown <= s.usage.Completion-s.usage.Reasoning {
			s.usage.Hidden = s.usage.Reasoning
		}
		s.clock.Usage(s.usage)
	}
	if !ended {
		return
	}
	if !s.reported || s.usage.Completion == 0 && s.shown > 0 {
		s.conn.client.noUsage.Add(1)
	}
	if !s.response.Done {
		s.conn.client.noDone.Add(1)
	}
}
