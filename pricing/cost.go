package pricing

import (
	"fmt"
	"math"
	"math/big"
)

// CostPerMillion returns the cost of a million output tokens:
//
//	price per accelerator-hour x accelerators x 1,000,000 / (throughput x 3600)
//
// with the output throughput of the system in tokens per second. It is the formula of
// Artificial Analysis' hardware page, where a query has 1,000 input and 1,000 output
// tokens and the throughput is that at 100 tokens per second per query: a million output
// tokens then come with a million input tokens, and the cost is that of both together.
// With other lengths it is the cost of a million output tokens and the input that came
// with them.
//
// The page uses the lowest 1-year committed price on the market; state the price that
// you use beside the figure. The result is rounded once, to a picodollar, half to even. A
// price of 0 is an error: an unknown price is not free.
func CostPerMillion(perAcceleratorHour USD, accelerators int, outputTokensPerSecond float64) (USD, error) {
	switch {
	case perAcceleratorHour <= 0:
		return 0, fmt.Errorf("pricing: the price per accelerator-hour is %v, expected more than 0", perAcceleratorHour)
	case accelerators < 1:
		return 0, fmt.Errorf("pricing: the number of accelerators is %d, expected 1 or more", accelerators)
	case !(outputTokensPerSecond > 0) || math.IsInf(outputTokensPerSecond, 0):
		return 0, fmt.Errorf("pricing: the throughput is %v tokens/s, expected a finite number above 0", outputTokensPerSecond)
	}
	const million, hour = 1_000_000, 3600
	bill := perAcceleratorHour.Rat()
	bill.Mul(bill, new(big.Rat).SetInt64(int64(accelerators)))
	bill.Mul(bill, big.NewRat(million, hour))
	return RoundUSD(bill.Quo(bill, new(big.Rat).SetFloat64(outputTokensPerSecond)))
}
