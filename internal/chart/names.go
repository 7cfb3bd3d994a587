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
	x     Percent
	y     float64
	right bool

	// In a wide column and in a narrow one: the text, where it stands right at the end of the
	// series if that is ok, and how high it stands beside the frame if not.
	texts  [2]string
	beside [2]spot
	at     [2]float64
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
		if c.Labels == Peak { // others end where the frame does
			c.beside(*f, names, k)
		}
		var ys []float64
		for i := range names {
			ys = append(ys, names[i].y)
			if !names[i].beside[k].ok { // nor is another's
				room[k] = max(room[k], int(math.Ceil(Width(names[i].texts[k], medium)))+34)
			}
		}
		for i, y := range spread(ys, nameGap, 2, float64(f.height)+2) {
			names[i].at[k] = y
		}
	}
	if c.Labels == Right {
		f.right = room
	} else {
		f.left = room
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

// name draws a label, once for wide columns and once for narrow ones where it stands elsewhere there.
func (b *builder) name(f frame, n name) {
	if n.beside[0] == n.beside[1] {
		b.label(f, n, 0, n.texts, "")
		return
	}
	for k, kind := range []string{"wd", "nw"} {
		b.label(f, n, k, [2]string{n.texts[k], n.texts[k]}, kind)
	}
}

// label draws a label where it stands in a kind of column: at the end of its series, or with its
// mark beside the frame and a hairline to the end of the series where that is elsewhere.
func (b *builder) label(f frame, n name, column int, texts [2]string, kind string) {
	b.open("g", "class", join("dl", class(n.Color), n.Class, kind))
	if s := n.beside[column]; s.ok {
		anchor := "lb"
		if s.right {
			anchor = "lb te"
		}
		b.either(texts, anchor, "x", n.x, "dx", s.dx, "y", n.y+s.dy)
		b.close("g")
		return
	}
	at := n.at[column]
	moved := math.Abs(at-n.y) > 1
	edge, mark, dx, anchor := Percent(0), -16, -25, "lb te"
	if n.right {
		edge, mark, dx, anchor = 1, 18, 28, "lb"
	}
	touches := math.Abs(float64(edge-n.x)) < 0.004
	if !touches {
		b.empty("line", "class", "ld", "x1", n.x, "y1", n.y, "x2", edge, "y2", at)
	}
	if moved || !touches { // from the edge of the plot to the mark
		from := at
		if touches {
			from = n.y
		}
		d := "M-5 " + pixels(from) + "L-11 " + pixels(at)
		if n.right {
			d = "M5 " + pixels(from) + "L12 " + pixels(at)
		}
		b.open("svg", "class", "in", "x", edge, "width", 1, "height", f.height)
		b.empty("path", "class", "ld", "d", d)
		b.close("svg")
	}
	b.empty("use", "href", shape(n.Color), "x", edge, "y", at, "transform", "translate("+pixels(float64(mark))+" 0)")
	b.either(texts, anchor, "x", edge, "dx", dx, "y", at+4)
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
