package audit

import "slices"

// CodePrefixIgnored is of a server that answers from the cache of another play.
const CodePrefixIgnored = "prefix_ignored"

const (
	// Of the input tokens of a play's first request those in front of the prefix may come
	// from a cache. Their share is estimated by bytes: a quarter more for tools, which are
	// dearer than prose, a tenth of the prompt for blocks and the rest, and 128 tokens of
	// templates.
	slackOfFront  = 1.25
	slackOfPrompt = 0.1
	slackTokens   = 128
	// conclusive is the share that may come from a cache up to which more would be seen.
	conclusive = 0.75
	// A first token comes early if it takes less than this share of the least time that any
	// text took which was never sent before, each for a token of input. An honest server
	// has to read as much for both, and nothing makes that faster. Where waiting in a queue
	// takes far longer than reading, one in twelve or so is early by chance, and of 16 seldom
	// four; prefixes that are found by a rule that fits some of them are early more often.
	early     = 0.6
	mostEarly = 0.25
)

// prefixIgnored looks for a server that takes the prefixes out and answers from the cache of
// another play: by the cached tokens that it states, and by the time to the first token.
// Whatever finds text again that stands behind other text is found, such as a cache of
// blocks wherever they stand: it is as much help to a benchmark and as little to users.
func prefixIgnored(items []item, none bool) Check {
	if none {
		return skipped(CodePrefixIgnored, "plays have no prefix")
	}
	have, c, ok := with(CodePrefixIgnored, items, fresh, unlikeIt, repeat, resalted, free)
	if !ok {
		return c
	}
	var open []*item // those that could tell
	for _, it := range have {
		if allowed(it.before, it.got[resalted].timing.Usage.Prompt) < conclusive {
			open = append(open, it)
		}
	}
	if 2*len(open) < len(have) {
		return skipped(CodePrefixIgnored, "too little of each prompt stands behind the prefix")
	}
	stated := share(open, func(it *item) bool { return it.got[resalted].timing.Usage.CachedStated })
	beyond := share(open, func(it *item) bool {
		for _, k := range []kind{fresh, resalted, free} {
			u := it.got[k].timing.Usage
			if n, ok := u.CachedTokens(); ok && float64(n) > allowed(it.before, u.Prompt)*float64(u.Prompt) {
				return true
			}
		}
		return false
	})
	if beyond > 0.5 {
		return found(CodePrefixIgnored, "behind a new prefix more of the prompt comes from the cache than stands in front of the prefix, in %.0f %% of the prompts by the server's own count", 100*beyond)
	}
	least := slices.Min(over(open, func(it *item) float64 { return it.got[unlikeIt].prefill() }))
	soon := func(k kind) float64 {
		return share(open, func(it *item) bool { return it.got[k].prefill() < early*least })
	}
	hits, others := soon(repeat), (soon(resalted)+soon(free))/2
	if hits > 0.5 && others >= mostEarly {
		return found(CodePrefixIgnored, "behind a new prefix the first token comes as early as for a prompt that is repeated, and earlier than for any text of that length that was never sent before, in %.0f %% of the prompts", 100*others)
	}
	switch {
	case stated >= 0.5:
		return passed(CodePrefixIgnored, "behind a new prefix no more of the prompt comes from the cache than stands in front of it")
	case hits > 0.5:
		return passed(CodePrefixIgnored, "behind a new prefix the first token comes no earlier than for a text that was never sent before; cached tokens are not stated")
	}
	return skipped(CodePrefixIgnored, "the server states no cached tokens, and not even a repeated prompt is answered earlier")
}

// allowed returns the share of a prompt of so many tokens that may come from a cache, when
// the given share of its bytes stands in front of the prefix.
func allowed(before float64, prompt int) float64 {
	share := slackOfFront*before + slackOfPrompt
	if prompt > 1 {
		share += slackTokens / float64(prompt)
	}
	return share
}
