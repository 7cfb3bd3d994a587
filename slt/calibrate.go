package slt

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	// probes is the largest number of requests of a calibration: two fit the line
	// that most tokenizers follow, the rest are for those that do not.
	probes = 8
	// tolerance is the largest relative error of a prompt's length: too small to
	// change what prefill costs, large enough for a tokenizer to meet.
	tolerance = 0.01
)

// calibrate finds the number of words of filler for a prompt of want tokens by the
// server's own count, within the tolerance. Each probe is a different prompt with
// an answer of one token. got is 0 if the server does not count.
func calibrate(ctx context.Context, sender trajectory.Sender, s shape, seed uint64, want int) (words, got int, warning string, err error) {
	s.tokens, s.ignoreEOS = 1, false
	s.fields = fields.ForOneToken(s.fields)
	rng := random(seed, -1, 0)
	type point struct{ words, tokens int }
	var best, last point
	next := want
	for range probes {
		s.words = next
		tokens, err := probe(ctx, sender, s.query(rng, s.prompter(rng)))
		if err != nil {
			return next, 0, "", err
		}
		if tokens == 0 {
			return want, 0, "the server does not count prompt tokens: prompts have one word for each token asked for, and their length is unknown", nil
		}
		now := point{next, tokens}
		if best == (point{}) || off(now.tokens, want) < off(best.tokens, want) {
			best = now
		}
		if tokens == want {
			break
		}
		// Follow the line through the latest two points, or assume one token a word.
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

// probe sends a query and returns the server's count of the tokens of its prompt, 0 if it
// does not count.
func probe(ctx context.Context, sender trajectory.Sender, q *trajectory.Request) (int, error) {
	var clock metrics.Clock
	err := trajectory.Send(ctx, sender, q, &clock)
	t := clock.Timing()
	// One token may be nothing that is shown; the count is as good.
	if e, ok := errors.AsType[*endpoint.Error](err); ok && e.Outcome == endpoint.OutcomeEmpty {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("slt: calibrating the length of prompts: %w", err)
	}
	return t.Usage.Prompt, nil
}
