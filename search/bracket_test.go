package search

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSON stops a search at every point, sends it through JSON, and goes on.
func TestJSON(t *testing.T) {
	oracle := func(n int) Verdict {
		if n == 24 {
			return Unclear
		}
		return upTo(21)(n)
	}
	straight := Bracket{Min: 2, Max: 200, Start: 3}
	total := drive(t, &straight, oracle)
	for stop := range total + 1 {
		b := Bracket{Min: 2, Max: 200, Start: 3}
		for range stop {
			n, _ := b.Next()
			b.Observe(n, oracle(n))
		}
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var resumed Bracket
		if err := json.Unmarshal(data, &resumed); err != nil {
			t.Fatal(err)
		}
		drive(t, &resumed, oracle)
		if diff := cmp.Diff(straight, resumed); diff != "" {
			t.Errorf("stopped after %d (-straight +resumed):\n%s", stop, diff)
		}
	}
}

func TestJSONForm(t *testing.T) {
	b := Bracket{Max: 8}
	b.Observe(1, Pass)
	b.Observe(2, Verdict(9)) // must not make the record unreadable
	got, err := json.Marshal(b)
	const want = `{"max":8,"answers":[{"n":1,"verdict":"pass"},{"n":2,"verdict":"undecided"}]}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// TestCopies grows two copies of one Bracket: neither may see the other's
// answers.
func TestCopies(t *testing.T) {
	var b Bracket
	for n := 1; n <= 5; n++ { // leaves append with room to spare
		b.Observe(n, Pass)
	}
	left, right := b, b
	left.Observe(10, Pass)
	right.Observe(10, Fail)
	if got := left.Summary().LargestPassing; got != 10 {
		t.Errorf("left has %d, want 10", got)
	}
	if got := right.Summary().LargestPassing; got != 5 {
		t.Errorf("right has %d, want 5", got)
	}
}

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		bracket Bracket
		want    []string // one for each mistake
	}{
		{Bracket{}, nil},
		{Bracket{Min: 3, Max: 3, Start: 3}, nil},
		{Bracket{Max: unlimited}, nil},
		{Bracket{Answers: []Answer{{-3, Verdict(8)}}}, nil},
		{Bracket{Min: -1}, []string{"Min"}},
		{Bracket{Max: -1}, []string{"Max"}},
		{Bracket{Max: -1, Start: 5}, []string{"Max"}},
		{Bracket{Max: math.MaxInt}, []string{"Max"}},
		{Bracket{Start: -1}, []string{"Start"}},
		{Bracket{Min: -1, Max: -1, Start: -1}, []string{"Min", "Max", "Start"}},
		{Bracket{Min: 5, Max: 4}, []string{"Min"}},
		{Bracket{Min: math.MaxInt}, []string{"Min"}},
		{Bracket{Min: 5, Start: 4}, []string{"Start"}},
		{Bracket{Max: 4, Start: 5}, []string{"Start"}},
		{Bracket{Start: math.MaxInt}, []string{"Start"}},
		{Bracket{Stride: -1}, []string{"Stride"}},
		{Bracket{Stride: math.MaxInt}, []string{"Stride"}},
		{Bracket{Stride: unlimited}, nil},
		{Bracket{Min: 5, Max: 3, Start: 9}, []string{"Min", "Start"}},
	} {
		var got []string
		if err := tc.bracket.Validate(); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		ok := len(got) == len(tc.want)
		for i := range min(len(got), len(tc.want)) {
			ok = ok && strings.HasPrefix(got[i], "search: "+tc.want[i]+" is ")
		}
		if !ok {
			t.Errorf("%+v: got %q, want mistakes in %v", tc.bracket, got, tc.want)
		}
		if _, open := tc.bracket.Next(); open != (tc.want == nil) {
			t.Errorf("%+v: Next reports %v", tc.bracket, open)
		}
	}
}
