package chart

import (
	"html/template"
	"math"
	"slices"
	"strconv"
)

// Tracks is a chart of several series over the same time, one below the other.
type Tracks struct {
	Title, Desc string
	Color       int
	// X is time. From and To are the window that counts, which is shaded; nothing is if they
	// are equal.
	X        Axis
	From, To float64
	Tracks   []Track
}

// A Track is one series over time.
type Track struct {
	Height int
	Y      Axis
	// Note stands at the right above the track; empty for none.
	Note string
	// Stairs keep their height up to the next one. Dots are single events. Line is drawn over
	// them; a figure that is not known interrupts it. Crosses are events that stand out, at
	// the upper end, and Cross says what each is.
	Stairs, Dots, Line []XY
	Crosses            []float64
	Cross              string
	// Rule is a promise, such as a floor of speed; nil for none.
	Rule *Rule
}

// XY is a figure at an instant.
type XY struct{ X, Y float64 }

// trackGap is the distance between tracks, in pixels: the title of the lower one is in it.
const trackGap = 40

// HTML draws the chart.
func (c Tracks) HTML() template.HTML {
	var b builder
	total := -trackGap
	for _, t := range c.Tracks {
		total += t.Height + trackGap
	}
	if c.To > c.From {
		from, to := Percent(c.X.inside(c.From)), Percent(c.X.inside(c.To))
		b.empty("rect", "class", "win", "x", from, "width", to-from, "y", 0, "height", total)
	}
	room := 0
	top := 0
	for i, t := range c.Tracks {
		f := frame{height: t.Height, x: c.X, y: t.Y}
		room = max(room, f.tickSpace())
		b.open("svg", "class", join("in", class(c.Color)), "y", top, "width", "100%", "height", t.Height)
		b.track(f, t, i == len(c.Tracks)-1)
		b.close("svg")
		top += t.Height + trackGap
	}
	style := "--a:" + strconv.Itoa(room) + "px;--gw:0px;--gn:0px;--rw:16px;--rn:16px"
	marks := ""
	if slices.ContainsFunc(c.Tracks, func(t Track) bool { return len(t.Crosses) > 0 }) {
		marks = "marks"
	}
	return box("plot ts", style, c.Title, c.Desc, marks, total, &b)
}

func (b *builder) track(f frame, t Track, last bool) {
	for _, tick := range t.Y.Ticks {
		y := f.up(tick)
		b.empty("line", "class", "grid", "x1", 0, "x2", Percent(1), "y1", y, "y2", y)
		b.text("text", t.Y.format(tick), "class", "ax ty", "y", y+4)
	}
	b.text("text", t.Y.title(), "class", "at tt", "y", -13)
	if t.Note != "" {
		b.text("text", t.Note, "class", "ax te", "x", Percent(1), "y", -13)
	}
	b.stretch(f.height)
	if d := f.stairs(t.Stairs); d != "" {
		b.empty("path", "class", "ln", "d", d)
	}
	if d := f.dots(t.Dots); d != "" {
		b.empty("path", "class", "dots", "d", d)
	}
	if d := f.line(t.Line); d != "" {
		b.empty("path", "class", "halo", "d", d)
		b.empty("path", "class", "ln p25", "d", d)
	}
	b.close("svg")
	for _, x := range t.Crosses {
		b.mark(Neutral, f.along(x), 6, Invalid, t.Cross+" at "+Seconds(x), "")
	}
	if t.Rule != nil {
		y := f.up(t.Rule.At)
		b.empty("line", "class", "slo", "x1", 0, "x2", Percent(1), "y1", y, "y2", y)
		if t.Rule.Label != "" {
			b.text("text", t.Rule.Label, "class", "slot te", "x", Percent(1), "dx", -4, "y", y+15)
		}
	}
	b.empty("line", "class", "base", "x1", 0, "x2", Percent(1), "y1", f.height, "y2", f.height)
	if !last {
		return
	}
	hide := f.hidden()
	for i, tick := range f.x.Ticks {
		x := f.along(tick)
		b.empty("line", "class", "tick", "x1", x, "x2", x, "y1", f.height, "y2", f.height+4)
		b.text("text", f.x.format(tick), "class", join("ax tx", hide[i]), "x", x, "y", f.height+18)
	}
	b.text("text", f.x.title(), "class", "at te", "x", Percent(1), "y", f.height+36)
}

// pen writes a path in a stretched drawing, whose x is in thousandths.
func (f frame) pen(d []byte, op byte, p XY) []byte {
	d = append(d, op)
	d = strconv.AppendInt(d, int64(math.Round(f.x.inside(p.X)*1000)), 10)
	d = append(d, ' ')
	return append(d, pixels(f.up(p.Y))...)
}

func (f frame) stairs(points []XY) string {
	var d []byte
	for _, p := range points {
		switch {
		case !known(p.X, p.Y):
		case len(d) == 0:
			d = f.pen(d, 'M', p)
		default:
			d = append(d, 'H')
			d = strconv.AppendInt(d, int64(math.Round(f.x.inside(p.X)*1000)), 10)
			d = append(d, 'V')
			d = append(d, pixels(f.up(p.Y))...)
		}
	}
	return string(d)
}

// dots are strokes without length, with round ends: nine bytes each.
func (f frame) dots(points []XY) string {
	var d []byte
	for _, p := range points {
		if known(p.X, p.Y) {
			d = append(d, 'M')
			d = strconv.AppendInt(d, int64(math.Round(f.x.inside(p.X)*1000)), 10)
			d = append(d, ' ')
			d = strconv.AppendInt(d, int64(math.Round(f.up(p.Y))), 10)
			d = append(d, "h0"...)
		}
	}
	return string(d)
}

func (f frame) line(points []XY) string {
	var d []byte
	op := byte('M')
	for _, p := range points {
		if !known(p.X, p.Y) {
			op = 'M'
			continue
		}
		d = f.pen(d, op, p)
		op = 'L'
	}
	return string(d)
}
