package browser

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write screenshots of the pages into this `folder`, to be looked at by eye")

// TestShots writes each page as a whole: on a wide screen and on a phone, light and dark, and on the
// wide screen as those see it who cannot tell some colors, or any.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("without -shots")
	}
	type look struct {
		view
		name, deficiency string
	}
	looks := []look{
		{view{width: 1280}, "1280-light", ""}, {view{width: 1280, dark: true}, "1280-dark", ""},
		{view{width: 390}, "390-light", ""}, {view{width: 390, dark: true}, "390-dark", ""},
	}
	for _, d := range []string{"protanopia", "deuteranopia", "tritanopia", "achromatopsia"} {
		looks = append(looks, look{view{width: 1280}, "1280-" + d, d}, look{view{width: 1280, dark: true}, "1280-dark-" + d, d})
	}
	for _, file := range pages(t) {
		for _, l := range looks {
			p := open(t, file, l.view)
			if l.deficiency != "" {
				command(p, emulation.SetEmulatedVisionDeficiency, emulation.SetEmulatedVisionDeficiencyParams{Type: emulation.SetEmulatedVisionDeficiencyType(l.deficiency)})
			}
			picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
			p.must(err)
			name := fmt.Sprintf("%s-%s.png", strings.TrimSuffix(filepath.Base(file), ".html"), l.name)
			p.must(os.WriteFile(filepath.Join(*shots, name), picture, 0o644))
		}
	}
}
