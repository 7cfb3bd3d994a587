package page

import (
	"html/template"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// A section is a part of the page with a heading.
type section struct {
	// ID is unique in the page: letters, digits and hyphens.
	ID string
	// Model is the index of the model that the section is about, and which the switch of
	// models shows; -1 for a section that is always shown.
	Model int
	Title string
	// Lede is what the section finds, in a sentence or two; empty for nothing.
	Lede string
	// Control stands above the figures, such as the row of systems; empty for none.
	Control template.HTML
	Figures []chart.Figure
	// rules are those of the switches in it, which apply on screens that know :has.
	rules string
}
