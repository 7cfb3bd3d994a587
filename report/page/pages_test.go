package page

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
)

var pages = flag.String("pages", "", "write the pages of samples into this `folder`, to be looked at")

// samples are the cases of a page.
func samples() map[string][]*report.Report {
	all := twelve(0)
	two := append(all[:5:5], sample{name: "demo", model: "simulated", speed: 800, half: 8, controlled: true, invalid: 7}.search())
	return map[string][]*report.Report{
		"none": nil, "one": all[:1], "two-models": two, "twelve": all, "load": twelve(loadPhases),
		"sweeps": sweepSamples(), "all": append(two, sweepSamples()...), "long-names": append(longNames(), namesakes()...),
	}
}

func write(t testing.TB, reports []*report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, reports, Options{Title: "samples", Note: "All of it is made up.", Prices: catalog.BuiltinPrices()}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The pages that need more than reports.
func TestPagesOfRequests(t *testing.T) {
	reports, requests := requestSamples()
	var out bytes.Buffer
	if err := Write(&out, reports, Options{Title: "samples", Note: "All of it is made up.", Requests: requests}); err != nil {
		t.Fatal(err)
	}
	checkMarkup(t, out.Bytes())
	if n := bytes.Count(out.Bytes(), []byte("Inside the phases around the limit")); n != 2*2 { // of systems, levels
		t.Errorf("%d figures", n)
	}
	if out.Len() > 600_000 {
		t.Errorf("%d bytes", out.Len())
	}
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, "requests.html"), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPages(t *testing.T) {
	for name, reports := range samples() {
		text := write(t, reports)
		if !bytes.Equal(text, write(t, reports)) {
			t.Errorf("%s: the same reports gave other bytes", name)
		}
		if *pages != "" {
			if err := os.WriteFile(filepath.Join(*pages, name+".html"), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
