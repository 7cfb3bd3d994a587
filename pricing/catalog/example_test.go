package catalog_test

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

func ExamplePrices_Quote() {
	quote, err := catalog.BuiltinPrices().Quote(catalog.Query{
		Accelerator: "H200", Commitment: catalog.OnDemand, AsOf: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}, catalog.Minimum)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(quote.PerHour, quote.Note())
	// Output:
	// $4.29 minimum on-demand, Crusoe Cloud H200 141GB HGX, 2026-09-20
}
