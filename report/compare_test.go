package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
)

// bounds is a report under the controlled rule with a tier that holds at most agents, and not at
// fails; 0 means that nothing is known on that side.
func bounds(holds, fails int) *report.Report {
	r := &agentperf.Report{Schema: agentperf.Schema, Complete: true}
	r.Config.WorkloadSHA256, r.Config.Rule = "ab", agentperf.RuleEcho{Name: "controlled", ErrorRate: 0.01}
	t := agentperf.TierResult{Name: "20@10s", SpeedFloorTokensPerSecond: 20, TTFTCeilingSeconds: 10, MaxAgents: holds}
	if fails > 0 {
		t.FirstFailingAgents = &fails
	}
	if holds > 0 {
		t.EstimateAgents = &holds
	}
	r.Tiers = []agentperf.TierResult{t}
	return &report.Report{Agentperf: r}
}

// at adds figures at 10 agents: P25 speed and P95 TTFT, each with its interval.
func at(r *report.Report, speed, ttft [3]float64) *report.Report {
	interval := func(v [3]float64) *agentperf.Interval { return &agentperf.Interval{Low: &v[0], High: &v[2]} }
	r.Agentperf.Numbers = append(r.Agentperf.Numbers, agentperf.NumberFigures{
		Agents: 10, MeasuredSeconds: 100, P25Speed: &speed[1], P25SpeedInterval: interval(speed), P95TTFT: &ttft[1], P95TTFTInterval: interval(ttft),
	})
	return r
}

func checked(r *report.Report) *report.Report {
	r.Agentperf.Tiers[0].CheckAgents = 10
	return r
}

func published(r *report.Report) *report.Report {
	r.Agentperf.Config.Rule = agentperf.RuleEcho{Name: "published"}
	return r
}

func TestCompare(t *testing.T) {
	fine := [3]float64{0.9, 1, 1.1} // seconds
	for _, tt := range []struct {
		name           string
		a, b           *report.Report
		outcome, seems report.Outcome
		rate           float64
		text           string
	}{
		// The limit of the first is 12, of the second 13 or 14.
		{"more", bounds(12, 13), bounds(13, 15), report.Better, report.Better, 0.02, "8.3 to 17 % more agents, sure (wrong with a probability of at most 2 %)"},
		{"exactly more", bounds(100, 101), bounds(112, 113), report.Better, report.Better, 0.02, "12 % more agents, sure (wrong with a probability of at most 2 %)"},
		{"at least more", bounds(10, 11), bounds(15, 0), report.Better, report.Better, 0.02, "at least 50 % more agents, sure"},
		{"more than none", bounds(0, 1), bounds(4, 5), report.Better, report.Unknown, 0.02, "more agents (0 and 4), sure"},
		{"fewer", bounds(13, 15), bounds(9, 11), report.Worse, report.Worse, 0.02, "23 to 36 % fewer agents, sure"},
		{"at least fewer", bounds(20, 0), bounds(9, 11), report.Worse, report.Worse, 0.02, "at least 50 % fewer agents, sure"},
		{"fails now", bounds(10, 0), bounds(0, 10), report.Worse, report.Unknown, 0.02, "at least 10 % fewer agents, sure"},
		{"the same", bounds(12, 13), bounds(12, 13), report.NoWorse, report.NoWorse, 0.02, "the same number of agents, sure"},
		// At worst the limit was 12 and is 11.
		{"within the tolerance", bounds(11, 13), bounds(11, 13), report.NoWorse, report.NoWorse, 0.02, "no more than 8.3 % fewer agents, sure"},
		{"surely fewer within the tolerance", bounds(12, 13), bounds(11, 12), report.NoWorse, report.NoWorse, 0.02, "no more than 8.3 % fewer agents, sure"},
		{"overlap", bounds(11, 14), bounds(11, 14), report.Unknown, report.NoWorse, 0, "no difference can be told (11 to 13 and 11 to 13)"},
		{"nothing known", bounds(0, 0), bounds(11, 14), report.Unknown, report.Unknown, 0, "no difference can be told (unknown and 11 to 13)"},
		{"not bounded", bounds(12, 0), bounds(12, 0), report.Unknown, report.NoWorse, 0, "no difference can be told (at least 12 and at least 12)"},
		{"bounds that contradict each other", bounds(15, 12), bounds(9, 10), report.Unknown, report.Worse, 0, "40 % fewer agents, not sure"},
		{"point rule", published(bounds(100, 101)), published(bounds(112, 113)), report.Unknown, report.Better, 0, "12 % more agents, not sure"},
		{"point rule, worse", published(bounds(100, 101)), published(bounds(80, 81)), report.Unknown, report.Worse, 0, "20 % fewer agents, not sure"},

		// Figures at 10 agents, where the bounds tell nothing.
		{"slower", at(bounds(10, 0), [3]float64{24, 25, 26}, fine), at(bounds(10, 0), [3]float64{19, 20, 21}, fine), report.Worse, report.NoWorse, 0.1,
			"at 10 agents 12 to 27 % lower P25 output speed, sure (wrong with a probability of at most 10 %)"},
		{"faster", at(bounds(10, 0), [3]float64{24, 25, 26}, fine), at(bounds(10, 0), [3]float64{27, 28, 29}, fine), report.Better, report.NoWorse, 0.1, "at 10 agents 3.8 to 21 % higher P25 output speed, sure"},
		{"as fast", at(bounds(10, 0), [3]float64{24.5, 25, 25.5}, fine), at(bounds(10, 0), [3]float64{24, 24.5, 25}, fine), report.NoWorse, report.NoWorse, 0.1, "at 10 agents no more than 5.9 % lower P25 output speed, sure"},
		{"too wide", at(bounds(10, 0), [3]float64{20, 25, 30}, fine), at(bounds(10, 0), [3]float64{20, 25, 30}, fine), report.Unknown, report.NoWorse, 0,
			"no difference can be told (at least 10 and at least 10); at 10 agents no difference can be told (20 to 30 and 20 to 30)"},
		// TTFT may take a tenth of the ceiling longer: a second.
		{"later within a tenth of the ceiling", at(bounds(10, 0), [3]float64{25, 25, 25}, fine), at(bounds(10, 0), [3]float64{25, 25, 25}, [3]float64{1.7, 1.8, 1.9}), report.NoWorse, report.NoWorse, 0.1, "sure"},
		{"later", at(bounds(10, 0), [3]float64{24, 25, 26}, fine), at(bounds(10, 0), [3]float64{24, 25, 26}, [3]float64{3, 4, 5}), report.Worse, report.NoWorse, 0.1, "at 10 agents 173 to 456 % higher P95 TTFT, sure"},
		{"faster and later", at(bounds(10, 0), [3]float64{24, 25, 26}, fine), at(bounds(10, 0), [3]float64{34, 35, 36}, [3]float64{3, 4, 5}), report.Worse, report.NoWorse, 0.1, "higher P95 TTFT"},
		{"agents first", at(bounds(12, 13), [3]float64{24, 25, 26}, fine), at(bounds(12, 13), [3]float64{19, 20, 21}, fine), report.NoWorse, report.NoWorse, 0.02, "the same number of agents, sure"},
		// Two checks of one number seem to be what their figures are.
		{"checks by the point rule", published(checked(at(bounds(10, 0), [3]float64{24, 25, 26}, fine))), published(checked(at(bounds(10, 0), [3]float64{19, 20, 21}, fine))), report.Unknown, report.Worse, 0,
			"the same number of agents, not sure; at 10 agents 20 % lower P25 output speed, not sure"},
	} {
		c, err := report.Compare(tt.a, tt.b, report.CompareOptions{})
		if err != nil || len(c.Tiers) != 1 {
			t.Errorf("%s: %+v, %v", tt.name, c, err)
			continue
		}
		got := c.Tiers[0]
		if got.Outcome != tt.outcome || got.Seems != tt.seems || math.Abs(got.ErrorRate-tt.rate) > 1e-12 || !strings.Contains(got.Text, tt.text) || c.Outcome() != tt.outcome || c.Seems() != tt.seems {
			t.Errorf("%s: %s, seems %s, at %v: %s\nwant %s, %s, %v: %s", tt.name, got.Outcome, got.Seems, got.ErrorRate, got.Text, tt.outcome, tt.seems, tt.rate, tt.text)
		}
	}
}

func TestTolerance(t *testing.T) {
	for _, tt := range []struct {
		tolerance float64
		want      report.Outcome
	}{{0, report.NoWorse}, {0.08, report.Worse}, {0.09, report.NoWorse}, {-1, report.Worse}} {
		c, err := report.Compare(bounds(12, 13), bounds(11, 12), report.CompareOptions{Tolerance: tt.tolerance})
		if err != nil || c.Outcome() != tt.want {
			t.Errorf("%v: %+v, %v", tt.tolerance, c, err)
		}
	}
	for _, bad := range []float64{1, math.NaN(), math.Inf(1)} {
		if _, err := report.Compare(bounds(12, 13), bounds(11, 12), report.CompareOptions{Tolerance: bad}); err == nil {
			t.Errorf("%v is fine", bad)
		}
	}
}

// The worst of all service levels is the outcome, and those that only one run has are named.
func TestSeveralTiers(t *testing.T) {
	a, b := bounds(12, 13), bounds(14, 15)
	add := func(r *report.Report, name string, floor, holds int) {
		t := bounds(holds, holds+1).Agentperf.Tiers[0]
		t.Name, t.SpeedFloorTokensPerSecond = name, 60
		t.TTFTCeilingSeconds = float64(floor)
		r.Agentperf.Tiers = append(r.Agentperf.Tiers, t)
	}
	add(a, "fast", 1, 9)
	add(b, "called otherwise", 1, 6)
	add(a, "only\nhere", 2, 9)
	add(b, "only there", 3, 9)
	c, err := report.Compare(a, b, report.CompareOptions{})
	if err != nil || len(c.Tiers) != 2 || c.Tiers[0].Outcome != report.Better || c.Tiers[1].Outcome != report.Worse || c.Outcome() != report.Worse {
		t.Fatalf("%+v, %v", c, err)
	}
	var text strings.Builder
	if err := c.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"From the first to the second:\n  20@10s: 17 % more agents, sure", "  fast: 33 % fewer agents", `the first has the service level only\nhere`, "only the second has the service level only there"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
}

func TestComparable(t *testing.T) {
	fields := func(all []report.Difference) (names []string) {
		for _, d := range all {
			names = append(names, d.Field)
		}
		return names
	}
	for _, tt := range []struct {
		name   string
		change func(*agentperf.Report)
		want   string
	}{
		{"nothing", func(*agentperf.Report) {}, "[]"},
		{"the system", func(r *agentperf.Report) {
			r.Config.Endpoint, r.Config.Headers, r.Config.Seed, r.Config.MaxAgents, r.Config.Rule.ErrorRate = "http://b", []string{"x"}, 3, 9, 0.05
		}, "[]"},
		{"settling", func(r *agentperf.Report) { r.Config.Rule.SettleSeconds = 30 }, "[Rule.SettleSeconds]"},
		{"the rule", func(r *agentperf.Report) { r.Config.Rule.Name = "point" }, "[Rule.Name]"},
		{"model and effort", func(r *agentperf.Report) {
			r.Config.Model, r.Config.Fields = "b", map[string]json.RawMessage{"effort": []byte(`"high"`)}
		}, "[Fields.effort Model]"},
		{"no fields", func(r *agentperf.Report) { r.Config.Fields = map[string]json.RawMessage{} }, "[]"},
		{"workload", func(r *agentperf.Report) { r.Config.WorkloadSHA256 = "cd" }, "[WorkloadSHA256]"},
		{"unknown workload", func(r *agentperf.Report) { r.Config.WorkloadSHA256 = "" }, "[WorkloadSHA256]"},
		{"factor", func(r *agentperf.Report) { r.Config.SyntheticFactor = 1.02 }, "[SyntheticFactor]"},
		{"about the same factor", func(r *agentperf.Report) { r.Config.SyntheticFactor = 1.005 }, "[]"},
	} {
		a, b := bounds(12, 13), bounds(12, 13)
		a.Agentperf.Config.SyntheticFactor, b.Agentperf.Config.SyntheticFactor = 1, 1
		tt.change(b.Agentperf)
		got := report.Comparable(a, b)
		if fmt.Sprint(fields(got)) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
		_, err := report.Compare(a, b, report.CompareOptions{})
		if (err != nil) != (len(got) > 0) {
			t.Errorf("%s: %v", tt.name, err)
		}
		for _, d := range got {
			if !strings.Contains(err.Error(), "\n"+d.Field+": ") {
				t.Errorf("%s is not in %v", d, err)
			}
		}
		if rest := report.Comparable(a, b, "Rule", "Fields.effort", "Model", "WorkloadSHA256", "SyntheticFactor"); len(rest) > 0 {
			t.Errorf("%s: %v, ignored", tt.name, rest)
		}
	}
	unknown := bounds(1, 2)
	unknown.Agentperf.Config.WorkloadSHA256 = ""
	if all := report.Comparable(unknown, unknown); fmt.Sprint(all) != "[WorkloadSHA256: unknown and unknown]" {
		t.Error(all)
	}
	sweep := &report.Report{SLT: &slt.Report{}}
	if all := report.Comparable(unknown, sweep, "Schema"); fmt.Sprint(all) != `[Schema: "agentperf.report/2" and "slt.report/2"]` {
		t.Error(all)
	}
	if all := report.Comparable(&report.Report{}, sweep); fmt.Sprint(all) != `[Schema: "" and "slt.report/2"]` {
		t.Error(all)
	}
	longer := &report.Report{SLT: &slt.Report{Config: slt.ConfigEcho{OutputTokens: 10, Name: "x", Levels: []int{1}}}}
	if all := report.Comparable(sweep, longer); fmt.Sprint(all) != "[OutputTokens: 0 and 10]" {
		t.Error(all)
	}
}

// Two searches of engines with known limits: 3 and 11 agents.
func TestCompareRuns(t *testing.T) {
	read := func(r any) *report.Report { return mustRead(t, encoded(t, r)) }
	a, b := read(searched(t, 14, controlled(), nil)), read(searched(t, 46, controlled(), nil))
	c, err := report.Compare(a, b, report.CompareOptions{})
	if err != nil || c.Outcome() != report.Better || c.Tiers[0].Text != "267 % more agents, sure (wrong with a probability of at most 2 %)" || len(c.Systems) != 0 || len(c.Figures) == 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = report.Compare(b, a, report.CompareOptions{}); err != nil || c.Outcome() != report.Worse {
		t.Errorf("%+v, %v", c, err)
	}
	p := read(searched(t, 14, point(), nil))
	if _, err := report.Compare(a, p, report.CompareOptions{}); err == nil || !strings.Contains(err.Error(), `Rule.Name: "controlled" and "point"`) {
		t.Error(err)
	}
	if c, err := report.Compare(p, p, report.CompareOptions{}); err != nil || c.Outcome() != report.Unknown || c.Seems() != report.NoWorse || !strings.Contains(strings.Join(c.Notes, "\n"), "the point rule bounds no error") {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCompareSweeps(t *testing.T) {
	a, b := &report.Report{SLT: swept(t, 100)}, &report.Report{SLT: swept(t, 80), Name: "b.json"}
	c, err := report.Compare(a, b, report.CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	c.WriteTable(&text)
	if c.Outcome() != report.Unknown || c.Seems() != report.Worse || len(c.Figures) != 6 || c.Figures[1].Text != "20 % lower median output speed, not sure" || !strings.Contains(text.String(), "have no intervals") {
		t.Errorf("%+v\n%s", c, text.String())
	}
}
