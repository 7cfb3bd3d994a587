package browser

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var other = flag.String("pages", "", "test the pages whose names match this `pattern`, in place of those of samples")

// samples is a folder with the pages of made-up reports that the tests of report/page write.
var samples = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "pages")
	if err != nil {
		return "", err
	}
	kept = append(kept, folder)
	write := exec.Command("go", "test", "./report/page", "-count=1", "-run", "^Test(Pages|PagesOfRequests|States)$", "-pages", folder)
	write.Dir = filepath.Join("..", "..")
	write.Stdout, write.Stderr = os.Stderr, os.Stderr
	return folder, write.Run()
})

var kept []string // folders to remove at the end

// The page of 12 systems and 4,000 phases is tested for what its size may change, and takes
// minutes for all else.
const largePage = "load.html"

// pages returns the files of the pages under test, but for the large one.
func pages(t *testing.T) (files []string) {
	t.Helper()
	for _, file := range allPages(t) {
		if filepath.Base(file) != largePage {
			files = append(files, file)
		}
	}
	return files
}

func allPages(t *testing.T) []string {
	t.Helper()
	needChromium(t)
	pattern := *other
	if pattern == "" {
		folder, err := samples()
		if err != nil {
			t.Fatal(err)
		}
		pattern = filepath.Join(folder, "*.html")
	}
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no page is called %s (%v)", pattern, err)
	}
	return files
}

// small reports whether a page is worth every variant of a test: those that have all kinds of
// charts do, and others have no kind that these lack.
func small(file string) bool {
	name := strings.TrimSuffix(filepath.Base(file), ".html")
	return name != "twelve" && name != "two-models" && name != "sweeps"
}
