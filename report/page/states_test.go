package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
)

// states are systems with each state that an answer and a phase can have.
func states() (all []*report.Report) {
	for i, change := range []func(*agentperf.Report){
		func(*agentperf.Report) {}, // exact at both levels
		func(r *agentperf.Report) { // a lower bound, and not decided
			r.Tiers[0].FirstFailingAgents, r.Tiers[0].MaxAgents = nil, 160
			r.Tiers[1].FirstFailingAgents = new(r.Tiers[1].MaxAgents + 6)
		},
		func(r *agentperf.Report) { // one agent fails
			r.Tiers[1].MaxAgents, r.Tiers[1].FirstFailingAgents = 0, new(1)
		},
		func(r *agentperf.Report) { // nothing is sure to hold
			r.Tiers[1].MaxAgents, r.Tiers[1].TentativeMaxAgents = 0, new(18)
		},
		func(r *agentperf.Report) { // a level that was not measured
			r.Tiers = r.Tiers[:1]
		},
	} {
		r := sample{
			name: "System " + string(rune('A'+i)), model: "a model", speed: 420 - 30*float64(i), half: 60 - 9*float64(i), controlled: i != 0, invalid: 9,
			system: &pricing.System{Accelerators: 8, Price: pricing.Dollar * pricing.USD(2+i)},
		}.search()
		if i == 0 {
			r.Agentperf.System.Power, r.Agentperf.System.Basis = 5200, pricing.MeasuredWall
		}
		change(r.Agentperf)
		all = append(all, r)
	}
	return all
}

// Each state is told by its mark and in words.
func TestStates(t *testing.T) {
	page := write(t, states())
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, "states.html"), page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ figure, words string }{
		{"Max concurrent agents per system", `>at least 160</text>`},
		{"Max concurrent agents per system", `<path class="op"`},
		{"Max concurrent agents per system", `<rect class="ub"`},
		{"Max concurrent agents per system", `Hatched: sure up to the solid end`},
		{"Max concurrent agents per system", `Arrow: a lower bound`},
		{"Max concurrent agents per system", `<line class="zr"`},
		{"Max concurrent agents per system", `>0: one agent fails</text>`},
		{"Max concurrent agents per system", `>no power given</text>`},
		{"Max concurrent agents per system", `Power: measured at the wall under load.`},
		{"Max concurrent agents per system", `>fewer than`},
		{"Max concurrent agents per system", `<td>-</td>`},
		{"P25 output speed by number of agents", ` ok"`},
		{"P25 output speed by number of agents", ` ten"`},
		{"P25 output speed by number of agents", ` inv"`},
		{"P25 output speed by number of agents", `Invalid: the client was 0.1 s late`},
		{"P25 output speed by number of agents", `invalid: no result, left out of the line`},
		{"How the number was found", `<span class="r ok">pass</span>`},
		{"How the number was found", `<span class="r ten">fail?</span>`},
		{"How the number was found", `<span class="r inv">invalid</span>`},
	} {
		if text := figure(t, page, tt.figure); !strings.Contains(text, tt.words) {
			t.Errorf("%s lacks %s", tt.figure, tt.words)
		}
	}
	if text := string(page); !strings.Contains(text, "Percentiles as observed, no error bound; wrong with a probability of at most 1\u00a0%.") {
		t.Error("the captions of two kinds of answers are not both there")
	}
}
