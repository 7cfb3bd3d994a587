package metrics_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// told returns what a clock makes of a response sent at 0: of events every 10 ms from 110 ms
// on, v for one of 4 bytes, s for one without output, with done after the last.
func told(events string, usage metrics.Usage, more ...func(c *metrics.Clock)) metrics.Timing {
	var c metrics.Clock
	c.Sent(at(0))
	for _, f := range more {
		f(&c)
	}
	now := 100 * ms
	for _, e := range events {
		now += 10 * ms
		switch e {
		case 'v':
			c.Arrived(at(now), 4, 0)
		case 's':
			c.Progress(at(now))
		}
	}
	if usage != (metrics.Usage{}) {
		c.Usage(usage)
	}
	c.Done(at(now))
	return c.Timing()
}

// Each event without output explains one token beyond those of visible events, and its time.
func TestProgress(t *testing.T) {
	completion := func(n int) metrics.Usage { return metrics.Usage{Completion: n} }
	for _, tt := range []struct {
		name    string
		events  string
		usage   metrics.Usage
		tokens  int           // after the first
		span    time.Duration // in which they were made
		visible int
		why     metrics.Unmeasurable
	}{
		{"stripped at the end", "vvssss", completion(6), 5, 50 * ms, 2, ""},
		{"of which none is a token", "vvssss", completion(2), 1, 10 * ms, 2, ""},
		{"or one is", "vvssss", completion(3), 2, 50 * ms, 2, ""},
		{"stripped in between", "vssv", completion(4), 3, 30 * ms, 2, ""},
		{"before the first", "sssvv", completion(5), 1, 10 * ms, 2, ""},
		{"no usage", "svvss", metrics.Usage{}, 1, 10 * ms, 2, ""},
		{"one visible, then none", "vssss", completion(5), 4, 40 * ms, 1, ""},
		{"nothing visible", "ssss", completion(4), 4, 0, 0, metrics.NoOutput},
		{"hidden ones are stated", "vvss", metrics.Usage{Completion: 14, Hidden: 10}, 3, 30 * ms, 2, ""},
		{"several to an event", "vvs", completion(5), 3, 20 * ms, 4, ""},
		{"too many for the bytes that there are", "vvs", completion(6), 3, 20 * ms, 5, metrics.TokensDoNotFit},
		{"more than bytes", "vvs", completion(10), 1, 10 * ms, 2, metrics.TokensDoNotFit},
	} {
		got := told(tt.events, tt.usage)
		tokens, span := got.Rest()
		if tokens != tt.tokens && tt.why != metrics.NoOutput || span != tt.span || got.VisibleTokens() != tt.visible && tt.why != metrics.NoOutput || got.Unmeasurable() != tt.why {
			t.Errorf("%s: %d tokens in %v, %d visible (%q); want %d in %v, %d (%q)", tt.name, tokens, span, got.VisibleTokens(), got.Unmeasurable(), tt.tokens, tt.span, tt.visible, tt.why)
		}
		if _, ok := got.OutputSpeed(); ok != (tt.why == "") {
			t.Errorf("%s: measurable is %v", tt.name, ok)
		}
		if _, ok := got.TimePerOutputToken(); ok != (tt.why == "") {
			t.Errorf("%s: time per token is %v", tt.name, ok)
		}
	}
}

// The window has the tokens of the events in it, with output or without.
func TestWindowOfProgress(t *testing.T) {
	window := func(c *metrics.Clock) { c.Window(at(120*ms), at(150*ms)) }
	for events, want := range map[string]float64{"vvvvvv": 3, "vvssss": 3, "ssssvv": 0, "vvvsss": 3, "sssvvv": 4} {
		// The last begins in the window, and what was made before counts with the first.
		if got := told(events, metrics.Usage{Completion: 6}, window).Within.Tokens; got != want {
			t.Errorf("%s: %v tokens in the window, want %v", events, got, want)
		}
	}
}

func TestDoubted(t *testing.T) {
	got := told("vvvv", metrics.Usage{Completion: 4})
	if got.Doubted = true; got.Unmeasurable() != metrics.TokensDoNotFit {
		t.Errorf("%q", got.Unmeasurable())
	}
	if _, ok := got.E2ESpeed(); ok {
		t.Error("there is an E2E speed of a count that is doubted")
	}
}

func TestCachedTokens(t *testing.T) {
	for _, tt := range []struct {
		usage metrics.Usage
		n     int
		ok    bool
	}{{metrics.Usage{Prompt: 9}, 0, false}, {metrics.Usage{Prompt: 9, CachedStated: true}, 0, true}, {metrics.Usage{Prompt: 9, Cached: 4}, 4, true}} {
		if n, ok := tt.usage.CachedTokens(); n != tt.n || ok != tt.ok {
			t.Errorf("%+v: %d, %v", tt.usage, n, ok)
		}
	}
}

// Every reason has words of its own, and is in the list.
func TestUnmeasurables(t *testing.T) {
	seen := make(map[string]bool)
	for _, why := range metrics.Unmeasurables() {
		if seen[why.Text()] || why == "" || why.Text() == metrics.Unmeasurable("").Text() {
			t.Errorf("%q: %q", why, why.Text())
		}
		seen[why.Text()] = true
		if want := why == metrics.Burst || why == metrics.TokensDoNotFit; why.Doubtful() != want {
			t.Errorf("%q is doubtful: %v", why, !want)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d reasons, want 5", len(seen))
	}
}

// A running count is believed as far as the bytes and the final count bear it out.
func TestRunningCounts(t *testing.T) {
	steady := func(each, bytes int) (all []arrival) {
		for i := range 20 {
			all = append(all, arrival{time.Duration(110+10*i) * ms, bytes, each})
		}
		return all
	}
	first := func(bytes, tokens int) []arrival {
		return append([]arrival{{100 * ms, bytes, tokens}}, steady(1, 4)...)
	}
	for _, tt := range []struct {
		name     string
		arrivals []arrival
		final    int
		speed    float64 // 0 is none
		within   float64
	}{
		{"a token an event", steady(1, 4), 20, 100, 20},
		{"a digit an event", steady(1, 1), 20, 100, 20},
		{"four to an event", steady(4, 16), 80, 400, 80},
		{"without a final count", steady(4, 16), 0, 400, 80},
		{"a token for each byte", steady(4, 4), 80, 0, 80},
		{"a token for each byte, without a final count", steady(4, 4), 0, 0, 80},
		{"four times the final count", steady(4, 16), 20, 0, 20},
		{"the end cut some off", steady(4, 16), 70, 350, 80},
		{"reasoning before the first", append([]arrival{{100 * ms, 4, 300}}, steady(1, 20)...), 320, 100, 320},
		{"half of the answer comes first", first(80, 20), 40, 100, 40},
		{"and is said to be one token", first(80, 1), 40, 100, 40},
	} {
		var c metrics.Clock
		c.Sent(at(0))
		c.Window(at(0), at(2*time.Second))
		for _, a := range tt.arrivals {
			c.Arrived(at(a.at), a.bytes, a.tokens)
		}
		if tt.final > 0 {
			c.Usage(metrics.Usage{Completion: tt.final})
		}
		c.Done(at(400 * ms))
		got := c.Timing()
		if v, ok := got.OutputSpeed(); ok != (tt.speed > 0) || math.Abs(float64(v)-tt.speed) > 0.1*tt.speed || !ok && got.Unmeasurable() != metrics.TokensDoNotFit {
			t.Errorf("%s: %.1f tokens/s (%q), want %v", tt.name, v, got.Unmeasurable(), tt.speed)
		}
		if math.Abs(got.Within.Tokens-tt.within) > 1 && !strings.HasPrefix(tt.name, "and is said") {
			t.Errorf("%s: %.1f tokens in the window, want %v", tt.name, got.Within.Tokens, tt.within)
		}
	}
}
