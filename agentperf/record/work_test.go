package record_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// A reply is an answer in which events of some bytes come at a steady pace after half a
// second, with others that show nothing before and after them.
type reply struct {
	ahead, events, bytes, silent int // bytes of each event
	each                         time.Duration
	usage, hidden                int
	forced, most                 int
}

func (a reply) row() (record.Row, string) {
	start := time.Unix(1_800_000_000, 0)
	var c metrics.Clock
	c.Sent(start)
	now := start.Add(500 * time.Millisecond)
	for range a.ahead {
		c.Progress(now)
		now = now.Add(a.each)
	}
	for range a.events {
		c.Arrived(now, a.bytes, 0)
		now = now.Add(a.each)
	}
	for range a.silent {
		c.Progress(now)
		now = now.Add(a.each)
	}
	if a.usage > 0 {
		c.Usage(metrics.Usage{Completion: a.usage, Hidden: a.hidden, Reasoning: a.hidden})
	}
	c.Done(now)
	r, t := record.New(), c.Timing()
	r.Take(&t, start)
	r.MaxTokens = int32(max(a.forced, a.most))
	r.Forced = a.forced > 0
	return r, r.Conclude(record.OK, 0)
}

func TestConclude(t *testing.T) {
	const pace = 25 * time.Millisecond // 40 tokens/s
	for _, tt := range []struct {
		name string
		reply
		want record.Outcome
		says string
	}{
		{"as forced", reply{events: 480, bytes: 5, each: pace, usage: 480, forced: 480}, record.OK, ""},
		{"the token that ends it is not counted", reply{events: 479, bytes: 5, each: pace, usage: 479, forced: 480}, record.OK, ""},
		{"or is beyond the limit", reply{events: 480, bytes: 5, each: pace, usage: 481, forced: 480}, record.OK, ""},
		{"short by two", reply{events: 478, bytes: 5, each: pace, usage: 478, forced: 480}, record.Short, "478 of 480 tokens that were forced"},
		{"an eighth of the work", reply{events: 60, bytes: 5, each: pace, usage: 60, forced: 480}, record.Short, "60 of 480 tokens that were forced (ignore_eos is not honored"},
		{"as long as the model made it", reply{events: 60, bytes: 5, each: pace, usage: 60, most: 480}, record.OK, ""},
		{"tokens that are stripped", reply{events: 300, bytes: 5, silent: 180, each: pace, usage: 480, forced: 480}, record.OK, ""},
		{"nearly all stripped, some of them first", reply{ahead: 20, events: 5, bytes: 5, silent: 455, each: pace, usage: 480, forced: 480}, record.OK, ""},
		{"speculative decoding", reply{events: 80, bytes: 27, each: 6 * pace, usage: 480, forced: 480}, record.OK, ""},
		{"digits", reply{events: 480, bytes: 1, each: pace, usage: 480, forced: 480}, record.OK, ""},
		{"no usage", reply{events: 80, bytes: 27, each: 6 * pace, forced: 480}, record.OK, ""},
		{"no usage, and stripped", reply{events: 10, bytes: 5, silent: 440, each: pace, forced: 480}, record.OK, ""},
		{"no usage, and surely short", reply{events: 60, bytes: 5, each: pace, forced: 480}, record.Short, "at most 300 of 480 tokens"},
		{"a Sender without text", reply{events: 60, each: pace, forced: 480}, record.OK, ""},
		// What a tool call is followed by may be dropped by its parser, and takes its time.
		{"dropped after the call", reply{events: 60, bytes: 5, each: pace, usage: 90, forced: 90}, record.OK, ""},
		{"hidden and stated", reply{ahead: 0, events: 100, bytes: 5, each: pace, usage: 110, hidden: 10, forced: 110}, record.OK, ""},
		{"an eighth that claims the whole", reply{events: 60, bytes: 5, each: pace, usage: 480, forced: 480}, record.Implausible, "480 tokens are claimed of which the output, 60 events of 300 bytes, holds at most 150"},
		{"a few that claim many", reply{events: 2, bytes: 5, each: pace, usage: 120, forced: 120}, record.Implausible, "(something keeps output back"},
		{"padded by as much as the bytes hold", reply{events: 120, bytes: 5, each: pace, usage: 600, forced: 120}, record.Implausible, "600 tokens are claimed where 120 were forced"},
		{"the same, left free", reply{events: 120, bytes: 5, each: pace, usage: 600, most: 1000}, record.OK, ""},
		{"hidden ones that nobody made", reply{events: 15, bytes: 5, each: pace, usage: 120, hidden: 105, forced: 120}, record.Implausible, "at the pace of the output 875ms is too little"},
		{"the same, left free", reply{events: 15, bytes: 5, each: pace, usage: 120, hidden: 105, most: 1000}, record.OK, ""},
		{"16,000 of reasoning", reply{events: 60, bytes: 5, each: pace, usage: 16_060, forced: 60}, record.Implausible, "16060 tokens are claimed where 60 were forced"},
		{"16,000 of reasoning, left free", reply{events: 60, bytes: 5, each: pace, usage: 16_060, most: 16_384}, record.Implausible, "no system makes them in 2s"},
		{"16,000 that are hidden, left free", reply{events: 60, bytes: 5, each: pace, usage: 16_060, hidden: 16_000, most: 16_384}, record.Implausible, "no system makes them in 2s"},
		{"more than was asked for, and sent", reply{events: 31, bytes: 5, each: pace, usage: 31, forced: 10}, record.OK, ""},
	} {
		r, why := tt.row()
		if r.Outcome != tt.want || !strings.Contains(why, tt.says) || (why == "") != (tt.says == "") {
			t.Errorf("%s: %s: %s; want %s: %s", tt.name, r.Outcome, why, tt.want, tt.says)
		}
		if r.Failed() != (tt.want != record.OK) {
			t.Errorf("%s: failed is %v", tt.name, r.Failed())
		}
	}
}

// Reasoning that is not shown and not stated takes as long as what is shown; the whole is
// believed, and no output speed. What was made in no time is not believed.
func TestClaimsTakeTime(t *testing.T) {
	const pace = 10 * time.Millisecond
	for _, tt := range []struct {
		ahead time.Duration
		want  record.Outcome
		e2e   bool
	}{{1500 * time.Millisecond, record.OK, true}, {0, record.Implausible, false}} {
		start := time.Unix(1_800_000_000, 0)
		var c metrics.Clock
		c.Sent(start)
		for i := range 50 {
			c.Arrived(start.Add(200*time.Millisecond+tt.ahead+time.Duration(i)*pace), 5, 0)
		}
		c.Usage(metrics.Usage{Completion: 200})
		c.Done(start.Add(tt.ahead + 700*time.Millisecond))
		r, seen := record.New(), c.Timing()
		r.Take(&seen, start)
		r.MaxTokens, r.Forced = 200, true
		r.Conclude(record.OK, 0)
		timing := r.Timing()
		if _, ok := timing.E2ESpeed(); r.Outcome != tt.want || ok != tt.e2e {
			t.Errorf("%v before the first: %s, E2E speed %v", tt.ahead, r.Outcome, ok)
		}
		if why := timing.Unmeasurable(); why != metrics.TokensDoNotFit {
			t.Errorf("%v before the first: %q", tt.ahead, why)
		}
	}
}

// Events beyond the limit are no tokens, where the server counts none.
func TestEventsBeyondTheLimit(t *testing.T) {
	for events, want := range map[int]metrics.Unmeasurable{100: "", 101: "", 102: metrics.TokensDoNotFit} {
		r, _ := reply{events: events, bytes: 1, each: sec, most: 100}.row()
		timing := r.Timing()
		if why := timing.Unmeasurable(); why != want {
			t.Errorf("%d events: %q, want %q", events, why, want)
		}
	}
}

// An answer that fills the context is as long as it could be.
func TestFullContext(t *testing.T) {
	for context, want := range map[int]record.Outcome{0: record.Short, 998: record.Short, 999: record.Overflow, 1000: record.Overflow, 1001: record.Overflow, 1002: record.Short} {
		r, _ := reply{events: 100, bytes: 5, each: time.Millisecond, usage: 100, most: 480}.row()
		r.Forced, r.Prompt = true, 900
		if why := r.Conclude(record.OK, context); r.Outcome != want || want == record.Overflow && !strings.Contains(why, "100 of 480 tokens") {
			t.Errorf("a context of %d: %s: %s", context, r.Outcome, why)
		}
	}
}

// A client that asks for a few tokens only may be given none that show anything: that is its
// doing.
func TestEmptyMidway(t *testing.T) {
	for _, tt := range []struct {
		midway bool
		tokens int32
		want   record.Outcome
	}{{true, 2, record.Canceled}, {true, 100, "empty"}, {false, 2, "empty"}} {
		r := record.New()
		r.Midway, r.Forced, r.MaxTokens, r.Reported, r.Completion = tt.midway, true, tt.tokens, true, tt.tokens
		r.Conclude("empty", 0)
		if r.Outcome != tt.want {
			t.Errorf("%+v: %s", tt, r.Outcome)
		}
	}
}
