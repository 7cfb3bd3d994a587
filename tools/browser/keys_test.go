package browser

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// list writes strings as a list in JavaScript.
func list(words []string) string {
	text, _ := json.Marshal(words) // strings always encode
	return string(text)
}

// The arrow keys walk the marks of a chart, the text of each goes to the live region, and
// Escape ends it.
func TestKeysReadTheMarks(t *testing.T) {
	for _, file := range pages(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := open(t, file, view{})
			charts := eval[int](p, `window.plots = [...document.querySelectorAll('.plot[tabindex]')].filter(e => e.checkVisibility() && e.querySelector('.m,.bar')), plots.length`)
			const ringed, announced = `document.querySelectorAll('.m.on,.bar.on').length`, `document.querySelector('[aria-live]').textContent`
			for i := range charts {
				p.focus(`plots[` + strconv.Itoa(i) + `]`)
				p.press("Home")
				first := eval[string](p, announced)
				p.press("End")
				last, marks := eval[string](p, announced), eval[int](p, `plots[`+strconv.Itoa(i)+`].querySelectorAll('.m,.bar').length`)
				if first == "" || marks > 1 && last == first {
					t.Errorf("chart %d of %d marks: Home reads %q, End %q", i, marks, first, last)
				}
				if n := eval[int](p, ringed); n == 0 {
					t.Errorf("chart %d: no mark is ringed", i)
				}
				p.press("Escape")
				if n := eval[int](p, ringed); n != 0 {
					t.Errorf("chart %d: %d marks are ringed after Escape", i, n)
				}
			}
			t.Logf("%d charts", charts)
		})
	}
}

// A row of the phase table that has the focus rings its phase in the charts, and the point of its
// number of agents, and nothing else; and pointing at a phase marks its row.
func TestRowsRingTheirMarks(t *testing.T) {
	for _, file := range pages(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := open(t, file, view{})
			rows := eval[int](p, `window.links = [...document.querySelectorAll('tr[data-k] a')].filter(e => e.checkVisibility()), links.length`)
			const ringed = `((k, g) => k && [...document.querySelectorAll('svg .m.on')].some(m => m.dataset.k === k) && [...document.querySelectorAll('.m.on')].every(m => m.dataset.k === k || m.dataset.k === g))`
			for i := range min(rows, 20) {
				p.focus(`links[` + strconv.Itoa(i) + `]`)
				if row := `links[` + strconv.Itoa(i) + `].closest('tr').dataset`; !eval[bool](p, ringed+`(`+row+`.k, `+row+`.g)`) {
					t.Errorf("row %d rings another mark or none", i)
				}
			}
			eval[bool](p, `document.activeElement.blur(), true`)
			steps := eval[int](p, `window.steps = [...document.querySelectorAll('.srch svg .m.step')].filter(e => e.checkVisibility()), steps.length`)
			if steps < rows || (steps == 0) != (rows == 0) {
				t.Errorf("%d phases are drawn, of %d rows", steps, rows)
			}
			for i := range min(steps, 20) {
				step := `steps[` + strconv.Itoa(i) + `]`
				eval[bool](p, step+`.scrollIntoView({block: 'center'}), new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
				at := eval[[]float64](p, `(r => [r.x + r.width / 2, r.y + r.height / 2])(`+step+`.querySelector('use').getBoundingClientRect())`)
				p.must(chromedp.Do(p.ctx, chromedp.MouseEvent("mouseMoved", at[0], at[1])))
				// Marks may lie on each other: the phase that is found is one there.
				if !eval[bool](p, `(on => on.length && on.some(tr => tr.querySelector('a') && document.querySelector('svg .m.on[data-k="' + tr.dataset.k + '"]')))([...document.querySelectorAll('tr.on')])`) {
					t.Errorf("pointing at phase %d marks no row of its own", i)
				}
			}
		})
	}
}

// focus gives an element the focus where it stands; scrolling would hide what focus shows.
func (p *tab) focus(element string) {
	p.t.Helper()
	eval[bool](p, element+`.scrollIntoView({block: 'center'}), new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
	eval[bool](p, element+`.focus({preventScroll: true}), true`)
}
