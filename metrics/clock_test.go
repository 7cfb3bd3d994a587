package metrics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

var epoch = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return epoch.Add(d) }

type arrival struct {
	at            time.Duration
	bytes, tokens int
}

// stream plays arrivals on a clock: due at 0, sent at 10 ms, done at 2 s.
func stream(usage metrics.Usage, arrivals ...arrival) metrics.Timing {
	var c metrics.Clock
	c.Due(at(0))
	c.Sent(at(10 * ms))
	for _, a := range arrivals {
		c.Arrived(at(a.at), a.bytes, a.tokens)
	}
	if usage != (metrics.Usage{}) {
		c.Usage(usage)
	}
	c.Done(at(2000 * ms))
	return c.Timing()
}

func TestTiming(t *testing.T) {
	tests := []struct {
		name     string
		usage    metrics.Usage
		arrivals []arrival

		ttft        time.Duration // -1: none
		speed       float64       // -1: unmeasurable
		tokens      int
		source      metrics.Source
		firstTokens int
		firstSource metrics.Source
	}{
		{
			name: "nothing came", usage: metrics.Usage{},
			ttft: -1, speed: -1, source: metrics.SourceNone, firstSource: metrics.SourceNone,
		},
		{
			name: "one token per event", usage: metrics.Usage{Completion: 4},
			arrivals: []arrival{{110 * ms, 5, 0}, {120 * ms, 5, 0}, {130 * ms, 5, 0}, {140 * ms, 5, 0}},
			ttft:     100 * ms, speed: 100, tokens: 4, source: metrics.SourceUsage,
			firstTokens: 1, firstSource: metrics.SourceEstimated,
		},
		{
			// 12 tokens in 3 events: the first 4 are no evidence of speed.
			name: "burst of four", usage: metrics.Usage{Completion: 12},
			arrivals: []arrival{{110 * ms, 20, 0}, {150 * ms, 20, 0}, {190 * ms, 20, 0}},
			ttft:     100 * ms, speed: 100, tokens: 12, source: metrics.SourceUsage,
			firstTokens: 4, firstSource: metrics.SourceEstimated,
		},
		{
			// Two events in the first read, both before the window.
			name: "first read of two events", usage: metrics.Usage{Completion: 4},
			arrivals: []arrival{{110 * ms, 5, 0}, {110 * ms, 5, 0}, {130 * ms, 5, 0}, {150 * ms, 5, 0}},
			ttft:     100 * ms, speed: 50, tokens: 4, source: metrics.SourceUsage,
			firstTokens: 2, firstSource: metrics.SourceEstimated,
		},
		{
			// The running count is believed over the bytes.
			name: "continuous usage", usage: metrics.Usage{Completion: 10},
			arrivals: []arrival{{110 * ms, 1, 6}, {130 * ms, 99, 2}, {150 * ms, 99, 2}},
			ttft:     100 * ms, speed: 100, tokens: 10, source: metrics.SourceUsage,
			firstTokens: 6, firstSource: metrics.SourceContinuous,
		},
		{
			name:     "continuous usage without a total",
			arrivals: []arrival{{110 * ms, 1, 6}, {130 * ms, 99, 2}, {150 * ms, 99, 2}},
			ttft:     100 * ms, speed: 100, tokens: 10, source: metrics.SourceContinuous,
			firstTokens: 6, firstSource: metrics.SourceContinuous,
		},
		{
			name:     "no usage at all",
			arrivals: []arrival{{110 * ms, 5, 0}, {120 * ms, 50, 0}, {130 * ms, 5, 0}},
			ttft:     100 * ms, speed: 100, tokens: 3, source: metrics.SourceEvents,
			firstTokens: 1, firstSource: metrics.SourceEvents,
		},
		{
			name: "usage of zero beside text is no usage", usage: metrics.Usage{Prompt: 7},
			arrivals: []arrival{{110 * ms, 5, 0}, {120 * ms, 50, 0}},
			ttft:     100 * ms, speed: 100, tokens: 2, source: metrics.SourceEvents,
			firstTokens: 1, firstSource: metrics.SourceEvents,
		},
		{
			name: "all in one read", usage: metrics.Usage{Completion: 100},
			arrivals: []arrival{{110 * ms, 5, 0}, {110 * ms, 400, 0}},
			ttft:     100 * ms, speed: -1, tokens: 100, source: metrics.SourceUsage,
			firstTokens: 100, firstSource: metrics.SourceEstimated,
		},
		{
			// A long first event cannot take every token: something came later.
			name: "tail of a byte", usage: metrics.Usage{Completion: 3},
			arrivals: []arrival{{110 * ms, 999, 0}, {120 * ms, 1, 0}},
			ttft:     100 * ms, speed: 100, tokens: 3, source: metrics.SourceUsage,
			firstTokens: 2, firstSource: metrics.SourceEstimated,
		},
		{
			name: "one token in two events", usage: metrics.Usage{Completion: 1},
			arrivals: []arrival{{110 * ms, 1, 0}, {120 * ms, 1, 0}},
			ttft:     100 * ms, speed: -1, tokens: 1, source: metrics.SourceUsage,
			firstTokens: 1, firstSource: metrics.SourceEstimated,
		},
		{
			// 96 hidden reasoning tokens were made before the first visible one.
			name: "hidden reasoning", usage: metrics.Usage{Completion: 100, Reasoning: 96, Hidden: 96},
			arrivals: []arrival{{110 * ms, 5, 0}, {120 * ms, 5, 0}, {130 * ms, 5, 0}, {140 * ms, 5, 0}},
			ttft:     100 * ms, speed: 100, tokens: 100, source: metrics.SourceUsage,
			firstTokens: 1, firstSource: metrics.SourceEstimated,
		},
		{
			// A running count includes what was hidden: 96 of the first 97.
			name: "hidden reasoning with a running count", usage: metrics.Usage{Completion: 100, Reasoning: 96, Hidden: 96},
			arrivals: []arrival{{110 * ms, 5, 97}, {120 * ms, 5, 1}, {130 * ms, 5, 1}, {140 * ms, 5, 1}},
			ttft:     100 * ms, speed: 100, tokens: 100, source: metrics.SourceUsage,
			firstTokens: 1, firstSource: metrics.SourceContinuous,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := stream(tt.usage, tt.arrivals...)
			if d, ok := got.TTFT(); ok != (tt.ttft >= 0) || ok && d != tt.ttft {
				t.Errorf("TTFT = %v, %v; want %v", d, ok, tt.ttft)
			}
			if d, ok := got.TTFTFromDue(); ok && d != tt.ttft+10*ms {
				t.Errorf("TTFT from due = %v, want %v", d, tt.ttft+10*ms)
			}
			if v, ok := got.OutputSpeed(); ok != (tt.speed >= 0) || ok && float64(v) != tt.speed {
				t.Errorf("output speed = %v, %v; want %v", v, ok, tt.speed)
			}
			if d, ok := got.TimePerOutputToken(); ok && d != time.Duration(1e9/tt.speed) {
				t.Errorf("time per output token = %v at %v tok/s", d, tt.speed)
			}
			if got.Tokens != tt.tokens || got.TokenSource != tt.source {
				t.Errorf("tokens = %d (%s), want %d (%s)", got.Tokens, got.TokenSource, tt.tokens, tt.source)
			}
			if got.FirstTokens != tt.firstTokens || got.FirstSource != tt.firstSource {
				t.Errorf("first tokens = %d (%s), want %d (%s)", got.FirstTokens, got.FirstSource, tt.firstTokens, tt.firstSource)
			}
			if got.Lateness != 10*ms || got.E2E != 1990*ms {
				t.Errorf("lateness %v, E2E %v; want 10ms and 1.99s", got.Lateness, got.E2E)
			}
			if v, ok := got.E2ESpeed(); ok != (tt.tokens > 0) || ok && float64(v) != float64(tt.tokens)*1e9/1990e6 {
				t.Errorf("E2E speed = %v, %v", v, ok)
			}
		})
	}
}

// A speed that is exactly the floor must compare as the floor, for every
// length: the judge accepts ties.
func TestSpeedOfATieIsExact(t *testing.T) {
	for _, speed := range []int{1, 3, 4, 7, 20, 30, 60, 100, 180, 250, 500, 2000} {
		for tokens := 2; tokens < 500; tokens++ {
			window := time.Duration(tokens-1) * time.Second
			if window%time.Duration(speed) != 0 {
				continue // not a whole number of nanoseconds
			}
			got := stream(metrics.Usage{Completion: tokens}, arrival{20 * ms, 4, 1}, arrival{20*ms + window/time.Duration(speed), 4 * (tokens - 1), tokens - 1})
			if v, ok := got.OutputSpeed(); !ok || v != metrics.TokensPerSecond(speed) {
				t.Fatalf("%d tokens at %d tok/s measured as %v", tokens, speed, v)
			}
		}
	}
}

func TestClockRunsBackwards(t *testing.T) {
	got := stream(metrics.Usage{Completion: 3}, arrival{5 * ms, 1, 0}, arrival{30 * ms, 1, 0}, arrival{20 * ms, 1, 0})
	if got.First != 0 || got.Last != 20*ms || got.Clamped != 2 {
		t.Errorf("first %v, last %v, clamped %d; want 0, 20ms, 2", got.First, got.Last, got.Clamped)
	}
}

func TestGaps(t *testing.T) {
	var g metrics.Gaps
	c := metrics.Clock{Gaps: &g}
	c.Sent(at(0))
	c.Arrived(at(100*ms), 1, 1)
	c.Arrived(at(130*ms), 1, 1) // one read of three events, three tokens
	c.Arrived(at(130*ms), 1, 1)
	c.Arrived(at(130*ms), 1, 1)
	c.Arrived(at(150*ms), 1, 4) // one event of four tokens
	c.Done(at(160 * ms))
	want := func(name string, p *metrics.Percentiles, n int, mean, least, most float64) {
		t.Helper()
		m, _ := p.Mean()
		lo, _ := p.Min()
		hi, _ := p.Max()
		const tiny = 1e-12
		if p.N() != n || m-mean > tiny || mean-m > tiny || lo != least || hi != most {
			t.Errorf("%s: n %d mean %v min %v max %v; want %d %v %v %v", name, p.N(), m, lo, hi, n, mean, least, most)
		}
	}
	want("inter-event", g.InterEvent(), 4, 0.0125, 0, 0.030)
	want("inter-token", g.InterToken(), 7, 0.050/7, 0.005, 0.010)
	var all metrics.Gaps
	all.Merge(&g)
	all.Merge(&g)
	want("merged", all.InterToken(), 14, 0.050/7, 0.005, 0.010)
}

func TestClockDoesNotAllocate(t *testing.T) {
	var g metrics.Gaps
	for range 2 * metrics.DefaultExact { // steady state: the histogram form
		c := metrics.Clock{Gaps: &g}
		c.Arrived(at(ms), 1, 1)
		c.Arrived(at(2*ms), 1, 1)
		c.Done(at(2 * ms))
	}
	now := at(0)
	c := metrics.Clock{Gaps: &g}
	c.Sent(now)
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(ms)
		c.Arrived(now, 5, 1)
	}); n != 0 {
		t.Errorf("%v allocations per arrival, want 0", n)
	}
	if n := testing.AllocsPerRun(1000, func() {
		c := metrics.Clock{Gaps: &g}
		c.Window(at(0), at(ms))
		c.Due(at(0))
		c.Sent(at(0))
		c.Arrived(at(ms), 1, 1)
		c.Arrived(at(2*ms), 1, 1)
		c.Usage(metrics.Usage{Completion: 2})
		c.Done(at(2 * ms))
		c.Timing()
	}); n != 0 {
		t.Errorf("%v allocations per response, want 0", n)
	}
}

// BenchmarkClockArrived is an event alone, with the gap before it, and with the gap
// shared among its tokens, which the server counts.
func BenchmarkClockArrived(b *testing.B) {
	for _, tt := range []struct {
		name   string
		gaps   *metrics.Gaps
		tokens int
	}{{"gaps=none", nil, 0}, {"gaps=events", new(metrics.Gaps), 0}, {"gaps=tokens", new(metrics.Gaps), 2}} {
		b.Run(tt.name, func(b *testing.B) {
			c := metrics.Clock{Gaps: tt.gaps}
			now := at(0)
			c.Sent(now)
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(ms)
				c.Arrived(now, 5, tt.tokens)
			}
		})
	}
}

func ExampleClock() {
	start := time.Now()
	var c metrics.Clock
	c.Sent(start)
	c.Arrived(start.Add(200*time.Millisecond), 8, 0) // two tokens in one event
	c.Arrived(start.Add(220*time.Millisecond), 8, 0)
	c.Arrived(start.Add(240*time.Millisecond), 8, 0)
	c.Usage(metrics.Usage{Prompt: 900, Cached: 800, Completion: 6})
	c.Done(start.Add(245 * time.Millisecond))

	t := c.Timing()
	ttft, _ := t.TTFT()
	speed, _ := t.OutputSpeed()
	fmt.Printf("TTFT %v, %.0f tokens/s (first read held %d of %d tokens, %s)\n",
		ttft, speed, t.FirstTokens, t.Tokens, t.FirstSource)
	// Output: TTFT 200ms, 100 tokens/s (first read held 2 of 6 tokens, estimated)
}

// First is told of the first visible output, once.
func TestClockFirst(t *testing.T) {
	var told []time.Time
	c := metrics.Clock{First: func(t time.Time) { told = append(told, t) }}
	c.Sent(at(0))
	c.Arrived(at(3*ms), 5, 0)
	c.Arrived(at(4*ms), 5, 0)
	c.Done(at(5 * ms))
	if len(told) != 1 || !told[0].Equal(at(3*ms)) {
		t.Errorf("told %v", told)
	}
}

// A clock that is misused says which call was wrong, and no figure pretends.
func TestClockErr(t *testing.T) {
	events := func(c *metrics.Clock, n int, tokens func(i int) int) {
		for i := range n {
			c.Arrived(at(time.Duration(i+1)*10*ms), 4, tokens(i))
		}
	}
	one := func(int) int { return 1 }
	running := func(i int) int { return i + 1 }
	for _, tt := range []struct {
		name string
		use  func(c *metrics.Clock)
		want string
	}{
		{"as documented", func(c *metrics.Clock) { c.Sent(epoch); events(c, 40, one); c.Done(at(sec)) }, ""},
		{"nothing arrived", func(c *metrics.Clock) { c.Sent(epoch); c.Done(at(sec)) }, ""},
		{"no Sent", func(c *metrics.Clock) { events(c, 40, one); c.Done(at(sec)) }, "Clock.Sent"},
		{"Sent too late", func(c *metrics.Clock) { events(c, 2, one); c.Sent(at(5 * ms)); c.Done(at(sec)) }, "before Sent"},
		{"no Done", func(c *metrics.Clock) { c.Sent(epoch); events(c, 40, one) }, "Clock.Done"},
		{"the running total", func(c *metrics.Clock) { c.Sent(epoch); events(c, 40, running); c.Done(at(sec)) }, "running total"},
		{"the running total and usage", func(c *metrics.Clock) {
			c.Sent(epoch)
			events(c, 8, running)
			c.Usage(metrics.Usage{Completion: 8})
			c.Done(at(sec))
		}, "running total"},
		{"hidden tokens in the first step", func(c *metrics.Clock) {
			c.Sent(epoch)
			events(c, 40, func(i int) int { return max(1, 900*(1-i)) })
			c.Usage(metrics.Usage{Completion: 939, Hidden: 899})
			c.Done(at(sec))
		}, ""},
		{"speculative steps", func(c *metrics.Clock) {
			c.Sent(epoch)
			events(c, 400, func(i int) int { return 1 + i%5 })
			c.Done(at(9 * sec))
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c metrics.Clock
			tt.use(&c)
			err := c.Err()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if d, ok := c.Timing().TTFT(); ok && (d < 0 || d > time.Hour) || ok && tt.name == "no Sent" {
				t.Errorf("TTFT %v, %t", d, ok)
			}
		})
	}
}
