package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/agentperf/agentperf-go/report"
)

// Whatever a report says, reading and showing it ends well, and what is shown obeys nobody.
func FuzzRead(f *testing.F) {
	seed := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(bytes.ReplaceAll(text, []byte(`"figures":{`), []byte(`"figures":null,"invalid_figures":{`)))
	}
	seed(known().Agentperf)
	seed(knownSweep().SLT)
	for _, number := range []*int64{nil, new(int64(-3)), new(int64(0)), new(int64(1)), new(int64(math.MaxInt64))} {
		a, s := (&filler{text: hostileText, number: number}).reports(f)
		seed(a)
		seed(s)
	}
	f.Add([]byte(`{"schema":"agentperf.report/2","phases":[{"agents":-1}],"tiers":[{"max_agents":-3,"first_failing_agents":0,"numbers":[{"agents":0,"phases":[0]}]}],"numbers":[{"phases":[0]}],"audit":{"outcome":"x","checks":[{}]},"preflight":{}}`))
	f.Add([]byte(`{"schema":"slt.report/2","levels":[{"concurrency":-1,"figures":{}},{"figures":{"median_output_speed_tokens_per_second":0}}],"at_speed":[{"between_concurrencies":[1]},{"case":"interpolated","output_tokens_per_second":-1}],"system":{"accelerators":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := report.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for name, write := range map[string]func(io.Writer) error{
			"table": func(w io.Writer) error {
				if r.SLT != nil {
					return r.SLT.WriteTable(w)
				}
				return r.Agentperf.WriteTable(w)
			},
			"markdown": func(w io.Writer) error { return report.WriteMarkdown(w, r) },
			"benchfmt": func(w io.Writer) error { return report.WriteBenchfmt(w, r) },
			"csv":      func(w io.Writer) error { return report.WritePhasesCSV(w, r) },
			"openmetrics": func(w io.Writer) error {
				report.WriteOpenMetrics(w, r) // may refuse series that are there twice
				return nil
			},
			"comparison": func(w io.Writer) error {
				c, err := report.Compare(r, r, report.CompareOptions{Ignore: []string{"WorkloadSHA256"}})
				if err != nil {
					return err
				}
				if c.Outcome() == report.Better || c.Outcome() == report.Worse {
					t.Errorf("a report is %s than itself: %+v", c.Outcome(), c.Tiers)
				}
				if _, err := json.Marshal(c); err != nil {
					return err
				}
				return c.WriteTable(w)
			},
		} {
			var b strings.Builder
			if err := write(&b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }); i >= 0 {
				t.Errorf("%s has %q", name, b.String()[i:min(i+10, b.Len())])
			}
		}
	})
}
