package format

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// TestDocumentation holds the tables of the package documentation against the code.
func TestDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, bound := range []struct {
		what  string
		limit int
	}{
		{"files in a folder", maxFiles},
		{"bytes of a manifest", maxManifest},
		{"bytes of a file read as a whole", maxDocument},
		{"bytes of a compressed file", maxUnpacked},
		{"bytes of a line", maxLine},
		{"levels of nested JSON", jsonscan.MaxDepth},
		{"messages of a request", maxMessages},
		{"requests of a Weka session", maxRequests},
		{"spans and log records in relation", maxSpans},
		{"tokens of a Weka block", maxBlock},
		{"tokens of a request or answer", maxPrompt},
		{"the same, in rows", maxTokens},
		{"other counts", maxCount},
		{"milliseconds of a delay or answer", maxMillis},
		{"bytes of an ID, name or path", maxText},
		{"mistakes reported", maxProblems},
		{"findings", maxFindings},
	} {
		found := regexp.MustCompile(`(?m)^//\t` + regexp.QuoteMeta(bound.what) + ` +([0-9,]+)$`).FindSubmatch(doc)
		if found == nil || strings.ReplaceAll(string(found[1]), ",", "") != fmt.Sprint(bound.limit) {
			t.Errorf("%s: the table has %q, the limit is %d", bound.what, found, bound.limit)
		}
	}
	var formats []Format
	for _, name := range regexp.MustCompile(`(?m)^//\t([a-z-]+)  +[^ 0-9]`).FindAllSubmatch(doc, -1) {
		formats = append(formats, Format(name[1]))
	}
	if got, want := fmt.Sprint(formats), fmt.Sprint(Formats()); got != want {
		t.Errorf("the documentation lists the formats %s, the package reads %s", got, want)
	}
}
