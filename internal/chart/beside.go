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

// besideWidths are the widths of plots that a name beside its series must be free at, with the
// text of narrow columns and with that of wide ones.
var besideWidths = [2][]float64{{480, 600, 760, 920, 1060}, {180, 230, 260, 300, 350, 430, 470}}

// beside finds for names a place right at the end of their series, where it is free at all widths;
// the others keep theirs beside the frame.
func (c Lines) beside(f frame, names []name) {
	var taken [2][][]rectangle // by kind of column and width
	for k, all := range besideWidths {
		taken[k] = make([][]rectangle, len(all))
		if c.Reference == nil {
			continue
		}
		for i, w := range all {
			x := float64(f.along(c.Reference.At)) * w
			taken[k][i] = []rectangle{{x - 3, 0, x + 3, float64(f.height)}, {x, -10, x + 12 + Width(c.Reference.Label, medium), 10}}
		}
	}
	var samples [2][][][2]float64
	for k, all := range besideWidths {
		for _, w := range all {
			var points [][2]float64
			for _, s := range c.Series {
				points = append(points, s.samples(f, w)...)
			}
			samples[k] = append(samples[k], points)
		}
	}
	for i := range names {
		n := &names[i]
		box := func(s spot, k int, w float64) rectangle {
			x, width := float64(n.x)*w+s.dx, Width(n.texts[k], medium)
			if s.right {
				x -= width
			}
			return rectangle{x, n.y + s.dy - 11, x + width, n.y + s.dy + 3}
		}
		free := func(s spot) bool {
			for k, all := range besideWidths {
				for j, w := range all {
					for o := range names { // another that ends here could be meant
						if o != i && math.Abs(float64(names[o].x-n.x))*w < 40 && math.Abs(names[o].y-n.y) < 20 {
							return false
						}
					}
					r := box(s, k, w)
					if r.left < 2 || r.right > w || r.top < -6 || r.bottom > float64(f.height)-2 {
						return false
					}
					for _, t := range taken[k][j] {
						if t.meets(r) {
							return false
						}
					}
					for _, p := range samples[k][j] {
						if p[0] > r.left-5 && p[0] < r.right+5 && p[1] > r.top-3 && p[1] < r.bottom+3 {
							return false
						}
					}
				}
			}
			return true
		}
		for _, s := range spots {
			if !free(s) {
				continue
			}
			n.beside = s
			for k, all := range besideWidths {
				for j, w := range all {
					taken[k][j] = append(taken[k][j], box(s, k, w))
				}
			}
			break
		}
	}
}
