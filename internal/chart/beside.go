package chart

import "math"

// A spot is where a name stands from the end of its series, without a hairline: its text begins
// or ends there.
type spot struct {
	dx, dy float64
	right  bool // it ends there
	ok     bool
}

// spots are tried in this order.
var spots = []spot{{dx: -9, dy: 4, right: true, ok: true}, {dx: 9, dy: 4, ok: true}, {dx: -4, dy: -9, ok: true}, {dx: 4, dy: -9, right: true, ok: true}}

// besideWidths are the widths of plots without names beside them that those at the ends of series
// must be free at: in wide columns and in narrow ones.
var besideWidths = [2][]float64{{450, 520, 600, 760, 920, 1060}, {220, 260, 300, 350, 430, 470}}

// beside finds for all names a place right at the end of their series, where it is free at all
// widths of a kind of column; if one has none, all keep theirs beside the frame.
func (c Lines) beside(f frame, names []name, kind int) {
	var plots []plot
	for _, w := range besideWidths[kind] {
		p := plot{frame: f, width: w, kind: kind}
		if r := c.Reference; r != nil {
			x := float64(f.along(r.At)) * w
			p.taken = []rectangle{{x - 3, 0, x + 3, float64(f.height)}, {x, -10, x + 12 + Width(r.Label, medium), 10}}
		}
		for _, s := range c.Series {
			p.samples = append(p.samples, s.samples(f, w)...)
		}
		plots = append(plots, p)
	}
	place := func(n *name) bool {
		for _, s := range spots {
			free := true
			for i := range plots {
				free = free && plots[i].free(n, s, names)
			}
			if !free {
				continue
			}
			n.beside[kind] = s
			for i := range plots {
				plots[i].taken = append(plots[i].taken, plots[i].box(n, s))
			}
			return true
		}
		return false
	}
	for i := range names {
		if !place(&names[i]) {
			for k := range names {
				names[k].beside[kind] = spot{}
			}
			return
		}
	}
}

// A plot is a frame at one width, with the texts and the lines in it.
type plot struct {
	frame
	width   float64
	kind    int
	taken   []rectangle
	samples [][2]float64
}

func (p *plot) box(n *name, s spot) rectangle {
	x, width := float64(n.x)*p.width+s.dx, Width(n.texts[p.kind], medium)
	if s.right {
		x -= width
	}
	return rectangle{x, n.y + s.dy - 11, x + width, n.y + s.dy + 3}
}

// free reports whether a name can stand in a spot, next to no other end that it could be taken for.
func (p *plot) free(n *name, s spot, names []name) bool {
	for i := range names {
		if o := &names[i]; o != n && math.Abs(float64(o.x-n.x))*p.width < 40 && math.Abs(o.y-n.y) < 20 {
			return false
		}
	}
	r := p.box(n, s)
	if r.left < 2 || r.right > p.width || r.top < -6 || r.bottom > float64(p.height)-2 {
		return false
	}
	for _, t := range p.taken {
		if t.meets(r) {
			return false
		}
	}
	for _, at := range p.samples {
		if at[0] > r.left-5 && at[0] < r.right+5 && at[1] > r.top-3 && at[1] < r.bottom+3 {
			return false
		}
	}
	return true
}
