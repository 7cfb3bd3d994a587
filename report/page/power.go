package page

import (
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
)

// basisWords say what a power figure covers and how it was obtained.
var basisWords = map[pricing.Basis]string{
	pricing.MeasuredAccelerator: "accelerators only, measured under load",
	pricing.MeasuredNode:        "whole servers, measured by their own sensors under load",
	pricing.MeasuredWall:        "measured at the wall under load",
	pricing.TDP:                 "thermal design power of the accelerators, not measured",
	pricing.SystemMax:           "the most that the systems are specified for, not measured",
	pricing.AllInIT:             "with the share of hosts and network",
	pricing.AllInUtility:        "from the utility, cooling and losses included",
	pricing.RackProvisioned:     "provisioned for the racks, not measured",
}

// powerText says what a power figure covers.
func powerText(basis pricing.Basis, note string, pue float64) string {
	text, ok := basisWords[basis]
	if !ok {
		text = strings.ReplaceAll(string(basis), "_", " ")
	}
	if note != "" {
		text += " (" + chart.Cut(note, 300, 13) + ")"
	}
	if pue > 1 {
		text += ", PUE " + chart.Number(pue)
	}
	return text
}
