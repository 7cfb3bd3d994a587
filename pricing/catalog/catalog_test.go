package catalog_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func usd(s string) pricing.USD {
	u, err := pricing.ParseUSD(s)
	if err != nil {
		panic(err)
	}
	return u
}

func texts(warnings []catalog.Warning) string {
	var list []string
	for _, w := range warnings {
		list = append(list, w.Text)
	}
	return strings.Join(list, "|")
}

// The lowest whole-instance price of each provider on demand, as of November
// 2026, against those transcribed by hand.
func TestBuiltinOnDemand(t *testing.T) {
	prices := catalog.BuiltinPrices()
	if len(prices) != 85 {
		t.Errorf("%d prices, want 85", len(prices))
	}
	accelerators := []string{"H100", "H200", "B200", "B300", "GB200", "MI300X"}
	for provider, want := range map[string][]string{
		"AWS":          {"6.88", "7.912", "14.2416", "17.802", "", ""},
		"Azure":        {"12.29", "10.60", "", "", "", ""}, // 11.061 without InfiniBand is of July
		"Google Cloud": {"10.9791", "", "", "", "", ""},    // the others are of the GPU alone
		"CoreWeave":    {"6.155", "6.305", "8.60", "", "10.50", ""},
		"Lambda":       {"3.99", "", "6.69", "", "", ""},
		"Nebius":       {"4.50", "5.40", "8.50", "9.50", "", ""},
		"Crusoe Cloud": {"3.90", "4.29", "", "", "", "3.45"},
		"DigitalOcean": {"4.41", "4.47", "", "", "", "2.59"},
		"Runpod":       {"3.99", "4.59", "6.79", "7.89", "", "2.39"}, // Secure Cloud
	} {
		for i, a := range accelerators {
			q := catalog.Query{Providers: []string{provider}, Accelerator: a, Commitment: catalog.OnDemand, AsOf: day("2026-11-23")}
			got, err := prices.Quote(q, catalog.Minimum)
			switch {
			case want[i] == "" && !errors.Is(err, catalog.ErrNoPrice):
				t.Errorf("%s %s: %v, %v; want none", provider, a, got.PerHour, err)
			case want[i] != "" && (err != nil || got.PerHour != usd(want[i])):
				t.Errorf("%s %s: %v, %v; want %s", provider, a, got.PerHour, err, want[i])
			}
		}
	}
}

func TestQuote(t *testing.T) {
	prices := catalog.BuiltinPrices()
	h100 := catalog.Query{Accelerator: "h100 sxm5", Commitment: catalog.OnDemand, AsOf: day("2026-11-23")}
	low, err := prices.Quote(h100, catalog.Minimum)
	if err != nil || low.PerHour != usd("3.90") || low.Name != "minimum on-demand" || low.Note() != "minimum on-demand, Crusoe Cloud H100 80GB HGX, 2026-09-20" || len(low.Warnings) != 0 {
		t.Errorf("%+v, %v", low, err)
	}
	// (6.88 + 12.29 + 10.9791 + 6.155 + 3.99 + 4.50 + 3.90 + 4.41 + 3.99) / 9.
	mean, err := prices.Quote(h100, catalog.Average)
	if err != nil || mean.PerHour.Text(4) != "$6.3438" || mean.Name != "average on-demand" || len(mean.From) != 9 {
		t.Errorf("%v of %d, %v", mean.PerHour, len(mean.From), err)
	}
	if note := mean.Note(); note != "average on-demand of 9 providers, 2026-09-18 to 2026-11-09" {
		t.Error(note)
	}
	if len(mean.Warnings) != 0 {
		t.Errorf("%q", mean.Warnings)
	}

	h100.Commitment = catalog.OneYear
	year, err := prices.Quote(h100, catalog.Minimum)
	if err != nil || year.PerHour != usd("7.8656") || year.Name != "lowest 1-year committed" {
		t.Errorf("%+v, %v", year, err)
	}
	if got := texts(year.Warnings); got != "the price of Azure is 119 days old (2026-07-27)|only one provider is known: Azure|lowest 1-year committed is $7.87, above the minimum on-demand, $3.90 (Crusoe Cloud): few providers publish prices with a commitment" {
		t.Error(got)
	}
	h100.Scope = catalog.GPUOnly
	if alone, err := prices.Quote(h100, catalog.Minimum); err != nil || alone.PerHour != usd("6.7988") || !strings.HasSuffix(alone.Note(), ", 2026-06-15, accelerator alone") || !strings.Contains(texts(alone.Warnings), "accelerator alone") {
		t.Errorf("%+v, %v", alone, err)
	}

	// A question about August knows nothing of October.
	nebius := catalog.Query{Providers: []string{"nebius"}, Accelerator: "H100-SXM", Commitment: catalog.OnDemand, AsOf: day("2026-08-31")}
	if got, err := prices.Quote(nebius, catalog.Minimum); err != nil || got.PerHour != usd("3.85") {
		t.Errorf("%v, %v", got.PerHour, err)
	}
	nebius.AsOf = time.Time{}
	if got, err := prices.Quote(nebius, catalog.Minimum); err != nil || got.PerHour != usd("4.50") {
		t.Errorf("%v, %v", got.PerHour, err)
	}

	google := catalog.Query{Providers: []string{"GCP"}, Accelerator: "B200", Commitment: catalog.OnDemand}
	if _, err := prices.Quote(google, catalog.Minimum); !errors.Is(err, catalog.ErrNoPrice) || !strings.Contains(err.Error(), "there are prices of scope gpu_only") {
		t.Errorf("%v", err)
	}
	for _, q := range []catalog.Query{{Accelerator: "H100"}, {Commitment: catalog.Spot}} {
		if _, err := prices.Quote(q, catalog.Minimum); err == nil {
			t.Errorf("%+v has a quote", q)
		}
	}
	if _, err := prices.Quote(h100, "median"); err == nil {
		t.Error("a median was quoted")
	}
}

func TestSelectTakesTheLatest(t *testing.T) {
	all, err := catalog.ReadPrices("p.csv", strings.NewReader(`Price_Date,provider,accelerator,commitment,price_per_gpu_hour_usd,instance_name,mood
2026-05-01,X,H100,on_demand,3,a,good
2026-06-01,x,H100-SXM,on_demand,4,a,"bad, very"
2026-04-01,X,H100,on_demand,2,a,
2026-01-01,X,H100,on_demand,5,b,
2026-06-01,X,H100-PCIe,on_demand,1,a,
`))
	if err != nil || len(all) != 5 {
		t.Fatal(len(all), err)
	}
	got := all.Select(catalog.Query{Providers: []string{"X"}, Accelerator: "H100"})
	if len(got) != 2 || got[0].PerHour != 4*pricing.Dollar || got[1].PerHour != 5*pricing.Dollar {
		t.Errorf("%v", got)
	}
}

func TestBadPrices(t *testing.T) {
	const head = "provider,accelerator,commitment,price_per_gpu_hour_usd,price_date,scope,gpus_per_instance\n"
	for name, tt := range map[string]struct{ text, words string }{
		"empty":            {"", "p.csv is empty"},
		"no such column":   {"provider,price\nx,1\n", "p.csv:1: there is no column accelerator"},
		"twice":            {"provider,Provider\n", `p.csv:1: there are two columns named "provider"`},
		"price":            {head + "x,H100,spot,cheap,2026-01-01,,\n", `p.csv:2: price_per_gpu_hour_usd is "cheap", expected an amount above 0`},
		"comma":            {head + "x,H100,spot,\"2,50\",2026-01-01,,\n", `p.csv:2: price_per_gpu_hour_usd is "2,50"`},
		"free":             {head + "x,H100,spot,0,2026-01-01,,\n", "p.csv:2: price_per_gpu_hour_usd"},
		"negative":         {head + "x,H100,spot,-1,2026-01-01,,\n", "p.csv:2: price_per_gpu_hour_usd"},
		"month 13":         {head + "x,H100,spot,1,2026-01-01,,\nx,H100,spot,1,2026-13-01,,\n", `p.csv:3: price_date is "2026-13-01", expected a day`},
		"commitment":       {head + "x,H100,forever,1,2026-01-01,,\n", `p.csv:2: commitment is "forever"`},
		"scope":            {head + "x,H100,spot,1,2026-01-01,half,\n", `p.csv:2: scope is "half"`},
		"count":            {head + "x,H100,spot,1,2026-01-01,,8.5\n", `p.csv:2: gpus_per_instance is "8.5"`},
		"no provider":      {head + " ,H100,spot,1,2026-01-01,,\n", `p.csv:2: provider is "", expected a name`},
		"fields":           {head + "x,H100,spot\n", "record on line 2: wrong number of fields"},
		"quote":            {head + "x,\"H100,spot,1\n", "line 2"},
		"lines of a field": {head + "\"x\ny\",H100,spot,1,2026-01-01,,\nx,H100,spot,?,2026-01-01,,\n", "p.csv:4: price"},
	} {
		if got, err := catalog.ReadPrices("p.csv", strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: %v, %v; want %q", name, got, err, tt.words)
		}
	}
	// Every bad row is named, up to ten.
	bad := head + strings.Repeat("x,H100,spot,?,2026-01-01,,\n", 50)
	if _, err := catalog.ReadPrices("p.csv", strings.NewReader(bad)); strings.Count(err.Error(), "p.csv:") != 10 {
		t.Errorf("%v", err)
	}
	// A byte-order mark, carriage returns and blanks are what spreadsheets write.
	good := "\ufeff" + strings.ReplaceAll(head+"x , H100,spot, 1.5,2026-01-01,,\n", "\n", "\r\n")
	if got, err := catalog.ReadPrices("p.csv", strings.NewReader(good)); err != nil || len(got) != 1 || got[0].Provider != "x" || got[0].Scope != catalog.WholeInstance {
		t.Errorf("%v, %v", got, err)
	}
}

// What is written is read back as it was.
func TestPricesRoundTrip(t *testing.T) {
	sky, _, err := catalog.ReadSkyPilot("vms.csv", "Lambda", day("2026-11-01"), strings.NewReader(skyPilot))
	if err != nil {
		t.Fatal(err)
	}
	azure, _, err := catalog.ReadAzure("azure.json", day("2026-11-01"), strings.NewReader(azurePage))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]catalog.Prices{"builtin": catalog.BuiltinPrices(), "SkyPilot": sky, "Azure": azure} {
		var b bytes.Buffer
		if err := catalog.WritePrices(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := catalog.ReadPrices(name, &b)
		if diff := cmp.Diff(want, got); err != nil || diff != "" || len(got) == 0 {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestAccelerators(t *testing.T) {
	all := catalog.BuiltinAccelerators()
	if len(all) != 18 {
		t.Errorf("%d accelerators, want 18", len(all))
	}
	b200, err := catalog.LookupAccelerator(all, "b200")
	if err != nil || *b200.TDP != 1000 || *b200.SystemMaxPowerKW != 14.3 || b200.PerSystem != 8 || b200.RackPowerKW != nil || *b200.MemoryGB != 180 {
		t.Errorf("%+v, %v", b200, err)
	}
	if h, err := catalog.LookupAccelerator(all, "H100"); err != nil || h.Name != "H100-SXM" || *h.RackPowerKW != 40.8 {
		t.Errorf("%+v, %v", h, err)
	}
	if a, err := catalog.LookupAccelerator(all, "H900"); err == nil || !strings.Contains(err.Error(), "GB300") {
		t.Errorf("%+v, %v", a, err)
	}
	var b bytes.Buffer
	if err := catalog.WriteAccelerators(&b, all); err != nil {
		t.Fatal(err)
	}
	back, err := catalog.ReadAccelerators("a.csv", &b)
	if diff := cmp.Diff(all, back); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for text, words := range map[string]string{
		"accelerator,tdp_w\nX,-5\n":              `a.csv:2: tdp_w is "-5", expected a number, 0 or more`,
		"accelerator,tdp_w\nX,NaN\n":             `a.csv:2: tdp_w`,
		"accelerator,tdp_w\nX,1\nx,2\n":          `a.csv:3: accelerator is "x", expected a name that no other row has`,
		"accelerator,systems_per_rack\nX,many\n": `a.csv:2: systems_per_rack is "many"`,
		"name\nX\n":                              "a.csv:1: there is no column accelerator",
	} {
		if got, err := catalog.ReadAccelerators("a.csv", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// A price that somebody has built wrong does not win.
func TestQuoteRefusesWhatIsNoPrice(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, wrong := range []pricing.USD{-1, 0} {
		prices := catalog.Prices{
			{Accelerator: "H100", Scope: catalog.WholeInstance, Provider: "a", Commitment: catalog.OnDemand, PerHour: 3 * pricing.Dollar, Date: day},
			{Accelerator: "H100", Scope: catalog.WholeInstance, Provider: "b", Commitment: catalog.OnDemand, PerHour: wrong, Date: day},
		}
		for _, s := range []catalog.Statistic{catalog.Minimum, catalog.Average} {
			q, err := prices.Quote(catalog.Query{Accelerator: "H100", Commitment: catalog.OnDemand, AsOf: day}, s)
			if err == nil || !strings.Contains(err.Error(), "H100 at b") {
				t.Errorf("%s with %v: %v, %v", s, wrong, q, err)
			}
		}
	}
}
