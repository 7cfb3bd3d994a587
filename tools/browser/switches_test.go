package browser

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// Each position of each switch, by mouse and by keys, is the only one chosen, and what is
// shown differs from that of the others; without script as with it.
func TestSwitches(t *testing.T) {
	for _, file := range pages(t) {
		for name, v := range map[string]view{"script": {}, "no script": {noScript: true}} {
			if name == "script" && !small(file) {
				continue
			}
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				p := open(t, file, v)
				groups := eval[[][]string](p, `Object.values(Object.groupBy([...document.querySelectorAll('input[type=radio]')].filter(e =>
					e.name !== 'paper' && e.parentNode.getClientRects().length), e => e.name)).map(g => g.map(e => e.id))`)
				for _, group := range groups {
					var views []string
					for _, id := range group {
						p.click(id)
						views = append(views, p.position(group, id))
					}
					for i, a := range views {
						if slices.Index(views, a) != i {
							t.Errorf("%s shows the same as %s", group[i], group[slices.Index(views, a)])
						}
					}
					p.click(group[0])
					for i, id := range group[1:] { // the arrow keys move through a group
						p.press("ArrowRight")
						if got := p.position(group, id); got != views[i+1] {
							t.Errorf("%s by key does not show what it does by mouse", id)
						}
					}
					p.click(group[0])
				}
				t.Logf("%d switches", len(groups))
			})
		}
	}
}

// click clicks an input with the mouse, as its label is where the input is.
func (p *tab) click(id string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`document.getElementById(%q).scrollIntoView({block: 'center'}), true`, id))
	at := eval[[]float64](p, fmt.Sprintf(`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.getElementById(%q).parentNode.getBoundingClientRect())`, id))
	p.must(chromedp.Do(p.ctx, chromedp.MouseClickXY(at[0], at[1])))
}

// position returns which charts are shown, and where; id must be the one that is chosen.
func (p *tab) position(group []string, id string) string {
	p.t.Helper()
	chosen := eval[[]string](p, fmt.Sprintf(`%s.filter(id => document.getElementById(id).checked)`, list(group)))
	if len(chosen) != 1 || chosen[0] != id {
		p.t.Errorf("chosen are %q, want %q", chosen, id)
	}
	return eval[string](p, `[...document.querySelectorAll('svg[role=img]')].map((e, i) => [e, i]).filter(x => x[0].checkVisibility()).map(x => x[1]).join()`)
}
