package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// table prints a table for each model, the prices and what there is to say of them.
func (all *results) table(w io.Writer) error {
	var b strings.Builder
	rest := slices.Clone(all.list)
	for len(rest) > 0 {
		model := rest[0].Model
		same := func(r result) bool {
			return model == r.Model || len(catalog.Results{r.PublishedResult}.Select(catalog.ResultQuery{Model: cmp.Or(model, "-")})) > 0
		}
		fmt.Fprintf(&b, "AA-AgentPerf, %s\n", plain.Text(cmp.Or(model, "model not stated")))
		var t plain.Table
		t.Words("System", "Accelerators", "Tier")
		t.Numbers("Agents", "Per accelerator", "Per MW")
		t.Numbers(all.labels("Per $/hour")...)
		t.Words("Date", "By", "Topology")
		for _, r := range rest {
			if same(r) {
				t.Row(r.cells()...)
			}
		}
		b.WriteString(t.String())
		rest = slices.DeleteFunc(rest, same)
		b.WriteByte('\n')
	}
	b.WriteString("* computed, not published. - not known. Power is what the accelerators drew under load; the formula of per $/hour is inferred.\nBy: P Artificial Analysis, V the vendor, S second-hand, I inferred, M measured by you; -json and -csv have the sources.\n\n")
	for i, name := range all.names {
		for _, p := range all.prices[i] {
			if p.perHour > 0 {
				fmt.Fprintf(&b, "%s: %s per accelerator-hour, %s\n", plain.Text(name), p.perHour.Short(), plain.Text(p.note))
			}
		}
	}
	for _, note := range all.notes {
		b.WriteString(plain.Text(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// labels returns the names of the columns of the prices.
func (all *results) labels(name string) (labels []string) {
	for _, p := range all.prices[0] {
		labels = append(labels, name+p.label)
	}
	return labels
}

// cells returns the row of a result.
func (r result) cells() []string {
	accelerators := r.Accelerator
	if r.Accelerators > 0 {
		accelerators = strings.TrimSpace(strconv.Itoa(r.Accelerators) + " " + r.Accelerator)
	}
	each, computed := r.Each()
	perAccelerator := cell(each)
	if computed {
		perAccelerator += "*"
	}
	row := []string{r.System, accelerators, cmp.Or(r.SLO, strconv.Itoa(r.Tier)), cell(r.Agents), perAccelerator, cell(r.PerMW)}
	for _, f := range r.perDollar {
		row = append(row, cell(f))
	}
	return append(row, r.Date, string(r.Strength), r.Topology)
}

// cell rounds a figure for people, after its "about" or "more than". A lower bound is rounded
// down.
func cell(f *catalog.Figure) string {
	if f == nil {
		return "-"
	}
	v := f.Value
	if low := f.Precision == catalog.AtLeast || f.Precision == catalog.MoreThan; low && v > 0 {
		digits := max(1, math.Pow(10, 3-math.Floor(math.Log10(v)))) // as number has
		v = math.Floor(v*digits*(1+1e-12)) / digits                 // 2.3 stays 2.3
	}
	return strings.TrimSpace(string(f.Precision) + " " + number(v))
}
