package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// priceList returns a file in SkyPilot's layout with rows of 200 kinds of accelerator at 800 sizes
// in 40 regions and 120 zones.
func priceList(rows int) string {
	var b strings.Builder
	b.WriteString("InstanceType,AcceleratorName,AcceleratorCount,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n")
	for i := range rows {
		name := "H100"
		if i%2 > 0 {
			name = fmt.Sprint("B", i%200)
		}
		fmt.Fprintf(&b, "i%d_sxm,%s,8,x,%d.5,%d.25,r%d,z%d\n", i%800, name, 20+i%37, 10+i%31, i%40, i%120)
	}
	return b.String()
}

// Reading and selecting take time in proportion to the rows.
func BenchmarkSkyPilot(b *testing.B) {
	for _, rows := range []int{2000, 32000} {
		b.Run(fmt.Sprint("rows=", rows), func(b *testing.B) {
			text := priceList(rows)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				prices, _, err := catalog.ReadSkyPilot("vms.csv", "X", day("2026-11-30"), strings.NewReader(text))
				if err != nil || len(prices) != 2*rows {
					b.Fatal(len(prices), err)
				}
				if got := prices.Lowest(catalog.Query{Commitment: catalog.OnDemand, AsOf: day("2026-11-30")}); len(got) != 101 {
					b.Fatal(len(got))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}
