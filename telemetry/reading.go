package telemetry

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A reading is what one target said of a phase in the words of one vocabulary.
type reading struct {
	target     *Observed
	vocabulary *vocabulary
	gauges     map[figure][]line
	rises      map[figure]rise
	outcomes   map[string]rise
	histograms map[figure]*histogramRise
	families   map[string]string // by figure, what it was read from
	// late, vanished and broken are examples of such series; empty if there are none.
	late, vanished, broken string
}

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

// read reads the page in the words of a vocabulary; nil if it has none of them.
func (p *page) read(v *vocabulary) *reading {
	r := &reading{
		target: p.observed, vocabulary: v,
		gauges: make(map[figure][]line), rises: make(map[figure]rise), outcomes: make(map[string]rise),
		histograms: make(map[figure]*histogramRise), families: make(map[string]string),
	}
	for i := range v.families {
		f := &v.families[i]
		if r.families[string(f.figure)] != "" && f.figure != outcomes {
			continue
		}
		found := false
		switch f.kind {
		case gauge:
			found = p.readGauge(r, f)
		case counter:
			found = p.readCounter(r, f)
		case histogram:
			found = p.readHistogram(r, f)
		}
		if found {
			r.families[string(f.figure)] = strings.TrimPrefix(r.families[string(f.figure)]+", "+f.name, ", ")
		}
	}
	if len(r.families) == 0 {
		return nil
	}
	r.derive()
	return r
}

func (p *page) readGauge(r *reading, f *family) bool {
	for _, s := range p.series(f.name, f, r.vocabulary) {
		if l := p.looksAt(s); l != nil {
			r.gauges[f.figure] = append(r.gauges[f.figure], line{p.points[s], l.gap})
		}
	}
	return len(r.gauges[f.figure]) > 0
}

func (p *page) readCounter(r *reading, f *family) bool {
	var sum rise
	for _, s := range p.series(f.name, f, r.vocabulary) {
		up := p.rise(r, s)
		if f.figure == outcomes {
			name := f.as
			if f.by != "" {
				name = s.Label(f.by)
			}
			o := r.outcomes[name]
			o.add(up)
			r.outcomes[name] = o
		}
		sum.add(up)
	}
	if sum.seen && f.figure != outcomes {
		r.rises[f.figure] = sum
	}
	return sum.seen
}

func (p *page) readHistogram(r *reading, f *family) bool {
	groups := make(map[string]*histogramRise)
	group := func(s *Series) *histogramRise {
		key := labelKey(s.Labels, "le")
		if groups[key] == nil {
			groups[key] = new(histogramRise)
		}
		return groups[key]
	}
	for _, s := range p.series(f.name+"_count", f, r.vocabulary) {
		group(s).count = p.rise(r, s)
	}
	for _, s := range p.series(f.name+"_sum", f, r.vocabulary) {
		group(s).sum = p.rise(r, s)
	}
	for _, s := range p.series(f.name+"_bucket", f, r.vocabulary) {
		group(s).bucket(s.Label("le"), p.rise(r, s))
	}
	all := new(histogramRise)
	for _, key := range slices.Sorted(maps.Keys(groups)) { // sums of floats depend on the order
		h := groups[key]
		if !h.count.seen {
			continue
		}
		h.check()
		if h.broken {
			r.broken = f.name
		}
		all.add(h)
	}
	if all.count.seen {
		r.histograms[f.figure] = all
	}
	return all.count.seen
}

// rise returns how far the counter of a series went.
func (p *page) rise(r *reading, s *Series) rise {
	l := p.looksAt(s)
	if l == nil {
		return rise{}
	}
	up := l.riseOf(p.points[s], p.at.Begin.UnixNano())
	if up.late {
		r.late = s.Name
	}
	if up.vanished {
		r.vanished = s.Name
	}
	return up
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

// derive fills in what follows from the rest: of prompts, what is computed is all but what
// came out of a cache.
func (r *reading) derive() {
	set := func(f figure, a, b figure, sign float64) {
		x, y := r.rises[a], r.rises[b]
		if r.rises[f].seen || !x.seen || !y.seen {
			return
		}
		x.total, x.window, x.rate = x.total+sign*y.total, x.window+sign*y.window, x.rate+sign*y.rate
		x.covered = x.covered && y.covered
		r.rises[f] = x
		word := map[float64]string{1: " + ", -1: " - "}[sign]
		r.families[string(f)] = r.families[string(a)] + word + r.families[string(b)]
	}
	set(promptTokens, computed, cachedTokens, 1)
	set(computed, promptTokens, cachedTokens, -1)
	set(blockQueries, blockHits, blockMisses, 1)
}
