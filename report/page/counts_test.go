package page

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
)

// figure returns the part of a page that is the figure with a title.
func figure(t *testing.T, page []byte, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(page), "<h3>"+title)
	if !ok {
		t.Fatalf("no figure %q", title)
	}
	part, _, _ := strings.Cut(rest, "</figure>")
	return part
}

func count(text, what string) int { return len(regexp.MustCompile(what).FindAllString(text, -1)) }

// Each chart has the marks that the data has.
func TestMarks(t *testing.T) {
	reports := samples()["two-models"][:5]
	page := write(t, reports)
	numbers, phases, invalid := 0, 0, 0
	for _, r := range reports {
		phases += len(r.Agentperf.Phases)
		valid := make(map[int]bool)
		for _, n := range r.Agentperf.Numbers {
			valid[n.Agents] = true
		}
		numbers += len(valid)
		for _, p := range r.Agentperf.Phases {
			if p.Invalid != "" && !valid[p.Agents] {
				invalid++
			}
		}
	}
	if invalid == 0 || numbers < 50 {
		t.Fatalf("%d numbers, %d invalid: the samples show too little", numbers, invalid)
	}
	for _, tt := range []struct {
		title, what string
		want        int
	}{
		{"Max concurrent agents per system", `class="bar `, 5 * 2 * 5}, // systems, levels, units
		{"Max concurrent agents per system", `>no power given<`, 3*2 + 3*2},
		{"P25 output speed by number of agents", `<g class="m `, numbers + invalid},
		{"P25 output speed by number of agents", `<g class="m s\d inv"`, invalid},
		{"P25 output speed by number of agents", `<path class="ln" d="M`, 5},
		{"P25 output speed by number of agents", `<tr class="y\d" data-k="n`, numbers + invalid},
		{"P95 time to first token by number of agents", `<g class="m `, numbers + invalid},
		{"P25 end-to-end speed by number of agents", `<g class="m `, numbers + invalid},
		{"How the number was found", `<tr data-k="p|<tr class="inv" data-k="p`, phases},
		{"How the number was found", `id="p\d-\d+"`, phases},
		{"System throughput against speed per agent", `<g class="m `, numbers},
		{"Cache reuse by number of agents", `<g class="m `, numbers},
	} {
		if got := count(figure(t, page, tt.title), tt.what); got != tt.want {
			t.Errorf("%s: %d of %s, want %d", tt.title, got, tt.what, tt.want)
		}
	}
}

// What is known of a limit becomes the bar that says it, and nothing else.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		low      int
		high     int // 0 for none
		seems    int
		invalid  bool
		text     string
		known    float64
		possible float64
		open     bool
	}{
		{low: 14, high: 15, text: "14", known: 14},
		{low: 13, high: 16, text: "13 to 15", known: 13, possible: 15},
		{low: 31, text: "at least 31", known: 31, open: true},
		{low: 31, seems: 40, text: "at least 31, tentatively 40", known: 31, possible: 40, open: true},
		{low: 0, high: 1, text: "0: one agent fails"},
		{low: 0, high: 4, text: "fewer than 4", possible: 3},
		{low: 0, seems: 9, text: "9, tentative", possible: 9},
		{text: "no answer"},
		{invalid: true, text: "no answer: every phase is invalid"},
		{low: 5, high: 3, text: "no answer"}, // contradicts itself
		{low: -5, high: -3, text: "no answer"},
	} {
		r := &agentperf.Report{}
		if tt.invalid {
			r.Phases = []agentperf.PhaseResult{{Agents: 1, Invalid: "late"}}
		}
		tier := &agentperf.TierResult{MaxAgents: tt.low}
		if tt.high != 0 {
			tier.FirstFailingAgents = &tt.high
		}
		if tt.seems > 0 {
			tier.TentativeMaxAgents = &tt.seems
		}
		b := answerOf(r, tier).bar(1, chart.Int)
		if b.Text != tt.text || b.Known != tt.known || b.Possible != tt.possible || b.Open != tt.open || b.Zero != (tt.high == 1) {
			t.Errorf("%+v: %+v", tt, b)
		}
	}
}

// Units that a report does not know are named, and bounds stay bounds in each unit.
func TestUnits(t *testing.T) {
	s := &subject{report: &agentperf.Report{System: &pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar}}}
	s.report.Tiers = []agentperf.TierResult{{SpeedFloorTokensPerSecond: 100, MaxAgents: 40}}
	var got []string
	for _, u := range units {
		b := s.bar(level{speed: 100}, u)
		got = append(got, fmt.Sprintf("%s %v %v", b.Text, b.Known, b.Open))
	}
	want := "at least 40 40 true; at least 5 5 true; no power given 0 false; at least 2.5 2.5 true; rack size not given 0 false"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("%s, want %s", text, want)
	}
}

// A system is named as the best only if no other can hold as many.
func TestHeadlines(t *testing.T) {
	system := func(name string, low, high int) *report.Report {
		tier := agentperf.TierResult{SpeedFloorTokensPerSecond: 100, TTFTCeilingSeconds: 5, MaxAgents: low}
		if high > 0 {
			tier.FirstFailingAgents = &high
		}
		return &report.Report{Name: "runs/" + name + ".json", Agentperf: &agentperf.Report{Tiers: []agentperf.TierResult{tier}}}
	}
	for _, tt := range []struct {
		reports []*report.Report
		want    string
	}{
		{nil, "No reports yet"},
		{[]*report.Report{system("a", 14, 15)}, "14 agents at 100 tok/s"},
		{[]*report.Report{system("a", 1, 2)}, "1 agent at 100 tok/s"},
		{[]*report.Report{system("a", 31, 0)}, "At least 31 agents at 100 tok/s"},
		{[]*report.Report{system("a", 14, 15), system("b", 20, 23)}, "b holds the most agents at 100 tok/s: 20 to 22"},
		{[]*report.Report{system("a", 14, 21), system("b", 20, 23)}, "At 100 tok/s, b holds 20 to 22 and a holds 14 to 20"},
		{[]*report.Report{system("a", 14, 0), system("b", 20, 21)}, "At 100 tok/s, b holds 20 and a holds at least 14"},
		{[]*report.Report{system("a", 0, 4), system("b", 0, 1)}, "No system is sure to hold 100 tok/s"},
		{[]*report.Report{system("a", 0, 4), system("a", 3, 4)}, "a (2) holds 3 at 100 tok/s"},
	} {
		if got := strings.ReplaceAll(newStudy(tt.reports).headline(), "\u00a0", " "); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// Invalid phases have a mark and stretch no scale: here one claims three times the speed.
func TestInvalidStretchesNothing(t *testing.T) {
	s := sample{name: "x", model: "m", speed: 300, half: 10}
	plain, crossed := s, s
	crossed.invalid = 2
	for _, title := range []string{"P25 output speed by number of agents", "How the number was found"} {
		a := figure(t, write(t, []*report.Report{plain.search()}), title)
		b := figure(t, write(t, []*report.Report{crossed.search()}), title)
		ticks := regexp.MustCompile(`class="ax ty" y="[^"]*">([^<]*)<`)
		top := func(s string) string {
			all := ticks.FindAllStringSubmatch(s[:strings.Index(s, "</svg></div>")], -1)
			return all[len(all)-1][1]
		}
		if top(a) != top(b) || !strings.Contains(b, `inv"`) {
			t.Errorf("%s: up to %s, and %s with invalid phases", title, top(a), top(b))
		}
	}
}
