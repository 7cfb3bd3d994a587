package derive_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	sec = time.Second
	ms  = time.Millisecond
)

// An answer is one that was streamed from the start of a phase on: an event of some bytes,
// by default 4, at each of the instants.
type answer struct {
	agent   int32
	outcome record.Outcome
	message int32
	sent    time.Duration
	events  []time.Duration
	end     time.Duration
	usage   int           // tokens by the server's count; 0 is none
	hidden  int           // of those
	window  time.Duration // how long the clock counted a second time, from 10 s on; 0 is not
	forced  int
	bytes   int
}

func (a answer) row() record.Row {
	start := time.Now()
	var c metrics.Clock
	c.Sent(start.Add(a.sent))
	if a.window > 0 {
		c.Window(start.Add(10*sec), start.Add(10*sec+a.window))
	}
	for _, at := range a.events {
		c.Arrived(start.Add(at), cmp.Or(a.bytes, 4), 0)
	}
	if a.usage > 0 {
		c.Usage(metrics.Usage{Completion: a.usage, Hidden: a.hidden})
	}
	c.Done(start.Add(a.end))
	r, timing := record.New(), c.Timing()
	r.Take(&timing, start)
	r.Agent, r.Outcome, r.Message, r.Begun = a.agent, a.outcome, a.message-1, a.sent
	if a.window > 0 {
		r.WindowBytes, r.WindowTokens = int32(timing.Within.Bytes), timing.Within.Tokens
	}
	if a.forced > 0 {
		r.MaxTokens, r.Forced = int32(a.forced), true
	}
	return r
}

// phase has the window from 10 s to 20 s.
func phase(agents int, answers ...answer) *record.Phase {
	p := &record.Phase{Header: record.Header{Agents: agents, Settled: 10 * sec, WindowEnd: 20 * sec, End: 30 * sec}, Messages: []string{"HTTP status 503", "reset by peer"}}
	for _, a := range answers {
		p.Rows = append(p.Rows, a.row())
	}
	return p
}

// every returns n instants, the first at from.
func every(from, step time.Duration, n int) (at []time.Duration) {
	for i := range n {
		at = append(at, from+time.Duration(i)*step)
	}
	return at
}

func TestThroughput(t *testing.T) {
	full := answer{outcome: record.OK, sent: 9 * sec, events: every(10*sec, sec, 10), end: 20 * sec, usage: 20}
	counted := full
	counted.window = 10 * sec
	for _, tt := range []struct {
		name    string
		answers []answer
		want    float64
	}{
		{"none", nil, 0},
		// 2 tokens with the first stamp, the other 18 evenly from 10 s to 19 s.
		{"all in the window", []answer{full}, 2},
		{"as it came", []answer{counted}, 2},
		// Of the 18 tokens from 5 s to 14 s the window has 4 s of 9.
		{"across its beginning", []answer{{outcome: record.OK, sent: 4 * sec, events: every(5*sec, sec, 10), end: 15 * sec, usage: 20}}, 0.8},
		// The clock has 5 events of 10, at 10 s to 14 s.
		{"across its beginning, as it came", []answer{{outcome: record.OK, sent: 4 * sec, events: every(5*sec, sec, 10), end: 15 * sec, usage: 20, window: 10 * sec}}, 1},
		{"across its end", []answer{{outcome: record.OK, sent: 14 * sec, events: every(15*sec, sec, 10), end: 25 * sec, usage: 20}}, 0.2 + 1},
		{"before and after", []answer{
			{outcome: record.OK, sent: sec, events: every(2*sec, sec, 5), end: 8 * sec, usage: 20},
			{outcome: record.OK, sent: 20 * sec, events: every(21*sec, sec, 5), end: 28 * sec, usage: 20},
		}, 0},
		// The hidden 10 count with the first stamp.
		{"hidden", []answer{{outcome: record.OK, sent: 9 * sec, events: every(10*sec, sec, 10), end: 20 * sec, usage: 30, hidden: 10}}, 3},
		// 10 events of 4 bytes without a count; the other answer has half a token in
		// a byte.
		{"cut, by the density of others", []answer{counted, {outcome: record.Canceled, sent: 9 * sec, events: every(10*sec, sec, 10), end: 20 * sec, window: 10 * sec}}, 4},
		{"no count at all", []answer{{outcome: record.OK, sent: 9 * sec, events: every(10*sec, sec, 10), end: 20 * sec, window: 10 * sec}}, 1},
		{"never sent", []answer{{outcome: record.Failed, sent: 12 * sec, end: 13 * sec}}, 0},
	} {
		p := phase(1, tt.answers...)
		var d derive.Density
		d.Add(p)
		if got := derive.OutputTokensPerSecond(p, d); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %v tokens/s, want %v", tt.name, got, tt.want)
		}
	}
	p := phase(1, full)
	p.WindowEnd = p.Settled
	if got := derive.OutputTokensPerSecond(p, derive.Density{}); got != 0 {
		t.Errorf("%v tokens/s in no window", got)
	}
	p = phase(1)
	if p.Rows = append(p.Rows, record.New()); derive.OutputTokensPerSecond(p, derive.Density{}) != 0 {
		t.Error("a request that was not sent has tokens")
	}
}

func TestStarved(t *testing.T) {
	served := answer{outcome: record.OK, sent: 9 * sec, events: every(12*sec, sec, 3), end: 15 * sec}
	of := func(agent int32, a answer) answer { a.agent = agent; return a }
	for _, tt := range []struct {
		name   string
		agents int
		all    []answer
		want   int
		least  time.Duration
	}{
		{"nobody began", 3, nil, 0, 0},
		{"served", 1, []answer{served}, 0, 0},
		{"waited all through", 2, []answer{served, of(1, answer{outcome: record.Canceled, sent: 5 * sec, end: 25 * sec})}, 1, 10 * sec},
		{"waited for just half", 1, []answer{{outcome: record.Canceled, sent: 15 * sec, end: 25 * sec}}, 0, 0},
		{"for a little more", 1, []answer{{outcome: record.Canceled, sent: 15*sec - ms, end: 25 * sec}}, 1, 5*sec + ms},
		{"several waits add up", 1, []answer{
			{outcome: "status", sent: 10 * sec, end: 13 * sec}, {outcome: "status", sent: 14 * sec, end: 18 * sec},
		}, 1, 7 * sec},
		{"waited long but was served", 1, []answer{{outcome: record.OK, sent: 10 * sec, events: every(19*sec, sec, 1), end: 20 * sec}}, 0, 0},
		{"served only afterwards", 1, []answer{{outcome: record.OK, sent: 10 * sec, events: every(20*sec, sec, 3), end: 23 * sec}}, 1, 10 * sec},
		// The token of 11 s is all that came; it hung until it was cut.
		{"hung", 1, []answer{{outcome: record.Canceled, sent: 10 * sec, events: every(11*sec, sec, 1), end: 25 * sec}}, 1, 9 * sec},
		{"ended slowly but well", 1, []answer{{outcome: record.OK, sent: 10 * sec, events: every(11*sec, sec, 1), end: 25 * sec}}, 0, 0},
		{"the least of two", 3, []answer{
			served, of(1, answer{outcome: record.Canceled, sent: 5 * sec, end: 25 * sec}), of(2, answer{outcome: record.Canceled, sent: 12 * sec, end: 25 * sec}),
		}, 2, 8 * sec},
	} {
		p := phase(tt.agents, tt.all...)
		stretch(p, 6)
		if n, least := derive.Starved(p); n != tt.want || least != 6*tt.least {
			t.Errorf("%s: %d starved, the least by %v; want %d and %v", tt.name, n, least, tt.want, 6*tt.least)
		}
		if stretch(p, 1.0/60); p.Window() > 1100*ms {
			t.Fatalf("a window of %v", p.Window())
		}
		if n, _ := derive.Starved(p); n != 0 {
			t.Errorf("%s: %d starve in a second", tt.name, n)
		}
	}
}

// stretch multiplies all times of a phase.
func stretch(p *record.Phase, by float64) {
	for _, t := range []*time.Duration{&p.Settled, &p.WindowEnd, &p.End} {
		*t = time.Duration(float64(*t) * by)
	}
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			r := &rows[i]
			for _, t := range []*time.Duration{&r.Begun, &r.Due, &r.Sent, &r.First, &r.Last, &r.Made, &r.End} {
				if *t > 0 {
					*t = time.Duration(float64(*t) * by)
				}
			}
		}
	}
}

// An agent whose request never ended is starved as others are, and all are named.
func TestStarvedAgents(t *testing.T) {
	p := phase(4, answer{agent: 3, outcome: record.Canceled, sent: 12 * sec, end: 25 * sec})
	open := func(agent int32, begun, first time.Duration) record.Row {
		r := record.New()
		r.Agent, r.Begun, r.First = agent, begun, first
		return r
	}
	p.Open = []record.Row{open(1, 5*sec, record.None), open(2, 11*sec, 15*sec)}
	p.End = 30 * sec
	stretch(p, 6)
	if got, want := derive.StarvedAgents(p), []derive.Starving{{Agent: 1, Idle: 60 * sec}, {Agent: 3, Idle: 48 * sec}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSilence(t *testing.T) {
	ok := answer{outcome: record.OK}
	failed := func(agent int32, o record.Outcome, message int32) answer {
		return answer{agent: agent, outcome: o, message: message}
	}
	for _, tt := range []struct {
		name   string
		all    []answer
		silent bool
		why    string
	}{
		{"fine", []answer{ok}, false, ""},
		{"nothing", nil, true, "every request was cut by the client: none ended in time"},
		{"cut", []answer{{outcome: record.Canceled}}, true, "every request was cut by the client"},
		{"dead, the commonest first", []answer{failed(0, "reset", 2), failed(1, "status", 1), failed(2, "status", 1), {agent: 3, outcome: record.Canceled}}, true,
			"none of 3 requests succeeded: 2 status (HTTP status 503), 1 reset (reset by peer)"},
		{"dead at the end", []answer{ok, {agent: 1, outcome: record.OK}, failed(0, "status", 1), failed(1, "status", 1)}, true,
			"at its end, none of 2 requests succeeded: 2 status (HTTP status 503)"},
		{"dead for one agent only", []answer{ok, {agent: 1, outcome: record.OK}, failed(0, "status", 1)}, false, ""},
		{"cut at the end", []answer{ok, {outcome: record.Canceled}}, false, ""},
		{"better at the end", []answer{failed(0, "status", 1), ok}, false, ""},
	} {
		why, silent := derive.Silence(phase(4, tt.all...))
		if silent != tt.silent || tt.why == "" && why != "" || !strings.HasPrefix(why, tt.why) {
			t.Errorf("%s: %q, %v; want %q, %v", tt.name, why, silent, tt.why, tt.silent)
		}
	}
}

func TestLocalFailure(t *testing.T) {
	p := phase(1, answer{outcome: "status", message: 1})
	if why := derive.LocalFailure(p); why != "" {
		t.Errorf("%q", why)
	}
	p.Rows = append(p.Rows, answer{outcome: record.Local, message: 2}.row())
	if why := derive.LocalFailure(p); why != "reset by peer" {
		t.Errorf("%q", why)
	}
	p.Fault = "too many open files"
	if why := derive.LocalFailure(p); why != p.Fault {
		t.Errorf("%q", why)
	}
}

func TestTokenWarnings(t *testing.T) {
	answers := func(n int, a answer) (rows []*record.Row) {
		for range n {
			a.bytes = 40
			r := a.row()
			rows = append(rows, &r)
		}
		return rows
	}
	one := every(sec, sec, 5)
	// Three events of the five come in the first read.
	burst := []time.Duration{sec, sec, sec, 2 * sec, 3 * sec}
	for _, tt := range []struct {
		name string
		rows []*record.Row
		code string // empty is none
		says string
	}{
		{"none", nil, "", ""},
		{"as forced", answers(3, answer{outcome: record.OK, events: one, usage: 40, forced: 40, end: 9 * sec}), "", ""},
		{"one late", answers(3, answer{outcome: record.OK, events: one, usage: 41, forced: 40, end: 9 * sec}), "", ""},
		{"long", answers(2, answer{outcome: record.OK, events: one, usage: 42, forced: 40, end: 9 * sec}), "long_answers", "2 answers have more"},
		{"hidden", answers(2, answer{outcome: record.OK, events: one, usage: 40, hidden: 8, end: 9 * sec}), "hidden_reasoning", "2 answers spent"},
		{"no usage", answers(4, answer{outcome: record.OK, events: one, end: 9 * sec}), "no_usage", "4 answers came without"},
		{"a burst first", answers(2, answer{outcome: record.OK, events: burst, usage: 40, end: 9 * sec}), "first_read_estimated", "2 answers began with several"},
		{"one in ten", append(answers(1, answer{outcome: record.OK, events: burst, usage: 40, end: 9 * sec}), answers(9, answer{outcome: record.OK, events: one, usage: 40, end: 9 * sec})...), "", ""},
	} {
		got := derive.TokenWarnings(tt.rows)
		switch {
		case tt.code == "":
			if len(got) != 0 {
				t.Errorf("%s: %+v", tt.name, got)
			}
		case len(got) != 1 || got[0].Code != tt.code || !strings.HasPrefix(got[0].Text, tt.says):
			t.Errorf("%s: %+v, want %s: %s", tt.name, got, tt.code, tt.says)
		}
	}
}
