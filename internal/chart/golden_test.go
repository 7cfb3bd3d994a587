package chart

import (
	"flag"
	"html/template"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the drawings anew: read the difference before you commit it")

// drawings are small ones of each kind, with each state of a mark and of a bar.
func drawings() map[string]template.HTML {
	nan := math.NaN()
	x := Axis{Scale: Agents(16), Title: "Concurrent agents", Format: Whole}
	series := []Series{
		{Color: 0, Label: "8x H100", Points: []Point{
			{1, 200, 190, 210, Decided, "1 agent: 200", "n0-1"}, {4, 150, nan, 160, Tentative, "", ""}, {6, 260, 1, 2, Invalid, "Invalid: the client was late", ""}, {16, 90, 80, 100, Decided, "", ""},
		}},
		{Color: 7, Label: "a <name> that is rather long, and cut in its middle", Points: []Point{{1, 205, nan, nan, Decided, "", ""}, {2, nan, 0, 1, Decided, "", ""}, {8, 120, nan, nan, Decided, "", ""}}},
	}
	lines := Lines{
		Title: "P25 speed", Desc: "falls", Height: 100, X: x, Y: Axis{Scale: Linear(210, 3), Title: "tok/s"},
		Rules: []Rule{{At: 100, Label: "SLO 100 tok/s", Shade: -1}}, Series: series,
	}
	right := lines
	right.Labels, right.Rules, right.Reference = Right, nil, &Rule{At: 8, Label: "8"}
	return map[string]template.HTML{
		"bars": Bars{Title: "Max agents", Desc: "in words", Rows: []Bar{
			{Color: 0, Name: "exact", Known: 14, Text: "14", Tip: "a & b"},
			{Color: 1, Name: "between", Known: 8, Possible: 12, Text: "8 to 12"},
			{Color: 2, Name: "at least", Known: 10, Open: true, Text: "at least 10"},
			{Color: 3, Name: "zero", Zero: true, Text: "0: one agent fails"},
			{Color: 4, Name: "unknown", Text: "no price given"},
			{Color: 5, Name: "fewer", Possible: 3, Text: "fewer than 4"},
		}}.HTML(),
		"lines":  lines.HTML(),
		"right":  right.HTML(),
		"panels": lines.Panels("b0"),
		"steps": Steps{Title: "Search", Desc: "3 phases", Height: 100, X: x, Y: Axis{Scale: Linear(200, 3), Title: "tok/s"}, Color: 0, From: 4, To: 8, Anchors: true,
			Rules: []Rule{{At: 100, Label: "SLO 100 tok/s"}},
			Points: []Step{
				{Point{4, 150, 140, 160, Decided, "Phase 1", "p0-0"}, 1, "n0-4"}, {Point{4, 148, nan, nan, Tentative, "", "p0-1"}, 2, "n0-4"}, {Point{8, 90, nan, nan, Invalid, "", "p0-2"}, 10, ""},
			}}.HTML(),
		"tracks": Tracks{Title: "Inside", Desc: "a phase", Color: 1, X: Axis{Scale: Linear(10, 4), Title: "Seconds"}, From: 1, To: 9, Tracks: []Track{
			{Height: 40, Y: Axis{Scale: Linear(4, 2), Title: "In flight"}, Stairs: []XY{{0, 0}, {2, 3}, {9, 1}}, Crosses: []float64{3}, Cross: "Failed"},
			{Height: 60, Y: Axis{Scale: Linear(200, 2), Title: "tok/s"}, Note: "2 above", Dots: []XY{{1, 100}, {2, nan}, {3, 120}}, Line: []XY{{1, 100}, {2, nan}, {3, 110}, {4, 120}}, Rule: &Rule{At: 100, Label: "SLO"}},
		}}.HTML(),
		"table": Table{Caption: "Figures", Head: []string{"System", "Agents"}, Rows: []Row{{Cells: []string{"<b>", "1"}, Key: "n0-1"}, {Cells: []string{"x", "y"}, HTML: []template.HTML{"", "<i>z</i>"}, Class: "inv"}}}.Data(),
	}
}

func TestGolden(t *testing.T) {
	for name, got := range drawings() {
		file := filepath.Join("testdata", name+".svg.html")
		text := strings.ReplaceAll(string(got), "><", ">\n<") + "\n"
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != strings.ReplaceAll(string(want), "\r\n", "\n") {
			t.Errorf("%s is not what it was; look at it, and if it should be: go test ./internal/chart -run Golden -update", name)
		}
	}
}

// Positions worked out by hand.
func TestPositions(t *testing.T) {
	all := drawings()
	for _, tt := range []struct{ drawing, want string }{
		// 1 of 16 agents; 200 of 250 tok/s is 20 below the top of 100 pixels.
		{"lines", `data-k="n0-1"><title>1 agent: 200</title><use href="#k-ci" x="6.3%" y="20"/>`},
		{"lines", `<line class="iv" x1="6.3%" x2="6.3%" y1="16" y2="24"/>`},
		// The invalid point is not on the line, and off the scale at its end.
		{"lines", `<path class="ln" d="M63 20L250 40L1000 64"/>`},
		{"lines", `<use href="#k-x" class="x" x="37.5%" y="0"/>`},
		{"lines", `<line class="slo" x1="0" x2="100%" y1="60" y2="60"/>`},
		// What is not known is joined over.
		{"lines", `<path class="ln" d="M63 18L500 52"/>`},
		// Bars are shares of the longest, 14.
		{"bars", `<rect class="fb" x="0" y="20" width="100%" height="12"/><text class="vl" x="100%" dx="7" y="30.5">14</text>`},
		{"bars", `<rect class="fb" x="0" y="60" width="57.1%" height="12"/><rect class="ub" x="57.1%" y="60" width="28.6%" height="12"/>`},
		{"bars", `<line class="zr" x1="0" x2="0" y1="139" y2="153"/>`},
		{"bars", `<text class="vl nn" x="0%" dx="7" y="190.5">no price given</text>`},
		{"tracks", `<path class="dots" d="M100 30h0M300 24h0"/>`},
		{"tracks", `d="M100 30M300 27L400 24"`},
		{"tracks", `<path class="ln" d="M0 40H200V10H900V30"/>`},
	} {
		if !strings.Contains(string(all[tt.drawing]), tt.want) {
			t.Errorf("%s lacks %s", tt.drawing, tt.want)
		}
	}
}

// The name of a trade-off stands at its peak, if there is room at all widths, and beside the frame
// otherwise.
func TestNamesAtPeaks(t *testing.T) {
	nan := math.NaN()
	line := func(label string, color int, xys ...float64) Series {
		s := Series{Label: label, Color: color}
		for i := 0; i < len(xys); i += 2 {
			s.Points = append(s.Points, Point{xys[i], xys[i+1], nan, nan, Decided, "", ""})
		}
		return s
	}
	c := Lines{Height: 300, Labels: Peak, X: Axis{Scale: Linear(100, 5)}, Y: Axis{Scale: Linear(100, 5)}}
	for _, tt := range []struct {
		series []Series
		beside int
	}{
		{[]Series{line("one", 0, 50, 80, 100, 10)}, 1},
		{[]Series{line("one", 0, 50, 80, 100, 10), line("two", 1, 30, 40, 90, 5)}, 2},
		{[]Series{line("one", 0, 50, 80, 100, 10), line("two", 1, 50, 60, 100, 20), line("three", 2, 50, 59, 100, 30)}, 0}, // all or none
		{[]Series{line("one", 0, 50, 80, 100, 10), line("two", 1, 50, 80, 100, 20), line("three", 2, 50, 79, 100, 30)}, 0}, // all in one place
		{[]Series{line("a name", 0, 0, 100, 100, 10)}, 0},                                                                  // no room to the left of it, nor above
	} {
		c.Series = tt.series
		text := string(c.HTML())
		if n := len(tt.series) - strings.Count(text, `x="0%" dx="-25"`); n != tt.beside {
			t.Errorf("%d of %d names are at their peaks, want %d:\n%s", n, len(tt.series), tt.beside, text)
		}
		if gutter := !strings.Contains(text, "--gw:0px"); gutter != (tt.beside < len(tt.series)) {
			t.Errorf("a gutter is %v", gutter)
		}
	}
}
