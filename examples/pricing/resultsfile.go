package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// resultsSchema names the layout of the JSON of results.
const resultsSchema = "pricing.results/1"

// csv writes a line for each result, under the names that catalog.ReadResults reads.
func (all *results) csv(w io.Writer) error {
	head := []string{"system", "accelerator", "accelerators", "topology", "model", "tier", "slo", "agents", "agents_per_accelerator", "agents_per_mw"}
	head = append(head, all.labels("agents_per_dollar_hour")...)
	rows := [][]string{append(head, "date", "source", "strength", "notes")}
	count := func(n int) string { return strings.TrimPrefix(strconv.Itoa(n), "0") } // 0 is not stated
	for _, r := range all.list {
		row := []string{r.System, r.Accelerator, count(r.Accelerators), r.Topology, r.Model, count(r.Tier), r.SLO}
		for _, f := range append([]*catalog.Figure{r.Agents, r.PerAccelerator, r.PerMW}, r.perDollar...) {
			text := ""
			if f != nil {
				text = f.String()
			}
			row = append(row, text)
		}
		rows = append(rows, append(row, r.Date, r.Source, string(r.Strength), r.Notes))
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// jsonFigure is a figure in JSON.
type jsonFigure struct {
	Value     float64           `json:"value"`
	Precision catalog.Precision `json:"precision,omitempty"` // about, at least, more than; absent: exact
}

// jsonPerDollar is agents per $/hour at one price.
type jsonPerDollar struct {
	Commitment string      `json:"commitment,omitempty"` // absent with -price
	Agents     *jsonFigure `json:"agents"`
	Price      pricing.USD `json:"price_per_accelerator_hour_usd"`
	PriceNote  string      `json:"price_note"`
}

// jsonResult is a result in JSON.
type jsonResult struct {
	System         string           `json:"system"`
	Topology       string           `json:"topology,omitempty"`
	Accelerator    string           `json:"accelerator"`
	Accelerators   int              `json:"accelerators,omitempty"`
	Model          string           `json:"model"`
	Tier           int              `json:"tier,omitempty"`
	SLO            string           `json:"slo,omitempty"`
	Agents         *jsonFigure      `json:"agents"`
	PerAccelerator *jsonFigure      `json:"agents_per_accelerator"`
	Computed       bool             `json:"agents_per_accelerator_computed,omitempty"`
	PerMW          *jsonFigure      `json:"agents_per_mw"`
	PerDollar      []*jsonPerDollar `json:"agents_per_dollar_hour"` // none without a price
	Date           string           `json:"date"`
	Source         string           `json:"source"`
	Strength       catalog.Strength `json:"strength"`
	Notes          string           `json:"notes,omitempty"`
}

// json writes the results as JSON.
func (all *results) json(o *options, w io.Writer) error {
	figure := func(f *catalog.Figure) *jsonFigure {
		if f == nil {
			return nil
		}
		return &jsonFigure{f.Value, f.Precision}
	}
	list := make([]jsonResult, 0, len(all.list))
	for _, r := range all.list {
		each, computed := r.Each()
		j := jsonResult{
			r.System, r.Topology, r.Accelerator, r.Accelerators, r.Model, r.Tier, r.SLO, figure(r.Agents), figure(each), computed, figure(r.PerMW),
			[]*jsonPerDollar{}, r.Date, r.Source, r.Strength, r.Notes,
		}
		prices, err := all.pricesOf(o, r.Accelerator)
		if err != nil {
			return err
		}
		for i, p := range prices {
			if p.perHour > 0 {
				commitment := ""
				if o.statistic != "" {
					commitment = string(o.commitments[i])
				}
				j.PerDollar = append(j.PerDollar, &jsonPerDollar{commitment, figure(r.perDollar[i]), p.perHour, p.note})
			}
		}
		list = append(list, j)
	}
	return writeJSON(w, struct {
		Schema  string       `json:"schema"`
		AsOf    string       `json:"as_of"`
		Results []jsonResult `json:"results"`
		Notes   []string     `json:"notes,omitempty"`
	}{resultsSchema, o.asOf.Format(time.DateOnly), list, all.notes})
}
