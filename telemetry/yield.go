package telemetry

import (
	"fmt"

	"github.com/agentperf/agentperf-go/pricing"
)

// A Yield is what a measured power comes to for what was made with it.
type Yield struct {
	// Watts is the power, and Basis what it covers.
	Watts float64       `json:"watts"`
	Basis pricing.Basis `json:"basis"`
	// JoulesPerOutputToken is all energy over the tokens of output, and OutputTokensPerJoule
	// its inverse; nil if there was no output.
	JoulesPerOutputToken *float64 `json:"joules_per_output_token"`
	OutputTokensPerJoule *float64 `json:"output_tokens_per_joule"`
}

// Yields returns that of each figure that is known, with an output of the whole system in
// tokens per second over the same window. It is empty for nil.
func (p *Power) Yields(outputTokensPerSecond float64) (ys []Yield) {
	if p == nil {
		return nil
	}
	for i := range p.Figures {
		f := &p.Figures[i]
		if f.Watts == nil {
			continue
		}
		y := Yield{Watts: *f.Watts, Basis: f.Basis}
		if outputTokensPerSecond > 0 && y.Watts > 0 {
			y.JoulesPerOutputToken, y.OutputTokensPerJoule = new(y.Watts/outputTokensPerSecond), new(outputTokensPerSecond/y.Watts)
		}
		ys = append(ys, y)
	}
	return ys
}

// String returns the yield in words: "412 W (measured_accelerator), 0.41 J per output token,
// 2.4 output tokens per J".
func (y Yield) String() string {
	text := fmt.Sprintf("%.4g W (%s)", y.Watts, y.Basis)
	if y.JoulesPerOutputToken != nil && y.OutputTokensPerJoule != nil {
		text += fmt.Sprintf(", %.3g J per output token, %.3g output tokens per J", *y.JoulesPerOutputToken, *y.OutputTokensPerJoule)
	}
	return text
}

// Normalize divides a quantity of the whole system, such as a number of agents, by the power
// of each yield, and by the PUE of s where that applies; a nil s has none. What cannot be
// divided is left out.
func Normalize(yields []Yield, quantity float64, s *pricing.System) (all []pricing.Normalized) {
	for _, y := range yields {
		by := pricing.System{Power: pricing.Watts(y.Watts), Basis: y.Basis, PowerNote: "measured by this run"}
		plain := by
		if s != nil {
			by.PUE = s.PUE
		}
		n, err := by.Normalize(quantity)
		if err != nil { // PUE is not for accelerators alone
			n, err = plain.Normalize(quantity)
		}
		if err == nil {
			all = append(all, n)
		}
	}
	return all
}
