package browser

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"testing"
)

//go:embed texts.js
var textsJS string

type texts struct {
	Count int      `json:"count"`
	Found []string `json:"found"`
}

// From the narrowest phones to a screen on the wall; 820 is where columns become one.
var widths = []int{320, 390, 600, 820, 1000, 1280, 1920}

// No two texts of a chart overlap and none leaves the window, in every position of every
// switch.
func TestTextsAreApart(t *testing.T) {
	for _, file := range allPages(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := open(t, file, view{})
			count, states, seen := 0, 0, map[string]bool{}
			for _, width := range widths {
				p.resize(width)
				each := p.eachState
				if filepath.Base(file) == largePage {
					each = func(f func(string)) { f("") }
				}
				each(func(state string) {
					got := eval[texts](p, textsJS)
					count, states = count+got.Count, states+1
					for _, fault := range got.Found {
						if !seen[fault] { // once, at the first width that shows it
							seen[fault] = true
							t.Errorf("%d px%s: %s", width, state, fault)
						}
					}
				})
			}
			t.Logf("%d texts in %d states", count, states)
		})
	}
}

// eachState calls f in each position of each switch that is shown, within each position of
// the first switch, which is the model's.
func (p *tab) eachState(f func(state string)) {
	p.t.Helper()
	models := p.switches("model")
	if len(models) == 0 {
		models = []string{""}
	}
	for _, model := range models {
		p.choose(model)
		f(" " + model)
		for _, s := range p.switches("") {
			p.choose(s)
			f(fmt.Sprint(" ", model, " ", s))
		}
	}
}

// switches returns the radio buttons that are shown: those of a name, or else all but those of
// the model, and of what is on paper.
func (p *tab) switches(name string) []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll('input[type=radio]')].filter(e =>
		(%q ? e.name === %[1]q : e.name !== 'model' && e.name !== 'paper') && e.parentNode.getClientRects().length).map(e => e.id)`, name))
}

func (p *tab) choose(id string) {
	p.t.Helper()
	if id != "" {
		eval[bool](p, fmt.Sprintf(`document.getElementById(%q).click(), true`, id))
	}
}
