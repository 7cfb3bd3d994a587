package browser

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write screenshots of the pages into this `folder`, to be looked at by eye")

// TestShots writes each page as a whole: on a wide screen and on a phone, light and dark.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("without -shots")
	}
	for _, file := range pages(t) {
		for _, width := range []int{1280, 390} {
			for _, dark := range []bool{false, true} {
				p := open(t, file, view{width: width, dark: dark})
				picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
				p.must(err)
				name := fmt.Sprintf("%s-%d-%s.png", strings.TrimSuffix(filepath.Base(file), ".html"), width, map[bool]string{false: "light", true: "dark"}[dark])
				p.must(os.WriteFile(filepath.Join(*shots, name), picture, 0o644))
			}
		}
	}
}
