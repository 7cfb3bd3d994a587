package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// A price that is not stale is not compared with one that is.
func TestFreshPricesWin(t *testing.T) {
	all, err := catalog.ReadPrices("p.csv", strings.NewReader(`provider,accelerator,commitment,price_per_gpu_hour_usd,price_date,instance_name
X,H100,on_demand,2,2026-08-01,old
X,H100,on_demand,5,2026-11-01,new
Y,H100,on_demand,1,2026-08-01,old
Z,H100,on_demand,6,2026-10-01,new
`))
	if err != nil {
		t.Fatal(err)
	}
	q := catalog.Query{Accelerator: "H100", Commitment: catalog.OnDemand, AsOf: day("2026-11-30")}
	got, err := all.Quote(q, catalog.Minimum)
	if err != nil || got.PerHour != usd("5") || texts(got.Warnings) != "a lower price of Y, $1.00, is 121 days old (2026-08-01) and does not count" {
		t.Errorf("%v, %q, %v", got.PerHour, got.Warnings, err)
	}
	// Y has no other: (5 + 1 + 6) / 3.
	if got, err := all.Quote(q, catalog.Average); err != nil || got.PerHour != usd("4") || len(got.Warnings) != 1 {
		t.Errorf("%v, %q, %v", got.PerHour, got.Warnings, err)
	}
	var each []string
	for _, p := range all.Lowest(q) {
		each = append(each, p.Provider+" "+p.PerHour.String())
	}
	if want := []string{"X $5.00", "Y $1.00", "Z $6.00"}; !slices.Equal(each, want) {
		t.Errorf("%q, want %q", each, want)
	}
	q.AsOf = day("2026-08-30") // the day on which all of those there are were new
	if got, err := all.Quote(q, catalog.Minimum); err != nil || got.PerHour != usd("1") || len(got.Warnings) != 0 {
		t.Errorf("%v, %q, %v", got.PerHour, got.Warnings, err)
	}
}

// The nine of the page are known by the names that others use, too, and one that is not of
// them does not count.
func TestPageProviders(t *testing.T) {
	nine := catalog.PageProviders()
	q := catalog.Query{Providers: nine, Accelerator: "H100", Commitment: catalog.OnDemand, AsOf: day("2026-11-23")}
	if got := catalog.BuiltinPrices().Lowest(q); len(nine) != 9 || len(got) != 9 {
		t.Errorf("%d prices of %d providers", len(got), len(nine))
	}
	q.Accelerator, q.Commitment = "H200", catalog.OneYear
	if got := catalog.BuiltinPrices().Select(q); len(got) != 0 { // Qubrid AI's
		t.Errorf("%v", got)
	}
	gcp := catalog.Prices{{Provider: "GCP", Accelerator: "H100", Commitment: catalog.OnDemand, Scope: catalog.WholeInstance, PerHour: usd("1"), Date: day("2026-11-22")}}
	q.Accelerator, q.Commitment = "H100", catalog.OnDemand
	if got, err := append(gcp, catalog.BuiltinPrices()...).Quote(q, catalog.Average); err != nil || len(got.From) != 9 {
		t.Errorf("%v, %v", got.From, err)
	}
	if s := q.String(); !strings.Contains(s, "of AWS, Azure, CoreWeave") {
		t.Error(s)
	}
}

// Of a meter's prices the one in force counts, and of several meters the lowest.
func TestAzurePricesInForce(t *testing.T) {
	item := func(price, meter, start, end, more string) string {
		return `{"retailPrice":` + price + `,"armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","meterName":"` + meter + `","effectiveStartDate":"` + start + `","effectiveEndDate":"` + end + `"` + more + `}`
	}
	a := item("120", "a", "2023-06-01T00:00:00Z", "", "")
	later := item("88", "a", "2024-06-01T00:00:00Z", "", "")
	ended := item("8", "b", "2023-06-01T00:00:00Z", "2026-11-30T00:00:00Z", "")
	future := item("16", "b", "2026-12-01T00:00:00Z", "", "")
	other := item("80", "c", "2023-06-01T00:00:00", "2099-01-01", "")
	large := item("40", "a", "2024-06-01T00:00:00Z", "", `,"tierMinimumUnits":100`)
	for text, want := range map[string]string{
		a:                             "$15.00",
		"[" + a + "," + later + "]":   "$11.00",
		later + a:                     "$11.00",
		a + "\n" + ended:              "$15.00",
		"[" + future + "," + a + "]":  "$15.00",
		later + other:                 "$10.00",
		other + later:                 "$10.00",
		later + large:                 "$11.00",
		`[{"Items":[` + later + `]}]`: "$11.00",
	} {
		prices, _, err := catalog.ReadAzure("azure.json", day("2026-11-30"), strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := prices.Quote(catalog.Query{Accelerator: "H100", Commitment: catalog.OnDemand, AsOf: day("2026-11-30")}, catalog.Minimum)
		if err != nil || got.PerHour.Short() != want {
			t.Errorf("%s: %v, %v; want %s", text, got.PerHour, err, want)
		}
	}
}

// What a file is instead of a price list is said in words of the file.
func TestWordsAboutFiles(t *testing.T) {
	for text, words := range map[string]string{
		"":                            "a.json:1: not a page of Azure's prices: it is empty",
		"5":                           "a.json:1: not a page of Azure's prices: it is a number, expected an object",
		"[[]]":                        "a.json:1: not a page of Azure's prices: it is a list, expected an object",
		"[\n{}]":                      "a.json:2: a page has no Items",
		"[\n{\"Items\":[]},\n":        "a.json:3: not a page of Azure's prices: it ends in the middle of a value",
		`{"Items":{}}`:                "a.json:1: not a page of Azure's prices: Items is an object, expected a list",
		`{"Items":[5]}`:               "a.json: item 0: it is a number, expected an object",
		`{"Items":[{"meterName":5}]}`: "a.json: item 0: meterName is a number, expected text",
		`{"Items":[{"armSkuName":"Standard_NC40ads_H100_v5","type":"Consumption","retailPrice":1,"effectiveEndDate":"soon"}]}`: `item 0 ("Standard_NC40ads_H100_v5"): effectiveEndDate is "soon", expected an instant`,
		"<html>":                   "a.json:1: not a page of Azure's prices: it is not JSON",
		"\x1f\x8b\x08":             "a.json is compressed with gzip, expected text",
		"PK\x03\x04":               "a.json is a ZIP archive or a spreadsheet, expected text",
		"\xff\xfe{":                "a.json is UTF-16 and ends in the middle of a character",
		"{\x00}\x00":               "a.json:1: there is a zero byte, expected text in UTF-8",
		"\xfe\xff\x00{\x00\n\x00!": "a.json:2: not a page of Azure's prices: it is not JSON",
	} {
		prices, _, err := catalog.ReadAzure("a.json", day("2026-11-05"), strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q: %v, %v; want %q", text, prices, err, words)
		}
	}
	if _, err := catalog.ReadPrices("p.csv", strings.NewReader("provider;accelerator\nX;H100\n")); err == nil || !strings.Contains(err.Error(), "expected comma-separated values") {
		t.Error(err)
	}
}
