package catalog_test

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// checkRead demands of whatever was read that it is good and is written and read
// back as it is, and of an error that it names the file.
func checkRead(t *testing.T, prices catalog.Prices, err error) {
	t.Helper()
	if err != nil {
		if len(prices) > 0 || !strings.Contains(err.Error(), "f.in") {
			t.Fatalf("%d prices with %v", len(prices), err)
		}
		return
	}
	for _, p := range prices {
		if p.PerHour <= 0 || p.PerInstance < 0 || p.Provider == "" || p.Date.IsZero() && p.Date.Year() != 1 {
			t.Fatalf("%+v", p)
		}
	}
	var b bytes.Buffer
	if err := catalog.WritePrices(&b, prices); err != nil {
		t.Fatal(err)
	}
	written := b.String()
	back, err := catalog.ReadPrices("back", &b)
	if err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	// CSV knows one end of a line, and blanks around fields do not count.
	if diff := cmp.Diff(blankless(prices), blankless(back)); diff != "" {
		t.Fatal(diff)
	}
}

func blankless(all catalog.Prices) catalog.Prices {
	out := make(catalog.Prices, 0, len(all))
	for _, p := range all {
		for _, s := range []*string{&p.Provider, &p.Accelerator, &p.Instance, &p.Region, &p.Variant, &p.SourceTitle, &p.Source, &p.Confidence, &p.Notes} {
			*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
		}
		out = append(out, p)
	}
	return out
}

func FuzzReadPrices(f *testing.F) {
	f.Add("provider,accelerator,commitment,price_per_gpu_hour_usd,price_date\nx,H100,spot,1.25,2026-01-31\n")
	f.Add("provider,accelerator,commitment,price_per_gpu_hour_usd,price_date,notes\nx,H100,1yr,1,2026-01-31,\"a\n\"\"b\"\"\"\n")
	f.Add("provider\n")
	f.Add("\xfe\xff\xff\xff\xaf") // UTF-16
	f.Fuzz(func(t *testing.T, text string) {
		prices, err := catalog.ReadPrices("f.in", strings.NewReader(text))
		if err != nil && !regexp.MustCompile(`(:|line )\d+|f\.in is `).MatchString(err.Error()) {
			t.Fatalf("no line in %v", err)
		}
		checkRead(t, prices, err)
	})
}

func FuzzReadSkyPilot(f *testing.F) {
	f.Add(skyPilot)
	f.Add("InstanceType,AcceleratorName,AcceleratorCount,Price\na,H100,8.0,1e-3\n")
	f.Fuzz(func(t *testing.T, text string) {
		prices, _, err := catalog.ReadSkyPilot("f.in", "Cloud", day("2026-11-05"), strings.NewReader(text))
		checkRead(t, prices, err)
	})
}

func FuzzReadAzure(f *testing.F) {
	f.Add(azurePage)
	f.Add(`{"Items":[]}{"Items":[{"armSkuName":"Standard_NC40ads_H100_v5","type":"Consumption","retailPrice":1}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		prices, _, err := catalog.ReadAzure("f.in", day("2026-11-05"), strings.NewReader(text))
		checkRead(t, prices, err)
	})
}

func FuzzReadAccelerators(f *testing.F) {
	f.Add("accelerator,tdp_w,systems_per_rack\nX,700,4\nY,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := catalog.ReadAccelerators("f.in", strings.NewReader(text))
		if err != nil {
			if !strings.Contains(err.Error(), "f.in") {
				t.Fatal(err)
			}
			return
		}
		var b bytes.Buffer
		if err := catalog.WriteAccelerators(&b, all); err != nil {
			t.Fatal(err)
		}
		if back, err := catalog.ReadAccelerators("back", &b); err != nil || len(back) != len(all) {
			t.Fatalf("%d and %d, %v", len(all), len(back), err)
		}
	})
}

func FuzzReadResults(f *testing.F) {
	f.Add("system,accelerator,model,slo,agents,date,source,strength\ns,H100,m,20@10s,more than 12,2026-11,us,V\n")
	f.Add("system,accelerator,model,tier,agents_per_mw,date,source,strength\ns,H100,m,1,about 1e3,2026-11-02,us,M\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := catalog.ReadResults("f.in", strings.NewReader(text))
		if err != nil {
			if len(all) > 0 || !strings.Contains(err.Error(), "f.in") {
				t.Fatalf("%d results with %v", len(all), err)
			}
			return
		}
		for _, r := range all {
			if r.Agents == nil && r.PerAccelerator == nil && r.PerMW == nil || r.Source == "" || r.Tier < 0 || r.Tier == 0 && r.SLO == "" {
				t.Fatalf("%+v", r)
			}
			for _, figure := range []*catalog.Figure{r.Agents, r.PerAccelerator, r.PerMW, r.PerDollarHour(1)} {
				if figure != nil && !(figure.Value >= 0 && figure.Value < math.Inf(1)) {
					t.Fatalf("%+v", figure)
				}
			}
		}
	})
}
