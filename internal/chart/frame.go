package chart

import (
	"fmt"
	"html/template"
)

// An Axis is a scale with what is written along it.
type Axis struct {
	Scale
	// Title has the unit; empty for none.
	Title string
	// Format writes a tick; nil means Number.
	Format func(float64) string
}

func (a Axis) format(v float64) string {
	if a.Format == nil {
		return Number(v)
	}
	return a.Format(v)
}

// title adds to the title what a reader has to know of the scale.
func (a Axis) title() string {
	if a.Log {
		return a.Title + ", log scale"
	}
	return a.Title
}

// A frame is the rectangle of a plot with its axes.
type frame struct {
	height int
	x, y   Axis
	// left and right are the pixels beside it that labels of series take, in a wide column
	// and in a narrow one.
	left, right [2]int
}

// tickSpace is the width of the column of ticks at the left, in pixels.
func (f frame) tickSpace() int {
	most := 0.0
	for _, t := range f.y.Ticks {
		most = max(most, Width(f.y.format(t), medium))
	}
	return int(most) + 14
}

// up returns how far below the upper end of the frame a figure is, in pixels; what is off the
// scale is drawn at its end.
func (f frame) up(v float64) float64 { return tenth(float64(f.height) * (1 - f.y.inside(v))) }

func (f frame) along(v float64) Percent { return Percent(f.x.inside(v)) }

// draw draws the grid and the axes.
func (b *builder) draw(f frame) {
	for _, t := range f.y.Ticks {
		y := f.up(t)
		b.empty("line", "class", "grid", "x1", 0, "x2", Percent(1), "y1", y, "y2", y)
		b.text("text", f.y.format(t), "class", "ax ty", "y", y+4)
	}
	hide := f.hidden()
	for i, t := range f.x.Ticks {
		x := f.along(t)
		b.empty("line", "class", "tick", "x1", x, "x2", x, "y1", f.height, "y2", f.height+4)
		b.text("text", f.x.format(t), "class", join("ax tx", hide[i]), "x", x, "y", f.height+18)
	}
	b.empty("line", "class", "base", "x1", 0, "x2", Percent(1), "y1", f.height, "y2", f.height)
	if f.y.Title != "" {
		b.text("text", f.y.title(), "class", "at tt", "y", -14)
	}
	if f.x.Title != "" {
		b.text("text", f.x.title(), "class", "at te", "x", Percent(1), "y", f.height+36)
	}
}

// widths are the widths of a plot, in pixels, below which the style sheet hides the classes
// below120 and so on.
var widths = []int{120, 160, 210, 270, 340, 430, 550, 700, 900}

// hidden returns for each tick along x the class that hides it where all do not fit: every
// second one first, then all but each fourth.
func (f frame) hidden() []string {
	ticks := f.x.Ticks
	most := 0.0
	for _, t := range ticks {
		most = max(most, Width(f.x.format(t), medium)+10)
	}
	class := func(n int) string {
		for _, w := range widths {
			if float64(n)*most <= float64(w) {
				return fmt.Sprintf("below%d", w)
			}
		}
		return fmt.Sprintf("below%d", widths[len(widths)-1])
	}
	out := make([]string, len(ticks))
	if float64(len(ticks))*most <= float64(widths[0]) {
		return out
	}
	for i := range ticks {
		switch {
		case i%2 == 1:
			out[i] = class(len(ticks))
		case i%4 == 2:
			out[i] = class((len(ticks) + 1) / 2)
		}
	}
	return out
}

// plot puts a drawing into a frame's box, whose padding has the ticks and labels.
func (f frame) plot(kind, title, desc, keys string, drawing *builder) template.HTML {
	style := fmt.Sprintf("--a:%dpx;--gw:%dpx;--gn:%dpx;--rw:%dpx;--rn:%dpx", f.tickSpace(), f.left[0], f.left[1], max(12, f.right[0]), max(12, f.right[1]))
	return box(join("plot", kind), style, title, desc, keys, f.height, drawing)
}

// box puts a drawing into a box that is a stop for keys, with its title and description. keys are
// what they read; empty for nothing.
func box(class, style, title, desc, keys string, height int, drawing *builder) template.HTML {
	var b builder
	label := title
	if keys != "" {
		label += ": arrow keys read the " + keys
	}
	b.open("div", "class", "fit")
	b.open("div", "class", class, "style", style, "role", "group", "tabindex", 0, "aria-label", label)
	b.open("svg", "class", "c", "width", "100%", "height", height, "role", "img")
	b.text("title", title)
	b.text("desc", desc)
	b.WriteString(drawing.String())
	b.close("svg")
	b.close("div")
	b.close("div")
	return b.html()
}

// stretch begins a drawing within the frame whose x goes from 0 to 1,000, for lines, which
// cannot have percentages.
func (b *builder) stretch(height int) {
	b.open("svg", "class", "in", "viewBox", fmt.Sprintf("0 0 1000 %d", height), "preserveAspectRatio", "none", "width", "100%", "height", height)
}
