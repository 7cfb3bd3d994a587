package chart

// A Rule is a horizontal line that is a promise, such as the floor of a service level.
type Rule struct {
	At    float64
	Label string
	// Shade is -1 to shade what lies below it, which breaks the promise, and 1 for above it.
	Shade int
}

// A rectangle is in pixels.
type rectangle struct{ left, top, right, bottom float64 }

func (r rectangle) meets(s rectangle) bool {
	return r.left < s.right && r.right > s.left && r.top < s.bottom && r.bottom > s.top
}

// rules draws the lines; their texts come after the series.
func (b *builder) rules(f frame, rules []Rule) {
	for _, r := range rules {
		y := f.up(r.At)
		switch r.Shade {
		case -1:
			b.empty("rect", "class", "zone", "x", 0, "width", "100%", "y", y, "height", float64(f.height)-y)
		case 1:
			b.empty("rect", "class", "zone", "x", 0, "width", "100%", "y", 0, "height", y)
		}
		b.empty("line", "class", "slo", "x1", 0, "x2", Percent(1), "y1", y, "y2", y)
	}
}

// narrowest is the width of the narrowest plot that labels are placed for: a phone's.
const narrowest = 220

// ruleLabels writes the text of each rule at its left or right end, above or below it, wherever
// it meets the fewest points and lines of a narrow plot.
func (b *builder) ruleLabels(f frame, rules []Rule, series []Series) {
	var taken []rectangle
	for _, r := range rules {
		taken = append(taken, rectangle{0, f.up(r.At) - 1, narrowest, f.up(r.At) + 1})
	}
	var samples [][2]float64
	for _, s := range series {
		samples = append(samples, s.samples(f, narrowest)...)
	}
	for _, r := range rules {
		width := Width(r.Label, medium) + 10
		var best rectangle
		least := -1
		right := false
		for _, place := range [][2]bool{{false, true}, {true, false}, {false, false}, {true, true}} {
			left, top := 0.0, f.up(r.At)-17
			if place[0] {
				left = narrowest - width
			}
			if place[1] {
				top = f.up(r.At) + 3
			}
			at := rectangle{left, top, left + width, top + 14}
			if n := hits(at, taken, samples, float64(f.height)); least < 0 || n < least {
				best, least, right = at, n, place[0]
			}
		}
		taken = append(taken, best)
		attrs := []any{"class", "slot", "x", 0, "dx", 6, "y", best.top + 11}
		if right {
			attrs = []any{"class", "slot te", "x", Percent(1), "dx", -4, "y", best.top + 11}
		}
		b.text("text", r.Label, attrs...)
	}
}

// hits weighs what a label would cover: another text is worse than many points.
func hits(at rectangle, taken []rectangle, samples [][2]float64, height float64) (n int) {
	if at.top < -8 || at.bottom > height {
		n += 400
	}
	for _, t := range taken {
		if t.meets(at) {
			n += 300
		}
	}
	for _, s := range samples {
		if s[0] > at.left-6 && s[0] < at.right+6 && s[1] > at.top-5 && s[1] < at.bottom+5 {
			n++
		}
	}
	return n
}

// samples are points along the series, in pixels of a plot of the given width.
func (s Series) samples(f frame, width float64) (out [][2]float64) {
	var before *Point
	for i, p := range s.Points {
		if !p.drawn() {
			continue
		}
		x, y := width*f.x.inside(p.X), f.up(p.Y)
		out = append(out, [2]float64{x, y}, [2]float64{x, y}) // a mark counts twice
		if p.State == Invalid {
			continue
		}
		if before != nil {
			x0, y0 := width*f.x.inside(before.X), f.up(before.Y)
			for k := range 8 {
				t := float64(k) / 8
				out = append(out, [2]float64{x0 + (x-x0)*t, y0 + (y-y0)*t})
			}
		}
		before = &s.Points[i]
	}
	return out
}
