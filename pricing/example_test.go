package pricing_test

import (
	"fmt"

	"github.com/agentperf/agentperf-go/pricing"
)

// 8 accelerators at $2 an hour that put out 10,000 tokens per second.
func ExampleCostPerMillion() {
	cost, err := pricing.CostPerMillion(2*pricing.Dollar, 8, 10_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cost.Text(3), "for a million input and a million output tokens, at as many of each")
	// Output:
	// $0.444 for a million input and a million output tokens, at as many of each
}

// The published result of a GB300 NVL72 at 20 tokens per second and 10 s.
func ExampleSystem_Normalize() {
	s := pricing.System{
		Accelerators: 32, Power: 32 * 937, Basis: pricing.MeasuredAccelerator, RackAccelerators: 72,
	}
	n, err := s.Normalize(1840)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range n.Lines("agents") {
		fmt.Println(line)
	}
	// Output:
	// 57.5 agents per accelerator
	// 61.37 agents per kW (measured_accelerator)
	// 61366 agents per MW (measured_accelerator)
	// 4140 agents per rack of 72 (extrapolated; inferred formula)
}

// Tokens of a kind without a rate are an error, and never free.
func ExampleRates_Cost() {
	input, output := pricing.Dollar, 4*pricing.Dollar
	rates := pricing.Rates{Input: &input, Output: &output}
	fmt.Println(rates.Cost(pricing.Tokens{Input: 2_000_000, Output: 500_000}))
	fmt.Println(rates.Cost(pricing.Tokens{CachedInput: 1}))
	// Output:
	// {$2.00 $0.00 $2.00} <nil>
	// {$0.00 $0.00 $0.00} pricing: tokens without a rate: 1 cached input tokens
}
