package derive_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// possible is a row of an answer of 20 tokens, one to an event.
func possible() record.Row {
	const ms = time.Millisecond
	r := record.New()
	r.Begun, r.Due, r.Sent, r.First, r.Last, r.Made, r.End = 100*ms, 100*ms, 101*ms, 200*ms, 580*ms, 580*ms, 600*ms
	r.MaxTokens, r.Forced, r.Reported, r.Prompt, r.Completion, r.Bytes = 20, true, true, 100, 20, 80
	r.Tokens, r.TokenSource, r.Events = 20, record.SourceOf(metrics.SourceUsage), 20
	r.FirstTokens, r.FirstSource, r.FirstEvents = 1, record.SourceOf(metrics.SourceEstimated), 1
	r.WindowBytes, r.WindowTokens, r.Outcome = 40, 10, record.OK
	return r
}

func TestImpossible(t *testing.T) {
	never := record.New() // failed before it was sent
	never.Begun, never.End, never.Outcome = 0, 0, record.Failed
	waits := record.New() // open, without a token yet
	waits.Begun, waits.Due, waits.Sent = 0, 0, time.Second
	whole := possible()
	for _, r := range []record.Row{whole, never} {
		if why := derive.Impossible(&r, false); why != "" {
			t.Errorf("%+v %s", r, why)
		}
	}
	if why := derive.Impossible(&waits, true); why != "" {
		t.Errorf("open: %s", why)
	}
	for want, change := range map[string]func(r *record.Row){
		"has Begun at -2ns":                      func(r *record.Row) { r.Begun = -2 },
		"has no Begun":                           func(r *record.Row) { r.Begun = record.None },
		"has Sent at 99ms, expected None or":     func(r *record.Row) { r.Sent = 99 * time.Millisecond },
		"has First at 1ms":                       func(r *record.Row) { r.First = time.Millisecond },
		"has Last at 150ms":                      func(r *record.Row) { r.Last = 150 * time.Millisecond },
		"has Made at 500ms":                      func(r *record.Row) { r.Made = 500 * time.Millisecond },
		"has End at 500ms":                       func(r *record.Row) { r.End = 500 * time.Millisecond },
		"has End at 2400h0m0s":                   func(r *record.Row) { r.End = 2400 * time.Hour },
		"has no End":                             func(r *record.Row) { r.End = record.None },
		"has a Due of -1s":                       func(r *record.Row) { r.Due = -time.Second },
		"has a Rest of -1s":                      func(r *record.Row) { r.Rest = -time.Second },
		"has a Lead of 2.1s":                     func(r *record.Row) { r.Lead = 2_100_000_000 },
		"has Turn -1":                            func(r *record.Row) { r.Turn = -1 },
		"has MaxTokens -20":                      func(r *record.Row) { r.MaxTokens = -20 },
		"has Cached -2":                          func(r *record.Row) { r.Cached = -2 },
		"has FirstTokens -1000":                  func(r *record.Row) { r.FirstTokens = -1000 },
		"has Tokens -1":                          func(r *record.Row) { r.Tokens = -1 },
		"not all of Sent, First, Last and Made":  func(r *record.Row) { r.First = record.None },
		"has 21 events in its first burst":       func(r *record.Row) { r.FirstEvents = 21 },
		"has 0 events in its first burst":        func(r *record.Row) { r.FirstEvents = 0 },
		"has NaN tokens in the window":           func(r *record.Row) { r.WindowTokens = math.NaN() },
		"has 1e+308 tokens in the window":        func(r *record.Row) { r.WindowTokens = 1e308 },
		"has -1 tokens in the window":            func(r *record.Row) { r.WindowTokens = -1 },
		"has ended and no Outcome":               func(r *record.Row) { r.Outcome = record.Open },
		`expected "short": 10 of 20 tokens`:      func(r *record.Row) { r.Completion = 10 },
		`expected "implausible": 400 tokens are`: func(r *record.Row) { r.Completion = 400 },
	} {
		r := possible()
		change(&r)
		if why := derive.Impossible(&r, false); !strings.Contains(why, want) {
			t.Errorf("%q, want %q", why, want)
		}
	}
}

func TestImpossibleClient(t *testing.T) {
	for _, c := range []record.Client{{CPUShare: record.None, StartLate: record.None, ClockError: record.None}, {Lag: time.Hour, CPUShare: 1.01, Processors: 64, StartLate: -time.Second}} {
		if why := derive.ImpossibleClient(&c); why != "" {
			t.Errorf("%+v %s", c, why)
		}
	}
	for want, c := range map[string]record.Client{
		"has a Lag of -1ns":        {Lag: -1},
		"has a WakeMax of 1000h":   {WakeMax: 1000 * time.Hour},
		"has a ClockError of -2ns": {ClockError: -2},
		"has a CPUShare of NaN":    {CPUShare: math.NaN()},
		"has a CPUShare of +Inf":   {CPUShare: math.Inf(1)},
		"has a CPUShare of -0.5":   {CPUShare: -0.5},
		"has a CPUShare of 1e+308": {CPUShare: 1e308},
		"has -1 wakes":             {Wakes: -1},
	} {
		if why := derive.ImpossibleClient(&c); !strings.Contains(why, want) {
			t.Errorf("%q, want %q", why, want)
		}
	}
}
