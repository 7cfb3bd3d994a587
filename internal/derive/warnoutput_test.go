package derive_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// stepped is an answer with an event after each of the steps, of so many tokens of 5 bytes or
// another size.
func stepped(steps []time.Duration, tokens func(i int) int, blank int, sizes ...int) *record.Row {
	size := 5
	if len(sizes) > 0 {
		size = sizes[0]
	}
	start := time.Unix(1_800_000_000, 0)
	var c metrics.Clock
	c.Sent(start)
	now, all := start.Add(200*time.Millisecond), 0
	for i, d := range steps {
		now = now.Add(d)
		all += tokens(i)
		c.Arrived(now, size*tokens(i), 0)
	}
	c.Usage(metrics.Usage{Completion: all})
	c.Blank(blank)
	c.Done(now)
	r, t := record.New(), c.Timing()
	r.Take(&t, start)
	r.Conclude(record.OK, 0)
	return &r
}

func TestOutputWarnings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	one := func(int) int { return 1 }
	// pace is of n events, step apart, the second of which comes later by more.
	pace := func(n int, step, more time.Duration) (steps []time.Duration) {
		for range n {
			steps = append(steps, step)
		}
		steps[1] += more
		return steps
	}
	const ms = time.Millisecond
	repeat := func(n int, f func(i int) *record.Row) (rows []*record.Row) {
		for i := range n {
			rows = append(rows, f(i))
		}
		return rows
	}
	for _, tt := range []struct {
		name string
		rows []*record.Row
		want string
	}{
		{"fast", repeat(50, func(int) *record.Row { return stepped(pace(400, 2*ms, 0), one, 0) }), ""},
		{"slow", repeat(50, func(int) *record.Row { return stepped(pace(100, 400*ms, 0), one, 0) }), ""},
		{"a stream interval of 20", repeat(50, func(int) *record.Row {
			return stepped(pace(30, 500*ms, 0), func(i int) int { return 1 + min(i, 1)*19 }, 0)
		}), ""},
		{"speculative decoding", repeat(50, func(int) *record.Row {
			steps, sizes := make([]time.Duration, 80), make([]int, 80)
			for i := range steps {
				steps[i], sizes[i] = time.Duration(20+rng.IntN(20))*ms, 1+rng.IntN(8)
			}
			return stepped(steps, func(i int) int { return sizes[i] }, 0)
		}), ""},
		{"prefills of others in between", repeat(50, func(int) *record.Row {
			steps := pace(200, 10*ms, 0)
			for i := range steps {
				if rng.IntN(20) == 0 {
					steps[i] += 200 * ms
				}
			}
			return stepped(steps, one, 0)
		}), ""},
		{"a word at once, the rest three seconds later", repeat(50, func(int) *record.Row { return stepped(pace(200, 10*ms, 3*time.Second), one, 0) }), "first_token_apart"},
		{"in one of 25", repeat(50, func(i int) *record.Row {
			return stepped(pace(200, 10*ms, time.Duration(1-min(i%25, 1))*3*time.Second), one, 0)
		}), ""},
		{"in one of ten", repeat(50, func(i int) *record.Row {
			return stepped(pace(200, 10*ms, time.Duration(1-min(i%10, 1))*3*time.Second), one, 0)
		}), "first_token_apart"},
		{"a quarter of a second", repeat(50, func(int) *record.Row { return stepped(pace(200, 1*ms, 235*ms), one, 0) }), ""},
		{"short answers", repeat(50, func(int) *record.Row { return stepped(pace(19, 10*ms, 3*time.Second), one, 0) }), ""},
		{"a third is indentation", repeat(50, func(int) *record.Row { return stepped(pace(100, 10*ms, 0), one, 170) }), ""},
		{"mostly blank", repeat(50, func(int) *record.Row { return stepped(pace(100, 10*ms, 0), one, 400) }), "blank_output"},
		{"a byte a token", repeat(50, func(int) *record.Row { return stepped(pace(100, 10*ms, 0), one, 0, 1) }), "short_tokens"},
		{"a number", repeat(50, func(int) *record.Row { return stepped(pace(15, 10*ms, 0), one, 0, 1) }), ""},
		{"canned, at 20,000 tokens/s", repeat(50, func(int) *record.Row {
			steps := pace(4000, 50*time.Microsecond, 0)
			return stepped(steps, one, 0)
		}), "implausible_speed"},
	} {
		var codes []string
		for _, w := range derive.TokenWarnings(tt.rows) {
			if w.Code != "cached_unknown" && w.Code != "first_read_estimated" {
				codes = append(codes, w.Code)
			}
		}
		if got := strings.Join(codes, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
