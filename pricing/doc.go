// Package pricing turns throughput and capacity into money and power: the cost of
// a million tokens, and capacity per accelerator, per kW, per $/hour and per rack.
//
//	system := pricing.System{
//		Accelerators: 8, Price: 5 * pricing.Dollar / 2,
//		Power: 5200, Basis: pricing.MeasuredWall, RackAccelerators: 32,
//	}
//	cost, err := system.CostPerMillion(10_000) // output tokens per second
//	if err != nil {
//		return err
//	}
//	per, err := system.Normalize(64) // agents
//	fmt.Println(cost, *per.PerKW)
//
// Money is exact: [USD] counts picodollars, and an amount that is not a whole
// number of them is rounded once. What is unknown is an error or left out; it is
// never free and never guessed. Package catalog has prices of accelerators.
//
// # The basis travels with the number
//
// Power is measured and stated in ways that differ by a factor of two for the
// same system: the sum of TDPs, the accelerators' draw under load, the draw at the
// wall socket, the nameplate, the whole facility. A figure per kW therefore
// carries its [Basis], and figures of different bases must not be compared; see
// [SameBasis].
package pricing
