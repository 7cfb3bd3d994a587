package agentperftest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// artifacts are the files of one check.
type artifacts struct {
	tb       testing.TB
	folder   string
	requests *os.File
}

// newArtifacts returns the files of a check in a new folder of tb.ArtifactDir(), which is the
// same for all checks of a test.
func newArtifacts(tb testing.TB, agents int) *artifacts {
	tb.Helper()
	a := &artifacts{tb: tb}
	err := fs.ErrExist
	for i := 1; errors.Is(err, fs.ErrExist); i++ {
		a.folder = filepath.Join(tb.ArtifactDir(), fmt.Sprintf("%d-agents", agents))
		if i > 1 {
			a.folder += fmt.Sprintf("-%d", i)
		}
		err = os.Mkdir(a.folder, 0o777)
	}
	if err == nil {
		a.requests, err = os.Create(filepath.Join(a.folder, "requests.jsonl"))
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { a.requests.Close() })
	return a
}

// tee returns a writer of requests that writes to w, too, if there is one.
func (a *artifacts) tee(w io.Writer) io.Writer {
	if w == nil {
		return a.requests
	}
	return io.MultiWriter(a.requests, w)
}

// save writes report and table, and says where the files are.
func (a *artifacts) save(r *agentperf.Report) string {
	a.tb.Helper()
	text, err := json.MarshalIndent(r, "", "  ")
	err = errors.Join(err, os.WriteFile(filepath.Join(a.folder, "report.json"), append(text, '\n'), 0o666),
		os.WriteFile(filepath.Join(a.folder, "table.txt"), []byte(table(r)), 0o666), a.requests.Close())
	if err != nil {
		a.tb.Error(err)
	}
	kept := ""
	if f := flag.Lookup("test.artifacts"); f == nil || f.Value.String() != "true" {
		kept = "; go test -artifacts keeps them"
	}
	return fmt.Sprintf("report.json, table.txt and requests.jsonl are in %s%s", a.folder, kept)
}
