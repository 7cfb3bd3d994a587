package page

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
)

// lengthen sets every text in a value that is not one of a few words to a long one.
func lengthen(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			lengthen(v.Elem(), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			lengthen(v.Index(i), text)
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			lengthen(f, text)
		}
	}
}

// Every name in every report may have 2,000 bytes. It is cut once, and stands in full where what
// was tested is listed and nowhere else.
func TestNamesAreBounded(t *testing.T) {
	var reports []*report.Report
	for _, kind := range []string{"a", "b"} {
		long := strings.Repeat(kind+" name that goes on ", 105)
		s := sample{name: "x", model: "m", speed: 300, half: 10, invalid: 5, system: &pricing.System{Accelerator: "x", Accelerators: 8, Price: 1, PriceNote: "x", PowerNote: "x", RackNote: "x", Power: 1, RackAccelerators: 3}}
		r := s.search().Agentperf
		lengthen(reflect.ValueOf(r), long)
		w := sweepOf("x", "setup", levelFigures{1, 200, 200, 5}, levelFigures{32, 4000, 120, 9}, levelFigures{64, 8000, 80, 13})
		w.Levels[0].Invalid, w.Levels[0].InvalidFigures, w.Levels[0].Figures = "x", w.Levels[0].Figures, nil
		lengthen(reflect.ValueOf(w), long)
		reports = append(reports, &report.Report{Name: long, Agentperf: r}, &report.Report{Name: long, SLT: w})
	}
	long := strings.Repeat("an offer that goes on ", 90)
	prices := catalog.BuiltinPrices()[:20]
	prices = append(catalog.Prices{}, prices...)
	for i := range prices {
		lengthen(reflect.ValueOf(&prices[i]).Elem(), string(rune('a'+i))+long)
	}
	var out bytes.Buffer
	if err := Write(&out, reports, Options{Prices: prices}); err != nil {
		t.Fatal(err)
	}
	checkMarkup(t, out.Bytes())
	text := out.String()
	listed := regexp.MustCompile(`(?s)<dl>.*?</dl>|<ul>.*?</ul>| title="[^"]*"|<title>[^<]*</title>`)
	for _, found := range listed.FindAllString(text, -1) {
		if strings.HasPrefix(found, " title") && len(found) > 500 || strings.HasPrefix(found, "<title>") && len(found) > 1000 {
			t.Errorf("%d bytes: %.200s", len(found), found)
		}
	}
	goesOn := regexp.MustCompile(`(name that goes on ){12}|(an offer that goes on ){12}`)
	if found := goesOn.FindStringIndex(listed.ReplaceAllString(text, "")); found != nil {
		t.Errorf("a name in full: %.300s", listed.ReplaceAllString(text, "")[max(0, found[0]-200):])
	}
	if !strings.Contains(text, "<dt>Whole name</dt><dd>a name that goes on a name") {
		t.Error("the whole name is nowhere")
	}
	t.Logf("%d bytes", len(text))
	if len(text) > 700_000 {
		t.Errorf("%d bytes", len(text))
	}
}
