package telemetry

import (
	"maps"
	"slices"
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
