package trajectory

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// prefixesOf returns n prefixes of a seed.
func prefixesOf(seed uint64, n int) []string {
	rng := rand.New(rand.NewPCG(seed, 1))
	all := make([]string, n)
	for i := range all {
		all[i] = prefix(rng)
	}
	return all
}

// tokensAtMost counts the tokens of a text cautiously: one for each digit and sign, one for
// each word of common letters and one more for a long word.
func tokensAtMost(text string) (n int) {
	letters := 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			if letters++; letters == 1 || letters == 7 {
				n++
			}
			continue
		case r != ' ':
			n++
		}
		letters = 0
	}
	return n
}

// No text of more than twelve bytes is in many prefixes: the longest words, with what
// stands beside them, are in one in ten at most, since a prefix has some ten words of the
// 128 things. There is nothing constant to take out, and nothing that two share in front.
func TestPrefixesHaveNothingInCommon(t *testing.T) {
	const n, width = 10_000, 12
	all := prefixesOf(1, n)
	if !slices.Equal(all, prefixesOf(1, n)) {
		t.Error("the same seed has other prefixes")
	}
	if slices.Equal(all[:10], prefixesOf(2, 10)) {
		t.Error("another seed has the same prefixes")
	}
	type count struct{ prefixes, last int }
	in := make(map[[width]byte]count)
	lengths := make(map[int]int)
	for k, p := range all {
		for i := range len(p) - width + 1 {
			s := [width]byte([]byte(p[i : i+width]))
			if c := in[s]; c.last != k+1 {
				in[s] = count{c.prefixes + 1, k + 1}
			}
		}
		tokens := tokensAtMost(p)
		if lengths[tokens/8]++; tokens < leastPrefixTokens || tokens > prefixTokens || (len(p)+cautious-1)/cautious > 2*prefixTokens {
			t.Fatalf("%d tokens, %d bytes: %q", tokens, len(p), p)
		}
		quoted, err := json.Marshal(p)
		if err != nil || !strings.HasSuffix(p, "\n") || string(quoted[1:len(quoted)-1]) != strings.ReplaceAll(p, "\n", `\n`) {
			t.Fatalf("%q needs more escaping than its line ends", p)
		}
	}
	most, where := 0, ""
	for s, c := range in {
		if c.prefixes > most {
			most, where = c.prefixes, string(s[:])
		}
	}
	if most > n/10 {
		t.Errorf("%q is in %d of %d prefixes", where, most, n)
	}
	for _, eighth := range []int{3, 4, 5, 6} { // of 24 to 55 tokens
		if lengths[eighth] < n/20 {
			t.Errorf("lengths are not spread: %v", lengths)
		}
	}
	slices.Sort(all)
	longest := ""
	for i, p := range all[1:] {
		k := 0
		for k < len(p) && k < len(all[i]) && p[k] == all[i][k] {
			k++
		}
		if k > len(longest) {
			longest = p[:k]
		}
	}
	if tokensAtMost(longest) > 8 { // of 5e7 pairs, with 6 bits a word
		t.Errorf("two prefixes begin with %q", longest)
	}
	t.Logf("%q is in %d of %d; two begin with %q; eighths of 64 tokens: %v; such as %q", where, most, n, longest, lengths, all[n/2])
}

// Whoever makes an expression of the forms of some prefixes, with any word for a word and
// any number for a number, does not find the next ones.
func TestPrefixFormsAreNotFew(t *testing.T) {
	word, number := regexp.MustCompile(`[a-z]+`), regexp.MustCompile(`[0-9]+`)
	form := func(p string) string { return number.ReplaceAllString(word.ReplaceAllString(p, "w"), "0") }
	known := make(map[string]bool)
	for _, p := range prefixesOf(3, 1000) {
		known[form(p)] = true
	}
	found := 0
	for _, p := range prefixesOf(4, 1000) {
		if known[form(p)] {
			found++
		}
	}
	if found > 100 {
		t.Errorf("%d of 1000 prefixes have the form of an earlier one", found)
	}
	t.Logf("%d of 1000", found)
}
