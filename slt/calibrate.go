package slt

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	// probes is how many requests a calibration takes at most: two for the
	// line that most tokenizers follow, the rest for those that do not.
	probes = 8
	// tolerance is how far the prompt may be from its length.
	tolerance = 0.01
)

// calibrate finds how many words of filler make a prompt of so many tokens by
// the server's own count, within a tolerance of 1 %. Each probe is a prompt of
// its own with an answer of one token. got is 0 when the server counts nothing.
func calibrate(ctx context.Context, conn *endpoint.Conn, s shape, seed uint64, want int) (words, got int, warning string, err error) {
	s.tokens, s.ignoreEOS = 1, false
	rng := random(seed, -1, 0)
	type point struct{ words, tokens int }
	var best, last point
	next := want
	for range probes {
		s.words = next
		tokens, err := probe(ctx, conn, s.prompter(rng).next())
		if err != nil {
			return next, 0, "", err
		}
		if tokens == 0 {
			return want, 0, "the server does not count prompt tokens: prompts are as many words as tokens were asked for, and their length is not known", nil
		}
		now := point{next, tokens}
		if best == (point{}) || off(now.tokens, want) < off(best.tokens, want) {
			best = now
		}
		if tokens == want {
			break
		}
		// Along the line through the latest two points, or at one token a word.
		slope := 1.0
		if last != (point{}) && now.words != last.words && now.tokens != last.tokens {
			slope = float64(now.tokens-last.tokens) / float64(now.words-last.words)
		}
		if !(slope > 0.05) {
			slope = 1
		}
		last, next = now, max(1, now.words+int(math.Round(float64(want-now.tokens)/slope)))
		if next == now.words {
			break
		}
	}
	if off(best.tokens, want) > tolerance*float64(want) && off(best.tokens, want) > 1 {
		warning = fmt.Sprintf("prompts of %d tokens were asked for; the nearest that the server counts is %d", want, best.tokens)
	}
	return best.words, best.tokens, warning, nil
}

func off(tokens, want int) float64 { return math.Abs(float64(tokens - want)) }

// probe returns the number of tokens that the server counts in a prompt, 0 when
// it counts none.
func probe(ctx context.Context, conn *endpoint.Conn, body []byte) (int, error) {
	var clock metrics.Clock
	_, err := conn.Stream(ctx, "", [][]byte{body}, &clock)
	t := clock.Timing()
	// One token may be nothing that is shown; the count is as good.
	if e, ok := errors.AsType[*endpoint.Error](err); ok && e.Outcome == endpoint.Empty && t.UsageReported {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("slt: calibrating the length of prompts: %w", err)
	}
	return t.Usage.Prompt, nil
}
