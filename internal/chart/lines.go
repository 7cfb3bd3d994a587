package chart

import (
	"html/template"
	"math"
	"strconv"
)

// Where the labels of series stand: where their lines are far apart.
type Side int

const (
	// Left is at their first points, for lines that fall.
	Left Side = iota
	// Right is at their last points, for lines that rise.
	Right
	// Peak is at the left of their highest points, for trade-offs.
	Peak
	// None is for lines whose name stands elsewhere.
	None
)

// Lines is a chart of one line for each series.
type Lines struct {
	Title, Desc string
	Height      int // of the plot, in pixels
	X, Y        Axis
	Rules       []Rule
	// Reference is a vertical line with its text below the top; nil for none.
	Reference *Rule
	Series    []Series
	Labels    Side

	behind string // the id of lines to draw behind the series; empty for none
}

// A Series is what one system did. Points are in the order in which they are joined.
type Series struct {
	Color  int // 0 to Colors - 1
	Label  string
	Class  string // more classes, such as "lat"; empty for none
	Points []Point
}

// A Point is one figure of a series.
type Point struct {
	X, Y float64
	// Low and High are the ends of an interval; NaN or infinite where unknown.
	Low, High float64
	State     State
	Tip, Key  string
}

// drawn reports whether the point is known.
func (p Point) drawn() bool { return known(p.X, p.Y) }

// Many is the number of series above which lines have no intervals and smaller marks.
const Many = 6

// mostMarks is the number of points above which some of a series have no mark of their own.
const mostMarks = 60

// HTML draws the chart.
func (c Lines) HTML() template.HTML {
	f := frame{height: c.Height, x: c.X, y: c.Y}
	names := c.names(&f)
	var b builder
	b.draw(f)
	b.rules(f, c.Rules)
	if r := c.Reference; r != nil && c.X.At(r.At) < 1 {
		x := f.along(r.At)
		b.empty("line", "class", "slo", "x1", x, "x2", x, "y1", 0, "y2", f.height)
		b.text("text", r.Label, "class", "slot", "x", x, "dx", 6, "y", 4)
	}
	if c.behind != "" {
		b.stretch(f.height)
		b.empty("use", "class", "bgs", "href", "#"+c.behind)
		b.close("svg")
	}
	for _, s := range c.Series {
		b.series(f, s, len(c.Series) <= Many)
	}
	for _, n := range names {
		b.name(f, n)
	}
	b.ruleLabels(f, c.Rules, c.Series)
	kind := ""
	if len(c.Series) > Many {
		kind = "many"
	}
	return f.plot(kind, c.Title, c.Desc, "points", &b)
}

// series draws the line, the intervals and the marks of a series.
func (b *builder) series(f frame, s Series, intervals bool) {
	b.open("g", "class", join("ser", class(s.Color), s.Class))
	if path := s.path(f); path != "" {
		b.stretch(f.height)
		b.empty("path", "class", "ln", "d", path)
		b.close("svg")
	}
	every := (len(s.Points) + mostMarks - 1) / mostMarks
	for i, p := range s.Points {
		if !p.drawn() || i%every != 0 && i != len(s.Points)-1 {
			continue
		}
		x := f.along(p.X)
		if intervals && p.State != Invalid && known(p.Low, p.High) {
			b.empty("line", "class", "iv", "x1", x, "x2", x, "y1", f.up(p.High), "y2", f.up(p.Low))
		}
		b.mark(s.Color, x, f.up(p.Y), p.State, p.Tip, p.Key)
	}
	b.close("g")
}

// path joins the valid points; it is empty for fewer than two.
func (s Series) path(f frame) string {
	var d []byte
	n := 0
	for _, p := range s.Points {
		if !p.drawn() || p.State == Invalid {
			continue
		}
		op := byte('L')
		if n == 0 {
			op = 'M'
		}
		d = append(d, op)
		d = strconv.AppendInt(d, int64(math.Round(f.x.inside(p.X)*1000)), 10)
		d = append(d, ' ')
		d = append(d, pixels(f.up(p.Y))...)
		n++
	}
	if n < 2 {
		return ""
	}
	return string(d)
}
