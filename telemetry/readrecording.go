package telemetry

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
)

const (
	longestLine = 4 << 20 // bytes of a line: many times what linePoints take
	// mostRead bounds the points of a phase, which take 16 bytes each: four times those that
	// the benchmarks keep of each of four targets.
	mostRead = 1 << 24
	// farthest is how far a point may be from the beginning of its phase.
	farthest = int64(365 * 24 * time.Hour)
)

// ReadRecordings reads what [Recording.Write] wrote, one phase at a time, from a file of any
// origin. What an error that ends it leaves of the last phase is not returned. The error names
// the line. Of a line that is 4 MiB or longer, or a phase of more than 16 million points,
// it says so.
func ReadRecordings(r io.Reader) iter.Seq2[*Recording, error] {
	return func(yield func(*Recording, error) bool) {
		var now *Recording
		line, points := 0, 0
		fail := func(err error) { yield(nil, fmt.Errorf("telemetry: series: line %d: %w", line, err)) }
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			line = 1
			fail(err)
			return
		}
		lines := bufio.NewScanner(unzipped)
		lines.Buffer(nil, longestLine)
		for lines.Scan() {
			line++
			var of recordingLine
			if err := json.Unmarshal(lines.Bytes(), &of); err != nil {
				fail(err)
				return
			}
			if of.Phase != nil {
				if now != nil && !yield(now, nil) {
					return
				}
				now, points = nil, 0
			}
			if points += linePoints / 64; of.Series != nil { // a line takes memory without points, too
				points += len(of.Series.At)
			}
			next, err := of.read(now)
			if err == nil && points > mostRead {
				err = fmt.Errorf("more than %d points in a phase", mostRead)
			}
			if err != nil {
				fail(err)
				return
			}
			now = next
		}
		line++
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			fail(fmt.Errorf("it has %d bytes or more", longestLine))
		case err != nil:
			fail(err)
		case now != nil:
			yield(now, nil)
		}
	}
}

// read adds a line to a recording, which is nil before the first.
func (l *recordingLine) read(r *Recording) (*Recording, error) {
	switch {
	case l.Phase != nil:
		p := l.Phase
		if p.Schema != RecordingSchema {
			return nil, fmt.Errorf("schema %.40q, expected %s", p.Schema, RecordingSchema)
		}
		if y := p.Begin.Year(); y < 1970 || y > 2200 { // what nanoseconds since the epoch hold
			return nil, fmt.Errorf("it begins in the year %d", y)
		}
		return &Recording{Run: p.Run, Phase: p.Phase, Agents: p.Agents, At: Instants{
			Begin: p.Begin, Settled: p.Begin.Add(p.Settled), WindowEnd: p.Begin.Add(p.WindowEnd), End: p.Begin.Add(p.End),
		}}, nil
	case r == nil:
		return nil, errors.New(`no line "phase" before it`)
	case l.Target != nil:
		t := l.Target
		r.Observed = append(r.Observed, Observed{Target: t.Target, Scrapes: t.Scrapes, Failed: t.Failed, Failure: t.Failure, Took: t.Took, Cut: t.Cut})
		return r, nil
	case l.Series == nil:
		return r, nil // of a later version
	case len(r.Observed) == 0:
		return nil, errors.New(`no line "target" before it`)
	case len(l.Series.At) != len(l.Series.Values):
		return nil, fmt.Errorf("%d times and %d values, expected as many", len(l.Series.At), len(l.Series.Values))
	}
	o := &r.Observed[len(r.Observed)-1]
	s := l.Series.series()
	if n := len(o.Series); n > 0 && o.Series[n-1].Name == s.Name && slices.Equal(o.Series[n-1].Labels, s.Labels) {
		s.Points, o.Series = o.Series[n-1].Points, o.Series[:n-1]
	}
	begin, latest := r.At.Begin.UnixNano(), int64(0)
	if n := len(s.Points); n > 0 {
		latest = s.Points[n-1].Nanos - begin
	}
	for i, at := range l.Series.At {
		if at < -farthest || at > farthest {
			return nil, fmt.Errorf("%.80q has the time %v, expected one of a phase", s.Name, time.Duration(at))
		}
		if at <= latest && len(s.Points) > 0 {
			return nil, fmt.Errorf("%.80q has the time %v after %v, expected increasing ones", s.Name, time.Duration(at), time.Duration(latest))
		}
		s.Points, latest = append(s.Points, Point{begin + at, l.Series.Values[i]}), at
	}
	o.Series = append(o.Series, s)
	return r, nil
}

// series returns the series of a line, without its points.
func (l *seriesLine) series() Series {
	s := Series{Name: l.Name}
	for name, value := range l.Labels {
		s.Labels = append(s.Labels, Label{name, value})
	}
	slices.SortFunc(s.Labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	return s
}
