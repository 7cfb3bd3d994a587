// Package pricing turns throughput and capacity into money and power: what a
// million tokens cost, and how much a system gives per accelerator, per kW, per
// dollar and hour and per rack. It holds dated price and power data, and reads
// the user's own.
//
// Money is exact: [USD] counts picodollars, and a figure that is not a whole
// number of them is rounded once. What is not known is an error or left out;
// it is never free, and never guessed.
//
// # The basis travels with the number
//
// Power is measured and stated in ways that differ by a factor of two for one
// system: the sum of TDPs, the accelerators' draw under load, the wall socket,
// the nameplate, the whole facility. A figure per kW therefore carries its
// [Basis], and figures of different bases are not to be compared; see
// [SameBasis]. Likewise a price carries its statistic, date and commitment; see
// [Quote].
package pricing
