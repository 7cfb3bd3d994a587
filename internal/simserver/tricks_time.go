package simserver

import "time"

// Three seconds are later than most ceilings.
const late = 3 * time.Second

// timeTricks send at other times than they make tokens.
var timeTricks = []trick{
	{"space_first", "a space at once, the rest from 3 s later on", first(" ")},
	{"think_first", "a think tag at once, the rest from 3 s later on", first("<think>")},
	{"word_first", "a word at once, the rest from 3 s later on", first("Sure")},
	{"preamble", "twelve words at once, the same for everybody, the rest from 3 s later on", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Pace, a.Pause = free, late
		for i := range 12 {
			a.Early = append(a.Early, piece{visible, text(1).token(i)})
		}
	}},
	{"drip", "a letter at once, another each 300 ms, the same for everybody, the rest from 3 s later on", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Pace, a.Pause, a.Gap = free, late, late/10
		for i := range 10 {
			a.Early = append(a.Early, piece{visible, "Sure, I can"[i : i+1]})
		}
	}},
	{"two_reads", "all is held back to the end and then sent as two events, 50 ms apart", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Halves = 50 * time.Millisecond
	}},
	{"slow_at_once", "nine of 20 answers are slow and sent as one event, so that they have no speed", func(_ *memory, number int, _ *Request, a *Act) {
		if number*9%20 < 9 {
			a.Held = 1
		} else {
			a.Pace = cheap
		}
	}},
	{"slow_burst", "nine of 20 answers are slow and sent in a burst, so that they have no speed", func(_ *memory, number int, _ *Request, a *Act) {
		if number*9%20 < 9 {
			a.Halves = time.Microsecond
		} else {
			a.Pace = cheap
		}
	}},
	{"held_2s", "the end of each answer is held back for 2 s", hold(2 * time.Second)},
	{"held_20s", "the end of each answer is held back for 20 s", hold(20 * time.Second)},
	{"held_60s", "the end of each answer is held back for 60 s", hold(time.Minute)},
	{"credit", "the first 200 requests are served four times as fast", func(_ *memory, number int, _ *Request, a *Act) {
		if number < 200 {
			a.Pace = cheap
		}
	}},
	{"starve", "every fifth answer is made at an eighth of the speed, the others faster", func(_ *memory, number int, _ *Request, a *Act) {
		if a.Pace = cheap; number%5 == 4 {
			a.Pace = 1. / 8
		}
	}},
	{"shed", "one in 25 requests is refused with status 503, the others are faster", func(_ *memory, number int, _ *Request, a *Act) {
		if a.Pace = cheap; number%25 == 24 {
			a.Status, a.Refusal = 503, "overloaded"
		}
	}},
}

// first sends a text at once, long before the rest.
func first(said string) func(*memory, int, *Request, *Act) {
	return func(_ *memory, _ int, _ *Request, a *Act) {
		a.Early, a.Pace, a.Pause = []piece{{visible, said}}, free, late
	}
}

// hold frees the place of a request long before its client knows.
func hold(d time.Duration) func(*memory, int, *Request, *Act) {
	return func(_ *memory, _ int, _ *Request, a *Act) { a.Pace, a.Hold = cheap, d }
}
