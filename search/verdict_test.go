package search

import "testing"

func TestVerdictText(t *testing.T) {
	for v, word := range map[Verdict]string{Pass: "pass", Fail: "fail", Unclear: "undecided"} {
		text, err := v.MarshalText()
		if err != nil || string(text) != word || v.String() != word {
			t.Errorf("%d: got %q, %v, want %q", v, text, err, word)
		}
		back := Verdict(9)
		if err := back.UnmarshalText(text); err != nil || back != v {
			t.Errorf("%q: got %v, %v", text, back, err)
		}
	}
	if text, err := Verdict(7).MarshalText(); err == nil {
		t.Errorf("Verdict(7) encodes as %q", text)
	}
	if got := Verdict(-7).String(); got != "Verdict(-7)" {
		t.Errorf("got %q", got)
	}
	for _, text := range []string{"", "Pass", "unclear", "Verdict(1)"} {
		v := Fail
		if err := v.UnmarshalText([]byte(text)); err == nil || v != Fail {
			t.Errorf("%q: got %v, %v, want an error", text, v, err)
		}
	}
}

func TestZeroVerdictDoesNotPass(t *testing.T) {
	var unset Verdict
	for _, v := range []Verdict{unset, Verdict(9), Verdict(-1)} {
		b := Bracket{Answers: []Answer{{1, v}}} // past Observe, as from JSON
		if s := b.Summary(); s.LargestPassing != 0 || s.SmallestFailing != 0 || len(s.Unclear) != 1 {
			t.Errorf("%v: got %+v", v, s)
		}
	}
}
