package browser

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// In dark mode the same texts and marks are shown on the dark ground.
func TestDark(t *testing.T) {
	for _, file := range pages(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			const marks, ground = `document.querySelectorAll('.m,.bar,.ln').length`, `getComputedStyle(document.body).backgroundColor`
			light, dark := open(t, file, view{}), open(t, file, view{dark: true})
			if a, b := light.shown(), dark.shown(); !slices.Equal(a, b) {
				t.Errorf("%d texts in light colors, %d in dark ones", len(a), len(b))
			}
			if a, b := eval[int](light, marks), eval[int](dark, marks); a != b {
				t.Errorf("%d marks in light colors, %d in dark ones", a, b)
			}
			if a, b := eval[string](light, ground), eval[string](dark, ground); a != "rgb(255, 255, 255)" || b != "rgb(16, 19, 22)" {
				t.Errorf("grounds are %s and %s", a, b)
			}
			// A mark that has the color of the ground cannot be seen.
			invisible := eval[[]string](dark, `[...document.querySelectorAll('.m use:not(.x),.bar rect.fb')].filter(e => e.checkVisibility()).filter(e => {
				const s = getComputedStyle(e), g = getComputedStyle(document.body).backgroundColor;
				return s.fill === g && (s.stroke === g || s.stroke === 'none');
			}).map(e => e.outerHTML)`)
			if len(invisible) > 0 {
				t.Errorf("%d marks cannot be seen, such as %s", len(invisible), strings.Join(invisible[:1], ""))
			}
		})
	}
}
