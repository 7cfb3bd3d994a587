package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// In the shape of SkyPilot's files: columns in another order than elsewhere, a
// Python dictionary, fractions of an accelerator, machines without any.
const skyPilot = `InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region,GPUInfo
gpu_8x_h100_sxm5,H100,8.0,208.0,1800.0,31.92,,us-west-1,"{'Gpus': [{'Name': 'H100', 'Count': 8.0}]}"
gpu_1x_h100_pcie,H100,1.0,26.0,200.0,3.2899999999999996,2.5,us-west-1,
Standard_NC80adis_H100_v5,H100,2,80,640,13.96,1.4e1,eastus,
half,B200,0.5,10,90,3.5,,us-east-1,
cpu_4x,,,4,16,0.2,,us-west-1,
free,H200,8,4,16,0,,us-west-1,
none,H200,0,4,16,10,,us-west-1,
`

func TestSkyPilot(t *testing.T) {
	got, warnings, err := catalog.ReadSkyPilot("vms.csv", "Cloud", time.Date(2026, 11, 5, 17, 0, 0, 0, time.UTC), strings.NewReader(skyPilot))
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	want := []struct {
		accelerator string
		perInstance int
		commitment  catalog.Commitment
		price       string
	}{
		{"H100-SXM", 8, catalog.OnDemand, "3.99"},
		{"H100-PCIe", 1, catalog.OnDemand, "3.29"}, // noise beyond a picodollar is rounded away
		{"H100-PCIe", 1, catalog.Spot, "2.50"},
		{"H100-NVL", 2, catalog.OnDemand, "6.98"},
		{"H100-NVL", 2, catalog.Spot, "7.00"},
		{"B200", 0, catalog.OnDemand, "7.00"},
	}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, w := range want {
		p := got[i]
		if p.Accelerator != w.accelerator || p.PerInstance != w.perInstance || p.Commitment != w.commitment || p.PerHour != usd(w.price) || p.Provider != "Cloud" || !p.Date.Equal(day("2026-11-05")) {
			t.Errorf("%+v, want %+v", p, w)
		}
	}
	const head = "InstanceType,AcceleratorName,AcceleratorCount,Price\n"
	for text, words := range map[string]string{
		head + "a,H100,inf,1\n":     `v.csv:2: acceleratorcount is "inf"`,
		head + "a,H100,8,1e400\n":   `v.csv:2: price is "1e400"`,
		head + "a,H100,8,-1\n":      `v.csv:2: price is "-1"`,
		head + "a,H100,-8,1\n":      `v.csv:2: acceleratorcount is "-8"`,
		head + "a,H100,8,1/2\n":     `v.csv:2: price is "1/2"`,
		head + "a,H100,1e6,1e-7\n":  "v.csv:2: price",
		"InstanceType,Price\na,1\n": "v.csv:1: there is no column acceleratorname",
		"":                          "v.csv is empty",
	} {
		if got, _, err := catalog.ReadSkyPilot("v.csv", "Cloud", day("2026-11-05"), strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if _, _, err := catalog.ReadSkyPilot("v.csv", "", time.Time{}, strings.NewReader(skyPilot)); err == nil {
		t.Error("prices of nobody, of no day")
	}
}

// In the shape of Azure's answers. The reservation is 551,221 for a year of
// eight, whatever its unit says.
const azurePage = `{"BillingCurrency":"USD","CustomerEntityId":"Default","Items":[
{"currencyCode":"USD","retailPrice":98.32,"armRegionName":"eastus","meterName":"ND96isr H100 v5","productName":"Virtual Machines NDsrH100v5 Series","armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":40.0,"armRegionName":"eastus","meterName":"ND96isr H100 v5 Spot","productName":"Virtual Machines NDsrH100v5 Series","armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":20.0,"armRegionName":"eastus","meterName":"ND96isr H100 v5 Low Priority","productName":"Virtual Machines NDsrH100v5 Series","armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":99.0,"armRegionName":"eastus","meterName":"ND96isr H100 v5","productName":"Virtual Machines NDsrH100v5 Series Windows","armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":551221.0,"armRegionName":"eastus","meterName":"ND96isr H100 v5","productName":"Virtual Machines NDsrH100v5 Series","armSkuName":"Standard_ND96isr_H100_v5","type":"Reservation","reservationTerm":"1 Year","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":1134324.0,"armRegionName":"eastus","meterName":"ND96isr H100 v5","productName":"Virtual Machines NDsrH100v5 Series","armSkuName":"Standard_ND96isr_H100_v5","type":"Reservation","reservationTerm":"3 Years","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":0.1,"armRegionName":"eastus","meterName":"B2s","productName":"Virtual Machines BS Series","armSkuName":"Standard_B2s","type":"Consumption","unitOfMeasure":"1 Hour"},
{"currencyCode":"USD","retailPrice":6.98,"armRegionName":"westus3","meterName":"NC40ads H100 v5","productName":"x","armSkuName":"Standard_NC40ads_H100_v5","type":"Consumption","unitOfMeasure":"1 Hour"}
],"NextPageLink":"https://prices.example/next","Count":8}
`

func TestAzure(t *testing.T) {
	last := `{"BillingCurrency":"USD","Items":[],"NextPageLink":null,"Count":0}`
	got, warnings, err := catalog.ReadAzure("azure.json", day("2026-11-05"), strings.NewReader(azurePage+last))
	if err != nil || len(warnings) != 1 || warnings[0] != "1 items of other sizes were left out" {
		t.Fatalf("%q, %v", warnings, err)
	}
	want := []struct {
		accelerator string
		commitment  catalog.Commitment
		price       string // to 3 decimals
	}{
		{"H100-SXM", catalog.OnDemand, "$12.290"},
		{"H100-SXM", catalog.Spot, "$5.000"},
		{"H100-SXM", catalog.OneYear, "$7.866"},
		{"H100-SXM", catalog.ThreeYear, "$5.395"},
		{"H100-NVL", catalog.OnDemand, "$6.980"},
	}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, w := range want {
		if p := got[i]; p.Accelerator != w.accelerator || p.Commitment != w.commitment || p.PerHour.Text(3) != w.price || p.Provider != "Azure" {
			t.Errorf("%+v, want %+v", p, w)
		}
	}
	if _, warnings, err := catalog.ReadAzure("azure.json", day("2026-11-05"), strings.NewReader(azurePage)); err != nil || !strings.Contains(strings.Join(warnings, "|"), "another after it") {
		t.Errorf("%q, %v", warnings, err)
	}
	for text, words := range map[string]string{
		"":                                     "a.json:1: not a page",
		"{\n\"Items\":[\n{]}":                  "a.json:3: not a page",
		"{}":                                   "a.json:1: a page has no Items",
		`{"BillingCurrency":"EUR","Items":[]}`: `BillingCurrency is "EUR", expected USD`,
		strings.Replace(azurePage, "98.32", "-1", 1):                                            `item 0 ("Standard_ND96isr_H100_v5"): retailPrice is "-1"`,
		strings.Replace(azurePage, `"1 Hour"`, `"100 Hours"`, 1):                                `item 0 ("Standard_ND96isr_H100_v5"): unitOfMeasure is "100 Hours"`,
		azurePage + strings.Replace(azurePage, `"retailPrice":40.0`, `"retailPrice":"much"`, 1): "a.json:",
		azurePage + "\n\nnonsense":                                                              "a.json:13: not a page",
	} {
		if got, _, err := catalog.ReadAzure("a.json", day("2026-11-05"), strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%.200q: %v, %v; want %q", text, got, err, words)
		}
	}
}
