package conformance

import (
	"context"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/filler"
)

const (
	// turns is how many turns of a conversation show that what comes from the cache grows.
	turns = 3
	// firstBytes is the length of the first prompt and turnBytes what a turn adds: 1,500 and
	// 500 tokens, several blocks of every engine's cache, of which the largest known have 128
	// tokens.
	firstBytes, turnBytes = 6000, 2000
	// conversationBytes is the length of the last prompt, with what JSON adds.
	conversationBytes = firstBytes + (turns-1)*turnBytes + 1000
)

func cachedTokens(ctx context.Context, s *suite) seen {
	first, more := firstBytes, turnBytes
	if c := s.found.ContextTokens; c > 0 && c < conversationBytes/2 { // two bytes a token at least
		first, more = c, c/4
	}
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // nobody sent this before
	conversation := []message{said("user", string(filler.Append(nil, first, rng)))}
	var cached, prompt [turns]int
	var stated [turns]bool
	for i := range turns {
		a := s.ask(ctx, s.conn, question{tokens: shortTokens, messages: conversation})
		if !a.served() {
			return skipped("turn %d failed: %v", i+1, a.err)
		}
		prompt[i] = a.timing.Usage.Prompt
		cached[i], stated[i] = a.timing.Usage.CachedTokens()
		conversation = append(conversation, said("assistant", "Go on."), said("user", string(filler.Append(nil, more, rng))))
	}
	switch {
	case !stated[1] && !stated[2]:
		return failed("not stated, which is not 0 (vLLM states it when started with --enable-prompt-tokens-details)")
	case 2*cached[0] > prompt[0]:
		return failed("%d of %d input tokens are said to come from a cache in a prompt that nobody sent before", cached[0], prompt[0])
	case cached[1] <= cached[0] || cached[2] <= cached[1]:
		return failed("the cached part of a growing conversation does not grow: %d of %d input tokens", cached, prompt)
	}
	return passed("%d of %d input tokens", cached, prompt)
}
