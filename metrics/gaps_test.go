package metrics

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Gaps that went to another process and back answer as before, exact and as a histogram.
func TestGapsJSON(t *testing.T) {
	for _, n := range []int{0, 3, 3 * DefaultExact} {
		var g, back Gaps
		for i := range n {
			g.event(time.Duration(i+1) * time.Millisecond)
			g.tokens(time.Duration(i+1)*time.Millisecond, 2)
		}
		text, err := json.Marshal(&g)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []float64{0, 25, 50, 99, 100} {
			a, _ := g.InterEvent().At(p)
			b, _ := back.InterEvent().At(p)
			c, _ := g.InterToken().At(p)
			d, _ := back.InterToken().At(p)
			if diff := cmp.Diff([]float64{a, c}, []float64{b, d}); diff != "" {
				t.Errorf("n %d, P%v: %s", n, p, diff)
			}
		}
		if back.InterEvent().N() != n || back.InterToken().N() != 2*n {
			t.Errorf("%d and %d gaps, want %d and %d", back.InterEvent().N(), back.InterToken().N(), n, 2*n)
		}
	}
	var g Gaps
	for _, text := range []string{"{}x", `{"inter_event":null}`, `{"inter_event":{"n":-1}}`} {
		if json.Unmarshal([]byte(text), &g) == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
