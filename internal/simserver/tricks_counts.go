package simserver

// asked claims as many tokens as were asked for.
func asked(c Counts) (tokens, reasoning int) { return c.Asked, 0 }

// countTricks claim tokens that nobody made.
var countTricks = []trick{
	{"usage_padded", "usage counts 64 tokens more than the output has bytes, up to the length asked for", func(_ *memory, _ int, q *Request, a *Act) {
		a.Made = max(1, (q.Tokens-64+4)/5)
		a.Claim = func(c Counts) (int, int) { return min(c.Asked, c.Bytes+64), 0 }
	}},
	{"usage_doubled", "usage counts every token twice", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Claim = func(c Counts) (int, int) { return 2 * c.Sent, 0 }
	}},
	{"usage_full", "a third of the answer, in long words, and usage counts all that was asked for", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Made, a.Finish, a.Claim = max(1, q.Tokens/3), "length", asked
		a.Token = func(i int) string { return honest.token(i) + "ed" }
	}},
	{"reasoning_claimed", "one byte of reasoning, which usage counts as 16,000 tokens", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Early = []piece{{reasoning, "."}}
		a.Claim = func(c Counts) (int, int) { return c.Sent + 16_000, 16_000 }
	}},
	{"reasoning_hidden", "an eighth of the answer; the rest counts as hidden reasoning that nobody made", func(_ *memory, _ int, q *Request, a *Act) {
		a.Made, a.Finish = max(1, q.Tokens/8), "length"
		a.Claim = func(c Counts) (int, int) { return c.Asked, c.Asked - c.Sent }
	}},
	{"running_fast", "a quarter of the answer; the running usage grows by four with each token", func(_ *memory, _ int, q *Request, a *Act) {
		a.Made, a.Finish, a.Claim = max(1, q.Tokens/4), "length", asked
		a.Running = func(c Counts) int { return c.Asked * c.Sent / c.Made }
	}},
	{"running_first", "the first event has 7 of 10 tokens, of which the running usage counts one", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Held = 0.7
		a.Running = func(c Counts) int {
			if 4*c.Sent < 3*c.Made {
				return 1
			}
			return c.Sent
		}
	}},
	{"running_back", "the running usage jumps forth and back", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Running = func(c Counts) int {
			if c.Sent%2 == 1 {
				return 3 * c.Sent
			}
			return c.Sent
		}
	}},
	{"split", "a fifth of the answer, each byte of it an event and a token by usage", func(_ *memory, _ int, q *Request, a *Act) {
		a.Made, a.Finish, a.Split, a.Claim = max(1, q.Tokens/5), "length", true, asked
	}},
	{"split_uncounted", "each byte is an event, and there is no usage", func(_ *memory, _ int, q *Request, a *Act) {
		a.Split, q.includeUsage = true, false
	}},
	{"silent_claimed", "three of four tokens are events without any text, as those of special tokens are", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Pace = cheap
		a.Token = func(i int) string {
			if i%4 > 0 {
				return ""
			}
			return honest.token(i)
		}
	}},
	{"cached_claimed", "all input tokens are said to come from the cache", func(_ *memory, _ int, q *Request, a *Act) {
		q.Cached = q.Prompt
	}},
}
