package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// readCase reads a file of testdata, dated 2026-11-30.
func readCase(t *testing.T, file string) (catalog.Prices, []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read := func() (catalog.Prices, []string, error) {
		return catalog.ReadSkyPilot(file, "X", day("2026-11-30"), f)
	}
	if strings.HasPrefix(file, "azure") {
		read = func() (catalog.Prices, []string, error) { return catalog.ReadAzure(file, day("2026-11-30"), f) }
	}
	prices, warnings, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return prices, warnings
}

// lines returns prices in a few words each, sorted.
func lines(prices catalog.Prices) (list []string) {
	for _, p := range prices {
		list = append(list, fmt.Sprint(p.Accelerator, " ", p.Commitment, " ", p.Scope, " ", p.PerHour.Short(), " ", p.Variant))
	}
	slices.Sort(list)
	return list
}

// What public price lists hold, and the right price of each.
func TestCases(t *testing.T) {
	for _, tt := range []struct {
		file     string
		want     []string
		warnings string
	}{
		{"skypilot_forms.csv", []string{"H100-NVL on_demand whole_instance $1.50 ", "H100-SXM on_demand whole_instance $1.87 "}, ""},
		{"skypilot_accelerator_rows.csv", []string{
			"H100-SXM on_demand gpu_only $9.80 zone us-central1-a", "H100-SXM spot gpu_only $2.50 zone us-central1-a",
			"TPU-v6e on_demand gpu_only $2.70 zone us-central1-b", "TPU-v6e on_demand gpu_only $2.70 zone us-central1-b",
			"TPU-v6e spot gpu_only $0.544 zone us-central1-b", "TPU-v6e spot gpu_only $0.544 zone us-central1-b",
		}, "2 prices that stand for an unknown one were left out"},
		{"skypilot_twice.csv", []string{"H200-SXM on_demand whole_instance $10.00 ", "H200-SXM on_demand whole_instance $5.00 "}, ""},
		{"azure_list.json", []string{"H100-SXM on_demand whole_instance $12.29 meter ND96isr H100 v5"}, ""},
		{"azure_utf16.json", []string{"H100-SXM on_demand whole_instance $12.29 meter ND96isr H100 v5"}, ""},
		{"azure_meters.json", []string{"H100-SXM on_demand whole_instance $12.29 meter ND96isr H100 v5"}, "1 prices that are not in force on 2026-11-30 were left out"},
	} {
		prices, warnings := readCase(t, tt.file)
		if got := lines(prices); !slices.Equal(got, tt.want) || strings.Join(warnings, "|") != tt.warnings {
			t.Errorf("%s: %q, %q; want %q, %q", tt.file, got, warnings, tt.want, tt.warnings)
		}
	}
	for _, tt := range []struct {
		file       string
		commitment catalog.Commitment
		note       string
	}{
		{"skypilot_twice.csv", catalog.OnDemand, "$5.00 minimum on-demand, X gpu8, 2026-11-30"},
		{"skypilot_zones.csv", catalog.Spot, "$1.80 minimum spot, X p5.48xlarge, zone us-east-1b, 2026-11-30"},
		{"azure_meters.json", catalog.OnDemand, "$12.29 minimum on-demand, Azure Standard_ND96isr_H100_v5, meter ND96isr H100 v5, 2026-11-30"},
	} {
		prices, _ := readCase(t, tt.file)
		q := catalog.Query{Accelerator: prices[0].Accelerator, Commitment: tt.commitment, AsOf: day("2026-11-30")}
		for range 2 {
			quote, err := prices.Quote(q, catalog.Minimum)
			if got := quote.PerHour.String() + " " + quote.Note(); err != nil || got != tt.note {
				t.Errorf("%s: %s, %v; want %s", tt.file, got, err, tt.note)
			}
			slices.Reverse(prices) // the order of the rows does not matter
		}
	}
}

// The form of an accelerator follows from the columns beside its name, or is unknown.
func TestSkyPilotForms(t *testing.T) {
	const gpu = `"{'Gpus': [{'Name': '%s', 'Count': %d, 'MemoryInfo': {'SizeInMiB': %d}}]}"`
	for row, want := range map[string]string{
		"1x-H100_PCIE-32,H100,1,":                                                   "H100-PCIe",
		"1x-H100_SXM-32,H100,1," + fmt.Sprintf(gpu, "H100", 1, 95830):               "H100 (form unknown)", // SXM cards have 80 GB
		"1x-H100_NVL-32,H100,1," + fmt.Sprintf(gpu, "H100", 1, 81559):               "H100 (form unknown)",
		"2x-H100-32,H100,2," + fmt.Sprintf(gpu, "H100", 2, 191660):                  "H100-NVL", // of both together
		"1x_H100_SECURE,H100,1.0," + fmt.Sprintf(gpu, "H100 PCIe", 1, 80):           "H100-PCIe",
		"8x_X,H100,8," + fmt.Sprintf(gpu, "H100 NVL", 8, 94):                        "H100-NVL",
		"n3-H100x8-NVLink,H100-80G-PCIe-NVLink,8,":                                  "H100-PCIe", // NVLink is no NVL
		"n3-H100-SXM5x8,H100-80G-SXM5,8,":                                           "H100-SXM",
		"n3-H100x8,H100,8,":                                                         "H100-PCIe", // Hyperstack's
		"paperspace_H100,H100,1," + fmt.Sprintf(gpu, "H100", 1, 80):                 "H100 (form unknown)",
		"some_H100x8,H100,8," + fmt.Sprintf(gpu, "H100", 8, 80):                     "H100-SXM",
		"8H100.80S.176V,H100,8,":                                                    "H100-SXM",
		"1H100.80S.30V,H100,1,":                                                     "H100-SXM",
		"p5.4xlarge,H100,1,":                                                        "H100-SXM",
		"a3-highgpu-1g,H100,1,":                                                     "H100-SXM",
		"a3-megagpu-8g,H100-MEGA,8,":                                                "H100-SXM",
		"gpu-h100x1-80gb,H100,1,":                                                   "H100-SXM",
		"Standard_NC40ads_H100_v5,H100,1," + fmt.Sprintf(gpu, "H100", 1, 81920):     "H100-NVL", // Azure's, whatever the memory
		"1x-H200_NVL-32,H200,1," + fmt.Sprintf(gpu, "H200", 1, 143771):              "H200-NVL",
		"1x-H200-32,H200,1," + fmt.Sprintf(gpu, "H200", 1, 143771):                  "H200 (form unknown)",
		"8x-H200-32,H200,8," + fmt.Sprintf(gpu, "H200", 8, 1150168):                 "H200-SXM",
		"1x-A100_PCIE-32,A100,1," + fmt.Sprintf(gpu, "A100", 1, 81920):              "A100-80GB-PCIe",
		"2x-A100_SXM4-32,A100,2," + fmt.Sprintf(gpu, "A100", 2, 81920):              "A100-40GB-SXM",
		"1x_A100-80GB_SECURE,A100-80GB,1.0," + fmt.Sprintf(gpu, "A100 PCIe", 1, 80): "A100-80GB-PCIe",
		",A100,16," + fmt.Sprintf(gpu, "A100", 16, 40960):                           "A100-40GB-SXM",
		",H100,1," + fmt.Sprintf(gpu, "", 1, 81920):                                 "H100-SXM", // Google Cloud's
		"gpu_8x_b200_sxm6,B200,8,":                                                  "B200",
		"x,GH200,1,":                                                                "GH200",
		",tpu-v5p-8,1,":                                                             "TPU-v5p", // of 4 chips
		",tpu-v5litepod-8,1,":                                                       "TPU-v5e",
	} {
		text := "InstanceType,AcceleratorName,AcceleratorCount,GpuInfo,Price\n" + row + ",8\n"
		got, _, err := catalog.ReadSkyPilot("vms.csv", "X", day("2026-11-30"), strings.NewReader(text))
		if err != nil || len(got) != 1 || got[0].Accelerator != want {
			t.Errorf("%s: %v, %v; want %s", row, got, err, want)
		}
	}
	if catalog.SameAccelerator("H100", "H100 (form unknown)") {
		t.Error("an unknown form is taken for SXM")
	}
}

// Chips are counted, and numbers that stand for an unknown price are not prices.
func TestSkyPilotSlicesAndUnknownPrices(t *testing.T) {
	const head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region,AvailabilityZone\n"
	for row, want := range map[string]string{
		",tpu-v5p-8,1,16.8,,r,z":              "TPU-v5p $4.20 4", // 8 cores
		",tpu-v4-8,1,12.88,,r,z":              "TPU-v4 $3.22 4",
		",tpu-v2-8,1,4.5,,r,z":                "TPU-v2 $1.13 4",
		",tpu-v6e-1,1,2.7,,r,z":               "TPU-v6e $2.70 1",
		",tpu-v9x-8,1,5,,r,z":                 "1 rows of slices of unknown size were left out",
		",tpu7x-8,1,5,,r,z":                   "1 rows of slices of unknown size were left out",
		",tpu-v6e-8,1,21.6,700.0,r,z":         "1 prices that stand for an unknown one were left outTPU-v6e $2.70 8",
		",tpu-v6e-256,1,700.0,,r,z":           "1 prices that stand for an unknown one were left out",
		"a_sxm,H100,8,9999,,r,z":              "1 prices that stand for an unknown one were left out",
		"a_sxm,H100,1,999999.0,,r,z":          "1 prices that stand for an unknown one were left out",
		"a_sxm,H100,8,500,500,r,z":            "2 prices that stand for an unknown one were left out",
		"a_sxm,H100,1,1000,,r,z":              "1 prices that stand for an unknown one were left out",
		"a_sxm,H100,8,nan,None,r,z":           "",
		"a_sxm,H100,8,142.40,,r,z":            "H100-SXM $17.80 8",
		"1x_H100_SXM_COMMUNITY,H100,1,2,,r,z": "H100-SXM $2.00 1 community",
	} {
		prices, warnings, err := catalog.ReadSkyPilot("vms.csv", "X", day("2026-11-30"), strings.NewReader(head+row+"\n"))
		var got strings.Builder
		got.WriteString(strings.Join(warnings, "|"))
		for _, p := range prices {
			got.WriteString(fmt.Sprint(p.Accelerator, " ", p.PerHour.Text(2), " ", p.PerInstance))
			if p.Scope == catalog.Community {
				got.WriteString(" community")
			}
		}
		if err != nil || got.String() != want {
			t.Errorf("%s: %q, %v; want %q", row, got.String(), err, want)
		}
	}
}
