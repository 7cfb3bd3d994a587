package formats

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/agentperf/agentperf-go/internal/exposition"
)

// theirs returns the samples of a page, as Prometheus' own parser reads it.
func theirs(page string) (map[string]string, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	samples := make(map[string]string)
	for name, family := range families {
		for _, m := range family.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			add := func(suffix string, v float64, more ...string) {
				all := maps.Clone(labels)
				if len(more) > 0 {
					all[more[0]] = more[1]
				}
				samples[key(name+suffix, all)] = number(v, m.GetTimestampMs())
			}
			switch family.GetType() {
			case dto.MetricType_COUNTER:
				add("", m.GetCounter().GetValue())
			case dto.MetricType_GAUGE:
				add("", m.GetGauge().GetValue())
			case dto.MetricType_UNTYPED:
				add("", m.GetUntyped().GetValue())
			case dto.MetricType_SUMMARY:
				add("_count", float64(m.GetSummary().GetSampleCount()))
				add("_sum", m.GetSummary().GetSampleSum())
				for _, q := range m.GetSummary().GetQuantile() {
					add("", q.GetValue(), "quantile", fmt.Sprint(q.GetQuantile()))
				}
			case dto.MetricType_HISTOGRAM:
				add("_count", float64(m.GetHistogram().GetSampleCount()))
				add("_sum", m.GetHistogram().GetSampleSum())
				for _, b := range m.GetHistogram().GetBucket() {
					add("_bucket", float64(b.GetCumulativeCount()), "le", fmt.Sprint(b.GetUpperBound()))
				}
			}
		}
	}
	return samples, nil
}

// ours returns the same of the parser here, and how many lines it did not understand.
func ours(page string) (map[string]string, int) {
	samples := make(map[string]string)
	parser := exposition.Parser[string]{Make: func(name string, labels []exposition.Label) (string, bool) {
		all := make(map[string]string)
		for _, l := range labels {
			all[l.Name] = l.Value
		}
		return key(name, all), true
	}}
	malformed := parser.Parse([]byte(page), false, func(series string, v float64, ms int64) { samples[series] = number(v, ms) })
	return samples, malformed
}

func key(name string, labels map[string]string) string {
	for _, l := range slices.Sorted(maps.Keys(labels)) {
		value := labels[l]
		if v, err := strconv.ParseFloat(value, 64); err == nil && (l == "le" || l == "quantile") {
			value = fmt.Sprint(v) // 1.0 is 1
		}
		name += fmt.Sprintf("|%s=%q", l, value)
	}
	return name
}

func number(v float64, ms int64) string {
	if v == 0 {
		v = math.Abs(v)
	}
	return fmt.Sprintf("%v at %d", v, ms)
}

// same demands that both parsers read the same from a page.
func same(t *testing.T, page string) {
	t.Helper()
	want, err := theirs(page)
	if err != nil {
		t.Fatal(err)
	}
	got, malformed := ours(page)
	if malformed != 0 || len(want) == 0 {
		t.Errorf("%d malformed lines, %d samples", malformed, len(want))
	}
	for series, v := range want {
		if got[series] != v {
			t.Errorf("%s is %q, want %q", series, got[series], v)
		}
	}
	for series, v := range got {
		if want[series] == "" {
			t.Errorf("%s is %q, and not there", series, v)
		}
	}
}

const everything = `# HELP a Some help with a \\ and {braces="x"}
# TYPE a counter
a{b="1",c="} \"quoted\" \\ \n"} 3.0 1700000000123
a { b = "2" , } 1e3
# a comment

# TYPE h histogram
h_bucket{m="x",le="0.25"} 1
h_bucket{m="x",le="1.0"} 3
h_bucket{m="x",le="+Inf"} 4
h_sum{m="x"} 2.5
h_count{m="x"} 4
# TYPE s summary
s{quantile="0.5"} 7
s_sum 21
s_count 3
 untyped:name	-Inf
nan NaN
{"quoted.name",x="y"} 1
{"only name"} 2
empty{} 4 -5
`

func TestExposition(t *testing.T) {
	same(t, everything)
}

// Real pages, which are kept outside the repository.
func TestExpositionRecorded(t *testing.T) {
	pages, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "metrics", "*.txt"))
	if len(pages) == 0 {
		t.Skip("recorded pages are not there")
	}
	for _, name := range pages {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) { same(t, string(text)) })
	}
}

// What ours reads of a line, theirs reads as the same. Theirs also takes lines that are not in
// the format, such as a name with its value right behind it.
func FuzzExposition(f *testing.F) {
	for line := range strings.Lines(everything) {
		f.Add(strings.TrimSuffix(line, "\n"))
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r") || strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			return
		}
		line = strings.TrimRight(line, " \t") // which only ours allows
		want, err := theirs(line + "\n")
		got, malformed := ours(line + "\n")
		if malformed > 0 {
			return
		}
		if err != nil || !maps.Equal(want, got) {
			t.Fatalf("%q: %v and %v there, %v here", line, want, err, got)
		}
	})
}
