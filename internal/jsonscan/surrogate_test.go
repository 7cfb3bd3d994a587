package jsonscan

import "testing"

func TestLoneSurrogate(t *testing.T) {
	for text, want := range map[string]int{
		`""`:                         -1,
		`"\u00e9 \n \\"`:             -1,
		`"\ud83d\ude00"`:             -1,
		`"\uD83D\uDE00"`:             -1,
		`"\ud83d…"`:                  1,
		`"x\uD83D"`:                  2,
		`"\ude00"`:                   1,
		`"\ud83d\ud83d\ude00"`:       1,
		`"\ud83d\ude00\ud83d"`:       13,
		`"\ud83d\n"`:                 1,
		`"\\ud83d"`:                  -1, // a backslash and letters
		`"\\\ud83d"`:                 3,
		`"\\\\ud83d"`:                -1,
		`"\u005cud83d"`:              -1,
		`"\ud7ff\ue000\udbff\udfff"`: -1,
	} {
		if got := LoneSurrogate([]byte(text), 0); got != want {
			t.Errorf("%s: at %d, expected %d", text, got, want)
		}
	}
	for text, want := range map[string]bool{`{"a\ud83d":1}`: true, `["\uD83D\ude00"]`: true, `"\\ud83d \u00e9 \ud7ff"`: false} {
		s := Scanner{Data: []byte(text)}
		if s.Skip(); s.Err != nil || s.Surrogates != want {
			t.Errorf("%s: %v, %v", text, s.Surrogates, s.Err)
		}
	}
}
