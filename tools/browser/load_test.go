package browser

import (
	"os"
	"path/filepath"
	"testing"
)

// largest is what a page may weigh: mail servers and chat programs take it as an attachment.
const largest = 5 << 20

// A page of any size stays under 5 MB. How long it takes to open is printed, not asserted.
func TestLoad(t *testing.T) {
	for _, file := range allPages(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if info.Size() > largest {
				t.Errorf("%d bytes, more than %d", info.Size(), largest)
			}
			p := open(t, file, view{})
			paint := `new Promise(done => new PerformanceObserver(l => done(Math.round(l.getEntries()[0].startTime))).observe({type: 'paint', buffered: true}))`
			t.Logf("%.2f MB, %d elements, first paint after %d ms, loaded after %d ms", float64(info.Size())/1e6, eval[int](p, `document.querySelectorAll('*').length`),
				eval[int](p, paint), eval[int](p, `Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)`))
		})
	}
}
