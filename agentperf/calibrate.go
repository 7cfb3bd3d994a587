package agentperf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	// calibrationRounds is how many times the longer of two prompts has every word of
	// filler beyond the shorter: 2,048 words, so that a token more or less, as at the seams
	// of a template, is nothing.
	calibrationRounds = 16
	// leastFactor and mostFactor bound what is believed of a tokenizer. A word of filler and
	// its space are one token in the vocabularies of common models, and up to one and a half
	// in others; a tokenizer of bytes has four, one that joins words half a token. Counts
	// beyond that are more likely not those of the prompt.
	leastFactor, mostFactor = 0.4, 2.5
	// knownFactor is the least that vocabularies in use have, with some room: below it the
	// tokens of the system are less work than those of others.
	knownFactor = 0.6
	// sameFactor is the relative difference up to which two calibrations agree: what other
	// random words make of it.
	sameFactor = 0.01
	// codeNotCalibrated is of warnings that the length of synthetic text is not known to
	// be right.
	codeNotCalibrated = "not_calibrated"
)

// calibrate sets how many words of synthetic text make a token of the endpoint: it sends two
// prompts of filler of different lengths and compares the counts of their tokens, from which
// what the chat template adds cancels.
func (r *run) calibrate(ctx context.Context, cfg *Config) error {
	if cfg.Connect != nil {
		r.warn(codeNotCalibrated, "synthetic text has a word for each token that was recorded: the tokenizer of the system behind Connect is unknown, and may need a third more or fewer")
		return nil
	}
	rounds := calibrationRounds
	if window := cfg.ContextTokens; window > 0 { // fits it with four tokens for each word
		rounds = max(1, min(rounds, window/(4*filler.Words)-1))
	}
	short, err := r.promptTokens(ctx, cfg, 1)
	if err != nil {
		return err
	}
	long, err := r.promptTokens(ctx, cfg, 1+rounds)
	if err != nil {
		return err
	}
	if short == 0 || long == 0 {
		r.warn(codeNotCalibrated, "the endpoint does not state how many tokens a prompt has: synthetic text has a word for each token that was recorded, and its tokenizer may need a third more or fewer")
		return nil
	}
	words := rounds * filler.Words
	factor := float64(words) / float64(long-short)
	if long <= short || factor < leastFactor || factor > mostFactor {
		r.warn(codeNotCalibrated, fmt.Sprintf("by the endpoint's count, prompts that differ by %d short words have %d and %d tokens, which no known vocabulary has: synthetic text has a word for each token that was recorded (see Policy.SyntheticFactor)", words, short, long))
		return nil
	}
	r.log.Info("calibrated", "words_for_each_token", factor)
	if factor < knownFactor {
		r.warn("small_tokens", fmt.Sprintf("the endpoint counts %.1f tokens for each short word, more than known vocabularies have: synthetic prompts and answers of so many tokens are less work for it than for others", 1/factor))
	}
	cfg.Policy.SyntheticFactor = factor
	return nil
}

// promptTokens returns the endpoint's count of the tokens of a prompt with so many rounds of
// all words of filler, in an order that no cache knows; 0 if it states none.
func (r *run) promptTokens(ctx context.Context, cfg *Config, rounds int) (tokens int, err error) {
	text := filler.AppendEven([]byte(`{"role":"user","content":"`), rounds, rand.New(rand.NewPCG(rand.Uint64(), 0)))
	var store trajectory.Store
	history, err := store.Append(nil, append(text, `"}`...))
	if err != nil {
		return 0, err
	}
	policy := cfg.Policy
	policy.Output, policy.Prefix = trajectory.OutputCap, trajectory.PrefixNone
	policy.Fields = fields.ForOneToken(policy.Fields)
	play := trajectory.Play{
		Trajectory: &trajectory.Trajectory{ID: "calibration", Turns: []trajectory.Turn{{History: history, OutputTokens: 1}}},
		Session:    fmt.Sprintf("%s-calibration-%d", r.id, rounds),
	}
	replayer := trajectory.NewReplayer(func() trajectory.Sender { return r.connect(0) }, policy, nil)
	defer replayer.Close()
	for res := range replayer.Play(ctx, play) {
		tokens, err = res.Timing.Usage.Prompt, res.Err
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	// One token may be nothing that is shown; the count is as good.
	if e, ok := errors.AsType[*endpoint.Error](err); ok && (tokens > 0 || e.Outcome == endpoint.OutcomeEmpty) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("agentperf: calibrating the length of synthetic text: %w", err)
	}
	return tokens, nil
}

// takeFactor takes over the factor of a journal that is resumed: its phases were measured
// with that. Earlier versions wrote none, and replayed a word for each token.
func (r *run) takeFactor(cfg *Config, found *heading) error {
	if cfg.Policy.SyntheticFactor == 0 {
		return nil // nothing is synthetic
	}
	found.SyntheticFactor = cmp.Or(found.SyntheticFactor, 1)
	theirs, mine := found.SyntheticFactor, cfg.Policy.SyntheticFactor
	if err := (trajectory.Policy{SyntheticFactor: theirs}).Validate(); err != nil {
		return fmt.Errorf("agentperf: the journal in %s: %w", cfg.Journal, err)
	}
	if !agree(theirs, mine) {
		r.warn("calibration", fmt.Sprintf("synthetic text has %.3f words for each token that was recorded, as in the journal; now it would be %.3f", theirs, mine))
	}
	cfg.Policy.SyntheticFactor, r.policy.SyntheticFactor, r.population.Policy.SyntheticFactor = theirs, theirs, theirs
	return nil
}

// agree reports whether two factors are of the same tokenizer.
func agree(a, b float64) bool { return math.Abs(a-b) <= sameFactor*b }

// hasSynthetic reports whether any text of a workload is synthetic.
func hasSynthetic(w *trajectory.Workload) bool {
	for t := range w.Threads() {
		var before *trajectory.History
		for i := range t.Turns {
			h := t.Turns[i].History
			for kept := h.Shared(before); h.Len() > kept; h = h.Front() {
				if len(h.Last().Blocks()) > 0 {
					return true
				}
			}
			before = t.Turns[i].History
		}
	}
	return false
}
