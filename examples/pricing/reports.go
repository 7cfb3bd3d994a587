package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/pricing"
)

// reportsSchema names the layout of the JSON of reports.
const reportsSchema = "pricing.reports/1"

// column is the figures of one report.
type column struct {
	File     string         `json:"file"`
	System   pricing.System `json:"system"`
	Figures  []figure       `json:"figures"`
	Warnings []string       `json:"warnings,omitempty"`
}

// showReports puts the reports side by side.
func showReports(o *options, w io.Writer) error {
	all, err := readAll(o)
	if err != nil {
		return err
	}
	var bases []pricing.Basis
	for _, r := range all {
		bases = append(bases, r.system.Basis)
	}
	if err := pricing.SameBasis(bases...); err != nil && !o.mixed {
		return fmt.Errorf("%w; see -mixed-bases", err)
	}
	var columns []column
	for _, r := range all {
		figures, err := r.figures()
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		columns = append(columns, column{r.Name, r.system, figures, r.warnings})
	}
	switch {
	case o.json:
		return writeJSON(w, struct {
			Schema  string   `json:"schema"`
			Reports []column `json:"reports"`
		}{reportsSchema, columns})
	case o.csv:
		return reportsCSV(w, columns)
	}
	return reportsTable(w, columns)
}

// reportsCSV writes a line for each figure.
func reportsCSV(w io.Writer, columns []column) error {
	rows := [][]string{{"file", "figure", "value", "unit", "bound", "note"}}
	for _, c := range columns {
		for _, f := range c.Figures {
			value := ""
			if f.Value != nil {
				value = strconv.FormatFloat(*f.Value, 'g', -1, 64)
			}
			rows = append(rows, []string{c.File, f.Name, value, f.Unit, f.Bound, f.Note})
		}
		for _, warning := range c.Warnings {
			rows = append(rows, []string{c.File, "warning", "", "", "", warning})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// reportsTable prints a column for each report and a row for each figure. A figure that
// only a later report has comes after the one before it there.
func reportsTable(w io.Writer, columns []column) error {
	var order, head []string
	cells := make(map[string][]string)
	for i, c := range columns {
		head = append(head, c.File)
		after := -1
		for _, f := range c.Figures {
			if cells[f.Name] == nil {
				order, cells[f.Name] = slices.Insert(order, after+1, f.Name), slices.Repeat([]string{"-"}, len(columns))
			}
			after = slices.Index(order, f.Name)
			if text := f.cell(); text != "" {
				cells[f.Name][i] = text
			}
		}
	}
	var b strings.Builder
	var t plain.Table
	t.Words(append([]string{""}, head...)...)
	for _, row := range order {
		t.Row(append([]string{row}, cells[row]...)...)
	}
	b.WriteString(t.String())
	b.WriteString("\nThe formulas of per $/hour and per rack are inferred: only the axes are published.\n")
	for _, c := range columns {
		for _, warning := range c.Warnings {
			b.WriteString(plain.Text(c.File+": "+warning) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
