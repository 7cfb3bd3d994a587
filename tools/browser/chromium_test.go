package browser

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is one browser for all tests, started by the first that needs it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU,
		// Nothing resolves: what the page asks for beyond itself fails, and is seen.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses root a sandbox
	}
	ctx, stopBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTabs := chromedp.NewContext(ctx)
	stop = func() { closeTabs(); stopBrowser() }
	return ctx, chromedp.Do(ctx)
})

var stop = func() {}

func TestMain(m *testing.M) {
	status := m.Run()
	stop()
	for _, folder := range kept {
		os.RemoveAll(folder)
	}
	os.Exit(status)
}

// find returns the path of a Chromium: $CHROMIUM, or the first of the usual names.
func find() (string, error) {
	var err error
	for _, name := range []string{cmp.Or(os.Getenv("CHROMIUM"), "chromium"), "chromium-browser", "google-chrome", "google-chrome-stable"} {
		var path string
		if path, err = exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", err
}

// needChromium skips a test where there is no browser, and fails it where there is one
// that does not start.
func needChromium(t *testing.T) context.Context {
	t.Helper()
	if _, err := find(); err != nil {
		t.Skip("no Chromium here; apt-get install chromium, or CHROMIUM=its path")
	}
	ctx, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// patience is for a browser that hangs; no test expects to wait for it.
const patience = 3 * time.Minute
