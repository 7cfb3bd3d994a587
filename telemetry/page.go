package telemetry

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A page is all that is known of a target, sorted out.
type page struct {
	observed *Observed
	at       Instants
	looks    []*looks
	byName   map[string][]*Series
	points   map[*Series][]Point
	// notFinite counts points without a number.
	notFinite int
}

// newPage sorts out what was observed.
func newPage(o *Observed, at Instants) *page {
	p := &page{observed: o, at: at, byName: make(map[string][]*Series), points: make(map[*Series][]Point)}
	for i := range o.Series {
		s := &o.Series[i]
		p.byName[s.Name] = append(p.byName[s.Name], s)
		if serverNames()[s.Name] {
			p.points[s] = p.clean(s.Points)
		}
	}
	p.looks = looksOf(o, at)
	var falling []*Series
	for _, name := range started {
		falling = append(falling, p.byName[name]...)
	}
	for _, v := range vocabularies {
		for _, f := range v.families {
			switch {
			case f.kind == counter && !strings.HasSuffix(f.name, "_sum"):
				falling = append(falling, p.byName[f.name]...)
			case f.kind == histogram:
				falling = append(falling, p.byName[f.name+"_count"]...)
			}
		}
	}
	for _, l := range p.looks {
		l.findResets(falling, func(s *Series) []Point { return p.points[s] })
	}
	return p
}

// clean returns points that are finite and in increasing order, of one time the first.
func (p *page) clean(points []Point) []Point {
	good := true
	for i, q := range points {
		good = good && finite(q.Value) && (i == 0 || points[i-1].Nanos < q.Nanos)
	}
	if good {
		return points
	}
	points = slices.Clone(points)
	n := len(points)
	points = slices.DeleteFunc(points, func(q Point) bool { return !finite(q.Value) })
	p.notFinite += n - len(points)
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.Nanos, b.Nanos) })
	return slices.CompactFunc(points, func(a, b Point) bool { return a.Nanos == b.Nanos })
}

// looksAt returns the looks that a series was seen in: those of the most labels that it has.
func (p *page) looksAt(s *Series) *looks {
	var best *looks
	for _, l := range p.looks {
		if l.about(s) && (best == nil || len(l.labels) > len(best.labels)) {
			best = l
		}
	}
	return best
}

// series returns those of a family that count, each with points: of ranks that count the same
// requests, the lowest.
func (p *page) series(name string, f *family, v *vocabulary) (out []*Series) {
	lowest := make(map[string]*Series)
	for _, s := range p.byName[name] {
		if len(p.points[s]) == 0 || f.only.Name != "" && s.Label(f.only.Name) != f.only.Value {
			continue
		}
		if len(v.ranks) == 0 {
			out = append(out, s)
			continue
		}
		key := labelKey(s.Labels, v.ranks...)
		if other := lowest[key]; other == nil || rankLess(s, other, v.ranks) {
			lowest[key] = s
		}
	}
	for _, s := range p.byName[name] {
		if len(v.ranks) > 0 && lowest[labelKey(s.Labels, v.ranks...)] == s {
			out = append(out, s)
		}
	}
	return out
}

// rankLess orders series by the labels that name ranks, as numbers.
func rankLess(a, b *Series, ranks []string) bool {
	for _, name := range ranks {
		x, _ := strconv.Atoi(a.Label(name))
		y, _ := strconv.Atoi(b.Label(name))
		if x != y {
			return x < y
		}
	}
	return false
}

// labelKey joins labels, except some.
func labelKey(labels []Label, except ...string) string {
	var b strings.Builder
	for _, l := range labels {
		if !slices.Contains(except, l.Name) {
			b.WriteString(l.Name + "\x00" + l.Value + "\x00")
		}
	}
	return b.String()
}
