package catalog_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// text is a figure in words; "-" if there is none.
func text(f *catalog.Figure) string {
	if f == nil {
		return "-"
	}
	return f.String()
}

// All results, against a list made by hand.
func TestBuiltinResults(t *testing.T) {
	var got []string
	for _, r := range catalog.BuiltinResults() {
		got = append(got, strings.Join([]string{r.Accelerator, r.SLO, text(r.Agents), text(r.PerAccelerator), text(r.PerMW), r.Date, string(r.Strength)}, " | "))
		if r.Model != "DeepSeek V4 Pro (max)" || r.SLO != map[int]string{1: "20@10s", 2: "60@5s"}[r.Tier] || r.Source == "" {
			t.Errorf("%+v", r)
		}
	}
	want := []string{
		"GB300 | 20@10s | 1840 | 57.5 | 61354 | 2026-06-12 | V",
		"GB300 | 60@5s | 768 | 19.2 | - | 2026-07 | V",
		"GB300 | 60@5s | more than 1000 | - | about 35800 | 2026-08 | S",
		"B300 | 20@10s | - | - | 21053 | 2026-06-12 | P",
		"B300 | 60@5s | - | - | about 6900 | 2026-08 | S",
		"MI355X | 20@10s | - | - | 3551 | 2026-06-12 | P",
		"H200-SXM | 20@10s | - | 1.4 | 2594 | 2026-06-12 | V",
		"H200-SXM | 60@5s | - | - | about 1800 | 2026-08 | S",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The published figures follow from each other, and their power is below the TDP.
func TestPublishedResultsAgree(t *testing.T) {
	all := catalog.BuiltinResults()
	one := func(q catalog.ResultQuery, i int) catalog.PublishedResult {
		t.Helper()
		picked := all.Select(q)
		if len(picked) <= i {
			t.Fatalf("%d results for %+v", len(picked), q)
		}
		return picked[i]
	}
	gb300 := one(catalog.ResultQuery{Model: "deepseek-v4-pro", Accelerator: "gb300", Tier: "1"}, 0)
	second := one(catalog.ResultQuery{Accelerator: "GB300", Tier: "60@5s"}, 0)
	later := one(catalog.ResultQuery{Accelerator: "GB300", Tier: "2"}, 1)
	h200 := one(catalog.ResultQuery{Accelerator: "H200", Tier: "1"}, 0)

	// 1840 / 32 and 768 / 40, exactly, through System.Normalize and as published.
	for _, tt := range []struct {
		r    catalog.PublishedResult
		n    int
		want float64
	}{{gb300, 32, 57.5}, {second, 40, 19.2}} {
		n, err := pricing.System{Accelerators: tt.r.Accelerators}.Normalize(tt.r.Agents.Value)
		if each, computed := tt.r.Each(); err != nil || tt.r.Accelerators != tt.n || *n.PerAccelerator != tt.want || computed || each.Value != tt.want {
			t.Errorf("%v per accelerator, want %v; %v", *n.PerAccelerator, tt.want, err)
		}
	}
	// More than 1000 / 36, which was not published and stays inexact.
	if each, computed := later.Each(); !computed || each.Precision != catalog.MoreThan || each.Value != 1000.0/36 {
		t.Errorf("%v, %v", each, computed)
	}
	// 11 / 8 is 1.375, which is published as 1.4.
	if eleven := 11.0 / 8; eleven != 1.375 || math.Round(10*eleven)/10 != h200.PerAccelerator.Value {
		t.Error(eleven, h200.PerAccelerator)
	}

	watts := func(each float64, r catalog.PublishedResult) float64 { return each / r.PerMW.Value * 1e6 }
	for _, tt := range []struct {
		name, accelerator string
		got, want         float64
	}{
		{"GB300 of 57.5", "GB300", watts(57.5, gb300), 937},
		{"H200 of 1.4", "H200", watts(1.4, h200), 540},
		{"H200 of 11/8", "H200", watts(1.375, h200), 530},
	} {
		a, err := catalog.LookupAccelerator(catalog.BuiltinAccelerators(), tt.accelerator)
		if err != nil || math.Round(tt.got) != tt.want || tt.got >= *a.TDP {
			t.Errorf("%s: %v W each, want %v; %v", tt.name, tt.got, tt.want, err)
		}
	}
	// And the other way round: this power gives the published agents per MW.
	system := pricing.System{Accelerators: 32, Power: pricing.Watts(32 * watts(57.5, gb300)), Basis: pricing.MeasuredAccelerator}
	if n, err := system.Normalize(1840); err != nil || math.Round(*n.PerMW) != 61_354 {
		t.Errorf("%+v, %v", n, err)
	}
	system = pricing.System{Accelerators: 8, Power: pricing.Watts(8 * watts(1.375, h200)), Basis: pricing.MeasuredAccelerator}
	if n, err := system.Normalize(11); err != nil || *n.PerAccelerator != 1.375 || math.Round(*n.PerMW) != 2594 {
		t.Errorf("%+v, %v", n, err)
	}
	if ratio := gb300.PerMW.Value / h200.PerMW.Value; math.Abs(ratio-23.65) > 0.01 {
		t.Error(ratio)
	}
}

func TestResultsPerDollarHour(t *testing.T) {
	f := func(v float64, p catalog.Precision) *catalog.Figure { return &catalog.Figure{Value: v, Precision: p} }
	for _, tt := range []struct {
		name  string
		r     catalog.PublishedResult
		price string
		want  string
	}{
		// 1840 agents for 32 x $10.
		{"agents and accelerators", catalog.PublishedResult{Accelerators: 32, Agents: f(1840, catalog.Exact)}, "10", "5.75"},
		{"a rounded figure stands back", catalog.PublishedResult{Accelerators: 8, Agents: f(11, catalog.Exact), PerAccelerator: f(1.4, catalog.Exact)}, "2", "0.6875"},
		{"each alone", catalog.PublishedResult{PerAccelerator: f(1.4, catalog.About)}, "2", "about 0.7"},
		{"a bound", catalog.PublishedResult{Accelerators: 40, Agents: f(1000, catalog.MoreThan)}, "5", "more than 5"},
		{"no number of accelerators", catalog.PublishedResult{Agents: f(1000, catalog.Exact)}, "5", "-"},
		{"power alone", catalog.PublishedResult{Accelerators: 8, PerMW: f(21053, catalog.Exact)}, "5", "-"},
		{"no price", catalog.PublishedResult{Accelerators: 32, Agents: f(1840, catalog.Exact)}, "0", "-"},
	} {
		if got := text(tt.r.PerDollarHour(usd(tt.price))); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestSelectResults(t *testing.T) {
	all := catalog.BuiltinResults()
	for _, tt := range []struct {
		q    catalog.ResultQuery
		want int
	}{
		{catalog.ResultQuery{}, 8},
		{catalog.ResultQuery{Model: "DeepSeek V4 Pro"}, 8},
		{catalog.ResultQuery{Model: "deepseek-v4-pro (MAX)"}, 8},
		{catalog.ResultQuery{Model: "DeepSeek V4 Pro (high)"}, 0},
		{catalog.ResultQuery{Model: "DeepSeek V4"}, 0},
		{catalog.ResultQuery{Model: "gpt-oss-120b"}, 0},
		{catalog.ResultQuery{Accelerator: "H200 SXM5"}, 2},
		{catalog.ResultQuery{Accelerator: "GB300", Tier: "2"}, 2},
		{catalog.ResultQuery{Tier: "3"}, 0},
	} {
		if got := all.Select(tt.q); len(got) != tt.want {
			t.Errorf("%+v: %d results, want %d", tt.q, len(got), tt.want)
		}
	}
}

func TestReadResults(t *testing.T) {
	const head = "System,accelerator,accelerators,model,tier,slo,agents,agents_per_accelerator,agents_per_mw,date,source,strength\n"
	got, err := catalog.ReadResults("r.csv", strings.NewReader(head+"s,H100,8,m,,20@10s,at least 12,,,2026-11,us,I\n"))
	want := catalog.Results{{
		System: "s", Accelerator: "H100", Accelerators: 8, Model: "m", SLO: "20@10s",
		Agents: &catalog.Figure{Value: 12, Precision: catalog.AtLeast}, Date: "2026-11", Source: "us", Strength: catalog.Inferred,
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for name, tt := range map[string]struct{ text, words string }{
		"empty":          {"", "r.csv is empty"},
		"no such column": {"system,model\n", "r.csv:1: there is no column accelerator"},
		"no system":      {head + ",H100,8,m,1,,12,,,2026-11,us,P\n", `r.csv:2: system is "", expected text`},
		"no source":      {head + "s,H100,8,m,1,,12,,,2026-11,,P\n", `r.csv:2: source is "", expected text`},
		"accelerators":   {head + "s,H100,many,m,1,,12,,,2026-11,us,P\n", `r.csv:2: accelerators is "many", expected a whole number`},
		"no tier":        {head + "s,H100,8,m,,,12,,,2026-11,us,P\n", `r.csv:2: tier is "", expected a number from 1`},
		"no figure":      {head + "s,H100,8,m,1,,,,,2026-11,us,P\n", `r.csv:2: agents is "", expected a number here, in agents_per_accelerator or in agents_per_mw`},
		"words":          {head + "s,H100,8,m,1,,around 12,,,2026-11,us,P\n", `r.csv:2: agents is "around 12", expected a number, 0 or more, perhaps after "about"`},
		"comma":          {head + "s,H100,8,m,1,,\"1,840\",,,2026-11,us,P\n", `r.csv:2: agents is "1,840"`},
		"below none":     {head + "s,H100,8,m,1,,-0.1,,,2026-11,us,P\n", `r.csv:2: agents is "-0.1"`},
		"NaN":            {head + "s,H100,8,m,1,,1,NaN,,2026-11,us,P\n", `r.csv:2: agents_per_accelerator is "NaN"`},
		"half an agent":  {head + "s,H100,8,m,1,,11.5,,,2026-11,us,P\n", `r.csv:2: agents is "11.5", expected a whole number`},
		"per MW":         {head + "s,H100,8,m,1,,,,-5,2026-11,us,P\n", `r.csv:2: agents_per_mw is "-5"`},
		"month 13":       {head + "s,H100,8,m,1,,1,,,2026-11,us,P\ns,H100,8,m,1,,1,,,2026-13,us,P\n", `r.csv:3: date is "2026-13", expected YYYY-MM or YYYY-MM-DD`},
		"strength":       {head + "s,H100,8,m,1,,1,,,2026-11,us,high\n", `r.csv:2: strength is "high", expected P, V, S, I or M`},
	} {
		if got, err := catalog.ReadResults("r.csv", strings.NewReader(tt.text)); err == nil || got != nil || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: %v, %v; want %q", name, got, err, tt.words)
		}
	}
}
