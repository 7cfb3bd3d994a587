package chart

import (
	"html/template"
	"math"
)

// Bars is a chart of one bar for each system, with its name above it and its value at its end.
type Bars struct {
	Title, Desc string
	Rows        []Bar
}

// A Bar is what is known of one figure: a bound is drawn as a bound, and what is not known is
// said in words.
type Bar struct {
	Color int
	Class string // more classes; empty for none
	Name  string
	// Known is where the solid part ends, and Possible where the hatched one does: what may
	// still be. Neither is drawn if it is 0, and Possible only if it is above Known.
	Known, Possible float64
	// Open is set if nothing bounds the figure above: the bar ends in an arrow.
	Open bool
	// Zero is set if the figure is known to be 0: a tick on the axis.
	Zero bool
	// Text is the value in words. It is set apart from a figure if there is neither a bar
	// nor a tick.
	Text string
	Tip  string
}

// rowHeight is that of a bar with its name above it, in pixels.
const rowHeight = 40

// Widths of names above bars in pixels.
var barWidths = [2]float64{500, 270}

// HTML draws the chart.
func (c Bars) HTML() template.HTML {
	var b builder
	height := len(c.Rows)*rowHeight + 8
	most, right := 0.0, 0.0
	for _, r := range c.Rows {
		most = max(most, r.end())
		if r.end() > 0 {
			right = max(right, Width(r.Text, large)+r.gap())
		}
	}
	b.empty("line", "class", "base", "x1", 0, "x2", 0, "y1", 0, "y2", height)
	for i, r := range c.Rows {
		b.bar(r, float64(i*rowHeight), most)
	}
	f := frame{height: height, right: [2]int{int(math.Ceil(right)) + 8, int(math.Ceil(right)) + 8}}
	return f.plot("bars", c.Title, c.Desc, "bars", &b)
}

// end returns where the drawn bar ends, in its unit.
func (r Bar) end() float64 {
	end := 0.0
	if known(r.Known) {
		end = max(end, r.Known)
	}
	if known(r.Possible) {
		end = max(end, r.Possible)
	}
	return end
}

// gap is the distance of the value from the end of the bar, in pixels: behind an arrow.
func (r Bar) gap() float64 {
	if r.Open {
		return 26
	}
	return 7
}

func (b *builder) bar(r Bar, y, most float64) {
	const top, thick = 20, 12
	b.open("g", "class", join("bar", class(r.Color), r.Class))
	b.tip(r.Tip)
	b.fitted(r.Name, barWidths, large, "nm", "x", 6, "y", y+14)
	end := Percent(0)
	if most > 0 {
		end = Percent(r.end() / most)
		known := Percent(min(r.Known, most) / most)
		if r.Known > 0 {
			b.empty("rect", "class", "fb", "x", 0, "y", y+top, "width", known, "height", thick)
		}
		if r.Possible > r.Known {
			b.empty("rect", "class", "ub", "x", known, "y", y+top, "width", end-known, "height", thick)
		}
	}
	if r.Open && end > 0 {
		b.open("svg", "class", "in", "x", end, "y", y+top, "width", 30, "height", thick)
		b.empty("path", "class", "op", "d", "M1 .5H14M1 11.5H14M13 2.5L18 6l-5 3.5")
		b.close("svg")
	}
	if r.Zero {
		b.empty("line", "class", "zr", "x1", 0, "x2", 0, "y1", y+top-1, "y2", y+top+thick+1)
	}
	kind := "vl"
	if end == 0 && !r.Zero {
		kind = "vl nn"
	}
	b.text("text", r.Text, "class", kind, "x", end, "dx", r.gap(), "y", y+top+10.5)
	b.close("g")
}
