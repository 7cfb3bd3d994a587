package chart

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Names of series are cut to so many pixels in a wide column and in a narrow one, where each
// pixel of them is missing from the plot.
var nameWidths = [2]float64{150, 86}

// nameGap is the distance of names above each other, in pixels.
const nameGap = 16

// A name is the label of a series: where the series ends and where the label stands.
type name struct {
	Series
	texts [2]string // in a wide column and in a narrow one
	x     Percent
	y, at float64
	right bool

	beside spot // right at the end, if it is ok
}

// names places the labels, and makes room for them beside the frame.
func (c Lines) names(f *frame) (names []name) {
	if c.Labels == None {
		return nil
	}
	// A frame is never lower than its labels.
	f.height = max(f.height, nameGap*len(c.Series))
	room := [2]int{}
	var labels []string
	for _, s := range c.Series {
		if p, ok := c.end(s); ok {
			names = append(names, name{Series: s, x: f.along(p.X), y: f.up(p.Y), right: c.Labels == Right})
			labels = append(labels, plain.Text(s.Label))
		}
	}
	for k, most := range nameWidths {
		for i, text := range abbreviate(labels, most, medium) {
			names[i].texts[k] = text
		}
	}
	if c.Labels == Peak { // others end where the frame does
		c.beside(*f, names)
	}
	var apart []*name // those beside the frame
	var ys []float64
	for i := range names {
		n := &names[i]
		if n.beside.ok {
			continue
		}
		apart, ys = append(apart, n), append(ys, n.y)
		for k, text := range n.texts {
			room[k] = max(room[k], int(math.Ceil(Width(text, medium)))+34)
		}
	}
	if c.Labels == Right {
		f.right = room
	} else {
		f.left = room
	}
	for i, y := range spread(ys, nameGap, 2, float64(f.height)+2) {
		apart[i].at = y
	}
	return names
}

// end returns the point that a series has its name at: a valid one if there is one.
func (c Lines) end(s Series) (end Point, ok bool) {
	better := func(p Point) bool {
		switch {
		case !ok || end.State == Invalid && p.State != Invalid:
			return true
		case p.State == Invalid:
			return false
		case c.Labels == Peak:
			return p.Y > end.Y
		}
		return c.Labels == Right
	}
	for _, p := range s.Points {
		if p.drawn() && better(p) {
			end, ok = p, true
		}
	}
	return end, ok
}

// name draws a label with its mark, and a hairline to the end of the series where that is
// elsewhere.
func (b *builder) name(f frame, n name) {
	b.open("g", "class", join("dl", class(n.Color), n.Class))
	if s := n.beside; s.ok {
		anchor := "lb"
		if s.right {
			anchor = "lb te"
		}
		b.either(n.texts, anchor, "x", n.x, "dx", s.dx, "y", n.y+s.dy)
		b.close("g")
		return
	}
	moved := math.Abs(n.at-n.y) > 1
	edge, mark, dx, anchor := Percent(0), -16, -25, "lb te"
	if n.right {
		edge, mark, dx, anchor = 1, 18, 28, "lb"
	}
	touches := math.Abs(float64(edge-n.x)) < 0.004
	if !touches {
		b.empty("line", "class", "ld", "x1", n.x, "y1", n.y, "x2", edge, "y2", n.at)
	}
	if moved || !touches { // from the edge of the plot to the mark
		from := n.at
		if touches {
			from = n.y
		}
		d := "M-5 " + pixels(from) + "L-11 " + pixels(n.at)
		if n.right {
			d = "M5 " + pixels(from) + "L12 " + pixels(n.at)
		}
		b.open("svg", "class", "in", "x", edge, "width", 1, "height", f.height)
		b.empty("path", "class", "ld", "d", d)
		b.close("svg")
	}
	b.empty("use", "href", shape(n.Color), "x", edge, "y", n.at, "transform", "translate("+pixels(float64(mark))+" 0)")
	b.either(n.texts, anchor, "x", edge, "dx", dx, "y", n.at+4)
	b.close("g")
}

// fitted writes a text that is cut to one width in a wide column and to another in a narrow one.
func (b *builder) fitted(text string, to [2]float64, size float64, class string, attrs ...any) {
	b.either([2]string{Cut(text, to[0], size), Cut(text, to[1], size)}, class, attrs...)
}

// either writes one text in a wide column and another in a narrow one.
func (b *builder) either(texts [2]string, class string, attrs ...any) {
	wide, narrow := texts[0], texts[1]
	if wide == narrow {
		b.text("text", wide, append([]any{"class", class}, attrs...)...)
		return
	}
	b.text("text", wide, append([]any{"class", class + " wd"}, attrs...)...)
	b.text("text", narrow, append([]any{"class", class + " nw"}, attrs...)...)
}
