package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// skips reports whether Text passes all of data.
func skips(data string) bool {
	t := Text(data)
	return t.Space(t.Skip(0)) == len(t)
}

// What Text passes is JSON, and it passes all JSON but what it says.
func FuzzText(f *testing.F) {
	for _, seed := range scanSeeds {
		f.Add(seed)
	}
	for _, seed := range []string{`"\u00e9\"\\\/\b\f\n\r\t"`, `"\u00e`, `"\u00eg"`, `"\`, `"abcdefgh` + "\x1f" + `"`, `-0.0e-0`, `1e+`, `-01`, `[1,2`, `{"\u0061":1}`, "\"\x7f\x80\xff\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		passed, valid := skips(data), json.Valid([]byte(data))
		if passed && !valid {
			t.Errorf("%q is passed", data)
		}
		if valid && !passed && !strings.Contains(data, `\`) && strings.Count(data, "[")+strings.Count(data, "{") <= maxSkip {
			t.Errorf("%q is not passed", data)
		}
		text := Text(data)
		var n uint32
		if got, after := text.Uint(0); after == len(text) {
			if err := json.Unmarshal([]byte(data), &n); err != nil || int(n) != got {
				t.Errorf("%q: %d, want %d, %v", data, got, n, err)
			}
		}
		var word string
		if got, after := text.Word(0); after == len(text) {
			if err := json.Unmarshal([]byte(data), &word); err != nil || word != string(got) && utf8.Valid(got) {
				t.Errorf("%q: %q, want %q, %v", data, got, word, err)
			}
		}
	})
}

func TestTextDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	if !skips(nested(maxSkip)) || skips(nested(maxSkip+1)) || skips(strings.Repeat("[", 1<<20)) {
		t.Error("the depth is not bounded as it should be")
	}
}

// A mistake stays one whatever is passed next.
func TestTextMistake(t *testing.T) {
	text := Text(`null`)
	open, _ := text.Open(Mistake, '{')
	more, _ := text.More(Mistake, '{')
	_, name := text.Name(Mistake)
	_, word := text.Word(Mistake)
	_, str := text.Str(Mistake)
	_, n := text.Uint(Mistake)
	for i, after := range []int{text.Space(Mistake), open, more, name, word, str, n, text.Literal(Mistake, "null"), text.Skip(Mistake)} {
		if after < Mistake {
			t.Errorf("method %d goes on at %d", i, after)
		}
	}
	if text.Is(Mistake, 'n') {
		t.Error("there is a value behind a mistake")
	}
}
