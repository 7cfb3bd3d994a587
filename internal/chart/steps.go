package chart

import (
	"html/template"
	"math"
	"strconv"
)

// Steps is a chart of numbered points that are not joined: the phases of a search.
type Steps struct {
	Title, Desc string
	Height      int
	X, Y        Axis
	Rules       []Rule
	// From and To are where the answer lies, which is shaded; nothing is if both are 0.
	From, To float64
	Color    int
	Points   []Step
	// Close is set for a chart around a limit: numbers may stand farther from their marks.
	Close bool
	// Anchors is set in one chart of a page at most: its points have the ids that links lead to.
	Anchors bool
}

// A Step is a point with the number that is written beside it. Group is the key of the point that
// it is a part of in other charts; empty for none.
type Step struct {
	Point
	Number int
	Group  string
}

// HTML draws the chart.
func (c Steps) HTML() template.HTML {
	f := frame{height: c.Height, x: c.X, y: c.Y}
	var b builder
	if c.To > c.From {
		from, to := f.along(c.From), f.along(c.To)
		b.empty("rect", "class", "zone", "x", from, "width", to-from, "y", 0, "height", f.height)
	}
	b.draw(f)
	b.rules(f, c.Rules)
	var labels []rectangle
	for _, r := range c.Rules {
		y := f.up(r.At)
		if c.Close { // the line itself; its text is in the title of the panel
			labels = append(labels, rectangle{0, y - 1, 1e4, y + 1})
		} else {
			labels = append(labels, rectangle{0, y - 17, Width(r.Label, medium) + 8, y - 2})
		}
	}
	places := c.place(f, labels)
	for i, p := range c.Points {
		if p.drawn() {
			b.step(f, c, p, places[i], i)
		}
	}
	if !c.Close {
		for _, r := range c.Rules {
			b.text("text", r.Label, "class", "slot", "x", 0, "dx", 6, "y", f.up(r.At)-5)
		}
	}
	return f.plot("", c.Title, c.Desc, "phases", &b)
}

func (b *builder) step(f frame, c Steps, p Step, at offset, i int) {
	x, y := f.along(p.X), f.up(p.Y)
	attrs := []any{"class", join("m step", class(c.Color), string(p.State)), "style", "--i:" + strconv.Itoa(i)}
	if p.Key != "" {
		attrs = append(attrs, "data-k", p.Key)
		if c.Anchors {
			attrs = append(attrs, "id", p.Key)
		}
	}
	if p.Group != "" {
		attrs = append(attrs, "data-g", p.Group)
	}
	b.open("g", attrs...)
	b.tip(p.Tip)
	if p.State != Invalid && known(p.Low, p.High) {
		b.empty("line", "class", "iv", "x1", x, "x2", x, "y1", f.up(p.High), "y2", f.up(p.Low))
	}
	if at.found && at.distance > 12 {
		b.open("svg", "class", "in", "x", x, "y", y, "width", 1, "height", 1)
		b.empty("path", "class", "ld", "d", "M0 0L"+pixels(at.x*.75)+" "+pixels(at.y*.75))
		b.close("svg")
	}
	b.symbol(c.Color, x, y, p.State)
	if at.found {
		b.text("text", strconv.Itoa(p.Number), "class", "no", "x", x, "dx", at.x, "y", y+at.y+4)
	}
	b.close("g")
}

// An offset is where a number stands from its mark.
type offset struct {
	x, y, distance float64
	found          bool
}

// offsets are the places tried for a number, the nearest first.
var offsets = func() (all []offset) {
	for _, d := range []float64{12, 17, 26, 36, 48} {
		for _, a := range []float64{-90, 90, -45, 45, -135, 135, 0, 180, -65, 65, -115, 115} {
			sin, cos := math.Sincos(a * math.Pi / 180)
			all = append(all, offset{x: math.Round(cos*d*10) / 10, y: math.Round(sin*d*10) / 10, distance: d, found: true})
		}
	}
	return all
}()

// plotWidths are the widths that numbers are placed for, in pixels: all that the column of the
// chart may have, and that of a panel around a limit.
var plotWidths = [2][]float64{{230, 260, 300, 350, 430, 520, 660}, {110, 140, 180, 240, 300, 420, 560, 720}}

// place finds for each point a place for its number that is free at all widths of the plot. A
// number that has none is left out: the table has it.
func (c Steps) place(f frame, labels []rectangle) []offset {
	widths, most := plotWidths[0], 26.0
	if c.Close {
		widths, most = plotWidths[1], 48
	}
	taken := make([][]rectangle, len(widths))
	for k, w := range widths {
		taken[k] = append(taken[k], labels...)
		for _, p := range c.Points {
			if p.drawn() {
				x, y := f.x.inside(p.X)*w, f.up(p.Y)
				taken[k] = append(taken[k], rectangle{x - 5, y - 5, x + 5, y + 5})
			}
		}
	}
	out := make([]offset, len(c.Points))
	for i, p := range c.Points {
		if !p.drawn() {
			continue
		}
		half := Width(strconv.Itoa(p.Number), small)/2 + 2
		box := func(o offset, w float64) rectangle {
			x, y := f.x.inside(p.X)*w+o.x, f.up(p.Y)+o.y
			return rectangle{x - half, y - 7, x + half, y + 7}
		}
		free := func(o offset) bool {
			for k, w := range widths {
				r := box(o, w)
				if r.top <= -6 || r.bottom >= float64(f.height)-1 || r.left <= -4 || r.right >= w+12 {
					return false
				}
				for _, t := range taken[k] {
					if t.meets(r) {
						return false
					}
				}
			}
			return true
		}
		for _, o := range offsets {
			if o.distance <= most && free(o) {
				out[i] = o
				for k, w := range widths {
					taken[k] = append(taken[k], box(o, w))
				}
				break
			}
		}
	}
	return out
}
