package chart

import (
	"html/template"
	"math"
)

// Dots is a chart with a row for each thing, such as an accelerator, and a mark for each figure
// known of it, such as what a provider asks.
type Dots struct {
	Title, Desc string
	X           Axis
	Rows        []DotRow
}

// A DotRow has its name and a note above its marks. Where the column is narrow, the short note
// stands in place of the note.
type DotRow struct {
	Name, Note, Short string
	Dots              []Dot
}

// A Dot is a figure. Dots with the same key are pointed at together.
type Dot struct {
	At       float64
	Color    int
	State    State
	Tip, Key string
}

const (
	dotRow = 44 // the height of a row in pixels: a line of text and the marks below it
	// Names and notes are cut to these widths in pixels: the narrowest column that is not a
	// phone's has 490 for both, and a phone's 288.
	dotName       = 110
	DotNote  Room = 360
	DotShort Room = 165
	dotGap        = 12 // between the names and the notes
)

// Room is the width that a text of axes and labels is cut to, in pixels.
type Room float64

// Fits reports whether the text would not be cut.
func (r Room) Fits(text string) bool { return Width(text, medium) <= float64(r) }

// HTML draws the chart.
func (c Dots) HTML() template.HTML {
	var b builder
	height := dotRow * len(c.Rows)
	f := frame{height: height, x: c.X}
	hide := f.hidden()
	for i, t := range c.X.Ticks {
		x := f.along(t)
		b.empty("line", "class", "grid", "x1", x, "x2", x, "y1", 0, "y2", height)
		b.text("text", c.X.format(t), "class", join("ax tx", hide[i]), "x", x, "y", height+18)
	}
	b.empty("line", "class", "base", "x1", 0, "x2", Percent(1), "y1", height, "y2", height)
	b.text("text", c.X.title(), "class", "at te", "x", Percent(1), "y", height+36)
	names := 0.0
	for _, r := range c.Rows {
		names = max(names, Width(Cut(r.Name, dotName, large), large))
	}
	for i, r := range c.Rows {
		b.dotRow(f, r, i*dotRow, math.Ceil(names)+dotGap)
	}
	return box("plot prices", "--a:1px;--gw:0px;--gn:0px;--rw:16px;--rn:16px", c.Title, c.Desc, "points", height, &b)
}

func (b *builder) dotRow(f frame, r DotRow, top int, note float64) {
	if top > 0 {
		b.empty("line", "class", "row", "x1", 0, "x2", Percent(1), "y1", top, "y2", top)
	}
	b.text("text", Cut(r.Name, dotName, large), "class", "nm", "y", top+17)
	if wide, short := Cut(r.Note, float64(DotNote), medium), Cut(r.Short, float64(DotShort), medium); wide == short {
		b.text("text", wide, "class", "lo", "x", note, "y", top+17)
	} else {
		b.text("text", wide, "class", "lo wd", "x", note, "y", top+17)
		b.text("text", short, "class", "lo nw", "x", note, "y", top+17)
	}
	for _, d := range r.Dots {
		if known(d.At) {
			b.mark(d.Color, f.along(d.At), float64(top+30), d.State, d.Tip, d.Key)
		}
	}
}
