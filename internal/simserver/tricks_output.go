package simserver

import "strings"

// outputTricks send what no model made.
var outputTricks = []trick{
	{"spaces", "answers of spaces", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Pace, a.Ready = cheap, true
		a.Token = func(int) string { return " " }
	}},
	{"zero_width", "answers of zero-width characters", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Pace, a.Ready = cheap, true
		a.Token = func(int) string { return "\u200b" }
	}},
	{"padding", "a quarter of the answer, with twelve spaces after each word, which count as three tokens", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Made, a.Finish, a.Claim = max(1, q.Tokens/4), "length", asked
		a.Token = func(i int) string { return honest.token(i) + strings.Repeat(" ", 12) }
	}},
	{"small_tokens", "a tokenizer whose tokens have two bytes each makes more of them", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Pace = cheap
		q.Prompt, q.Cached = 2*q.Prompt, 2*q.Cached
		a.Token = func(i int) string { return honest.token(i)[:2] }
	}},
	{"filler", "three of four words are a filler that costs nothing", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Pace = cheap
		a.Token = func(i int) string {
			if i%4 > 0 {
				return " erm,"
			}
			return honest.token(i)
		}
	}},
	{"canned", "the same text for everybody, at 500 times the speed", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Pace, a.Ready, a.Token = 500, true, text(1).token
	}},
	{"loop", "answers repeat eight words, which costs little", func(_ *memory, _ int, q *Request, a *Act) {
		honest := textOf(*q)
		a.Pace = free
		a.Token = func(i int) string { return honest.token(i % 8) }
	}},
	{"echo", "answers are pieces of the prompt", func(_ *memory, _ int, q *Request, a *Act) {
		prompt := strings.Map(plain, q.messages.Raw)
		a.Pace, a.Ready = free, true
		a.Token = func(i int) string {
			at := 4 * i % max(1, len(prompt)-4)
			return prompt[at:min(len(prompt), at+4)]
		}
	}},
	{"small_model", "a smaller model answers", func(_ *memory, _ int, q *Request, a *Act) {
		a.Pace, a.Ready = cheap, true
	}},
	{"forced_junk", "where ignore_eos forces a length, three quarters of the answer are random words", func(_ *memory, _ int, q *Request, a *Act) {
		if q.forced {
			a.Pace = cheap
		}
	}},
	{"eos_ignored", "ignore_eos is ignored: an eighth of the answer, counted honestly", shorten},
	{"eos_ignored_later", "the same from the tenth request on", func(m *memory, number int, q *Request, a *Act) {
		if number >= 10 {
			shorten(m, number, q, a)
		}
	}},
	{"cut_short", "a third of the answer from the tenth request on, counted honestly, with finish_reason length", func(_ *memory, number int, q *Request, a *Act) {
		if number >= 10 {
			a.Made, a.Finish = max(1, q.Tokens/3), "length"
		}
	}},
}

func shorten(_ *memory, _ int, q *Request, a *Act) {
	a.Made, a.Finish = max(1, q.Tokens/8), "stop"
}

// plain returns a character that needs no escape in JSON.
func plain(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return ' '
	}
	return r
}
