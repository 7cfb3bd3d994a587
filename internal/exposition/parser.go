// Package exposition reads pages of Prometheus' text format 0.0.4 and, as far as samples go,
// of OpenMetrics. It looks at samples only: what a family is, its reader knows by its name.
package exposition

import (
	"bytes"
	"math"
	"strconv"
)

// A Label is one of a series.
type Label struct{ Name, Value string }

// Bounds of a Parser. Real pages stay far below: the longest line seen is 2 KB (vLLM's
// cache_config_info), the most labels about 20 (DCGM in Kubernetes).
const (
	maxLine   = 64 << 10
	maxLabels = 64
	// Series of different spelling that are remembered, kept ones or not. A page of new
	// ones each time must not fill the memory.
	maxKnown = 50_000
)

// A Parser parses pages of one target, one after another, and remembers how series are
// written, so that a page like the one before costs a look into a table for each sample.
// It is for one goroutine.
type Parser[S any] struct {
	// Make is called for each series when it is first seen, and says what stands for it and
	// whether its samples are wanted. Labels are sorted by name, and Make may keep them.
	Make func(name string, labels []Label) (series S, wanted bool)
	// Wanted, unless nil, says of a name whether Make need be asked at all.
	Wanted func(name []byte) bool

	known map[string]known[S]
	most  int // of known; 0 means maxKnown
}

type known[S any] struct {
	series  S
	wanted  bool
	invalid bool
}

// Forget makes the parser ask Make again for every series.
func (p *Parser[S]) Forget() { p.known = nil }

// Parse calls add for each wanted sample of a page, in its order. A timestamp is in
// milliseconds, 0 for none; in a page of OpenMetrics it stands there in seconds. Lines that
// are not to be understood are counted and left out.
func (p *Parser[S]) Parse(page []byte, openMetrics bool, add func(series S, value float64, timestamp int64)) (malformed int) {
	if p.most == 0 {
		p.most = maxKnown
	}
	if p.known == nil || len(p.known) > p.most {
		p.known = make(map[string]known[S])
	}
	for len(page) > 0 {
		line := page
		if i := bytes.IndexByte(page, '\n'); i >= 0 {
			line, page = page[:i], page[i+1:]
		} else {
			page = nil
		}
		line = trimLeft(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if !p.line(line, openMetrics, add) {
			malformed++
		}
	}
	return malformed
}

func (p *Parser[S]) line(line []byte, openMetrics bool, add func(S, float64, int64)) bool {
	if len(line) > maxLine {
		return false
	}
	name := line[:nameEnd(line)]
	if len(name) > 0 && p.Wanted != nil && !p.Wanted(name) {
		return true
	}
	end := seriesEnd(line)
	if end <= 0 {
		return false
	}
	k, ok := p.known[string(line[:end])]
	if !ok {
		k = p.look(line[:end])
		if len(p.known) <= p.most {
			p.known[string(line[:end])] = k
		}
	}
	if k.invalid {
		return false
	}
	if !k.wanted {
		return true
	}
	value, timestamp, ok := numbers(line[end:], openMetrics)
	if ok {
		add(k.series, value, timestamp)
	}
	return ok
}

func (p *Parser[S]) look(text []byte) (k known[S]) {
	name, labels, ok := parseSeries(text)
	if !ok {
		k.invalid = true
		return k
	}
	if p.Wanted != nil && !p.Wanted([]byte(name)) {
		return k
	}
	k.series, k.wanted = p.Make(name, labels)
	return k
}

// numbers parses what follows a series: a value and perhaps a timestamp.
func numbers(text []byte, openMetrics bool) (value float64, timestamp int64, ok bool) {
	text = trimLeft(text)
	field := text[:blank(text)]
	value, ok = parseFloat(field)
	if !ok {
		return 0, 0, false
	}
	text = trimLeft(text[len(field):])
	if len(text) == 0 || openMetrics && text[0] == '#' {
		return value, 0, true
	}
	field = text[:blank(text)]
	if openMetrics {
		seconds, ok := parseFloat(field)
		ms := seconds * 1000
		if !ok || !(math.Abs(ms) < math.MaxInt64) {
			return 0, 0, false
		}
		timestamp = int64(math.Round(ms))
	} else {
		ms, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, 0, false
		}
		timestamp = ms
	}
	text = trimLeft(text[len(field):])
	return value, timestamp, len(text) == 0 || openMetrics && text[0] == '#'
}

// parseFloat is Go's without what Prometheus does not allow: hexadecimal and underscores.
func parseFloat(text []byte) (float64, bool) {
	if len(text) == 0 || bytes.ContainsAny(text, "pP_xX") {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(text), 64)
	return v, err == nil
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// blank returns the index of the first blank, or the length.
func blank(b []byte) int {
	for i, c := range b {
		if c == ' ' || c == '\t' || c == '\r' {
			return i
		}
	}
	return len(b)
}
