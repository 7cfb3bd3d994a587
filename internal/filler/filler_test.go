package filler

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFillerIsAsLongAsAsked(t *testing.T) {
	form := regexp.MustCompile(`^([a-z]{3} )*([a-z]{1,3}|[a-z]{3}\.)$`)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		got := Append([]byte("x"), n, rng)
		if len(got) != 1+n || n > 0 && !form.Match(got[1:]) {
			t.Errorf("%d bytes of filler are %d: %q", n, len(got)-1, got[1:])
		}
	}
	a := Append(nil, 1000, rand.New(rand.NewPCG(1, 2)))
	b := Append(nil, 1000, rand.New(rand.NewPCG(1, 2)))
	c := Append(nil, 1000, rand.New(rand.NewPCG(1, 3)))
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("the seed does not decide the text")
	}
}

func TestWordsAreDistinct(t *testing.T) {
	var list []string
	for w := range slices.Chunk([]byte(words), 3) {
		list = append(list, string(w))
	}
	slices.Sort(list)
	if n := len(slices.Compact(list)); n != 128 || len(words) != 3*128 {
		t.Errorf("%d distinct words in %d bytes, expected 128 of 3 letters", n, len(words))
	}
	even := strings.Fields(string(AppendEven(nil, 3, rand.New(rand.NewPCG(1, 2)))))
	if first := slices.Clone(even[:128]); slices.Equal(first, even[128:256]) {
		t.Error("two rounds in the same order")
	}
	slices.Sort(even)
	if len(even) != 3*Words || even[0] != even[2] || len(slices.Compact(slices.Clone(even))) != 128 {
		t.Errorf("three rounds are %d words", len(even))
	}
	text := string(Append(nil, 4*128*100, rand.New(rand.NewPCG(1, 2))))
	for _, w := range list {
		if n := strings.Count(" "+text, " "+w); n < 50 || n > 150 {
			t.Errorf("%q appears %d times in %d words, expected about 100", w, n, 12_800)
		}
	}
}
