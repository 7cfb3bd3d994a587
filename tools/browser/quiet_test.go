package browser

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The page opens from a file with the network off, asks for nothing and says nothing on the
// console, whatever is pressed, with and without script.
func TestQuiet(t *testing.T) {
	for _, file := range allPages(t) {
		for name, v := range map[string]view{"script": {}, "no script": {noScript: true}, "dark": {dark: true}} {
			if name == "dark" && !small(file) {
				continue
			}
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				p := open(t, file, v)
				p.eachState(func(string) {})
				p.press("Tab", "Tab", "ArrowRight", "End", "Escape")
				if title, err := chromedp.Run(p.ctx, chromedp.Title()); err != nil || title == "" {
					t.Errorf("title %q, %v", title, err)
				}
				for _, said := range p.said() {
					t.Error(said)
				}
			})
		}
	}
}

// A page with every fault that these tests look for has each of them found.
func TestFaultsAreFound(t *testing.T) {
	p := open(t, "testdata/faulty.html", view{})
	for deadline := time.Now().Add(patience); len(p.said()) < 4 && time.Now().Before(deadline); {
		eval[bool](p, "new Promise(done => setTimeout(() => done(true), 10))")
	}
	found := strings.Join(append(p.said(), eval[texts](p, textsJS).Found...), "\n")
	for _, want := range []string{
		"console.log", "chatter", "exception", "thrown", "request: https://example.com/picture.png",
		`chart: "first" lies on "second"`, `chart: "outside" leaves the window`, "px wide",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not in\n%s", want, found)
		}
	}
	if strings.Contains(found, "apart") {
		t.Errorf("a text that is apart from others was found:\n%s", found)
	}
	if lost := lostOnPaper(p); len(lost) != 1 || lost[0] != "Lost on paper" {
		t.Errorf("lost on paper: %q", lost)
	}
}
