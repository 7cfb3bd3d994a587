package metrics

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// LogHeader begins a log of [Interval] lines. Readers do without it, people do not.
const LogHeader = "#[Histogram log format version 1.3]\n" +
	"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"

// An Interval is one line of HdrHistogram's log format: the samples of some
// stretch of time, as a histogram. Lines of several runs, or of several parts of
// one, may stand in the same file; merging their Percentiles gives those of all.
//
// HdrHistogram's values are whole numbers. If all samples are, in whatever unit,
// such as nanoseconds, the line shows them to any program that reads the format.
// If not, its values count a unit that is stated as the conversion ratio of the
// histogram; programs that ignore it show values in that unit. What has been
// read from a line is in the histogram form, in which the minimum, maximum, sum
// and mean are those of its buckets, within the error of other answers, and
// [Percentiles.Warnings] says so; samples less than 2^-61 of the largest have
// become 0. JSON changes nothing.
type Interval struct {
	// Tag tells several series in one log apart; empty means none. It has no
	// commas, spaces or line breaks.
	Tag string
	// Start is when the interval began, to the millisecond, in 1970 or later. The
	// zero Time is written as 0.
	Start time.Time
	// Length is how long it was, to the millisecond.
	Length time.Duration
	// Percentiles has the samples; nil means none.
	Percentiles *Percentiles
}

// AppendLog appends the line of the interval to b, with the line break that ends
// it. The format has no place for negative and infinite samples, which are an
// error.
func (i Interval) AppendLog(b []byte) ([]byte, error) {
	if strings.ContainsAny(i.Tag, ", \t\r\n") {
		return b, fmt.Errorf("metrics: tag %q has a comma, a space or a line break", i.Tag)
	}
	start := 0.0
	if !i.Start.IsZero() {
		start = float64(i.Start.UnixMilli()) / 1000
	}
	if start < 0 || i.Length < 0 {
		return b, fmt.Errorf("metrics: an interval from %v for %v", i.Start, i.Length)
	}
	p := new(Percentiles)
	if i.Percentiles != nil {
		p = i.Percentiles.clone()
	}
	if p.inf > 0 || p.negInf > 0 || p.min < 0 {
		return b, errors.New("metrics: a log line holds neither negative nor infinite samples")
	}
	if p.hist == nil {
		p.toHistogram()
	}
	h := p.hist
	if !h.fractions {
		h.reach(0)
	}
	h.pos.add(0, h.zeros)
	text, err := encode(&h.pos, math.Ldexp(1, h.exp))
	if err != nil {
		return b, fmt.Errorf("metrics: %w", err)
	}
	if i.Tag != "" {
		b = fmt.Appendf(b, "Tag=%s,", i.Tag)
	}
	b = strconv.AppendFloat(b, start, 'f', 3, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, i.Length.Seconds(), 'f', 3, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, p.max, 'f', -1, 64)
	return fmt.Appendf(b, ",%s\n", text), nil
}

// ReadLog reads a log that AppendLog or another program has written. A line that
// is not understood is yielded as an error that names it, and the lines after it
// follow; an error of r, or a line longer than 2 MB, is yielded last. Histograms
// of more than four significant figures are refused.
func ReadLog(r io.Reader) iter.Seq2[Interval, error] {
	return func(yield func(Interval, error) bool) {
		const longest = 2 << 20
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, longest)
		var clock logClock
		for n := 1; lines.Scan(); n++ {
			line := strings.TrimSpace(lines.Text())
			if line == "" || line[0] == '"' || line[0] == '#' {
				clock.comment(line)
				continue
			}
			i, err := clock.interval(line)
			if err != nil {
				i, err = Interval{}, fmt.Errorf("metrics: line %d: %w", n, err)
			}
			if !yield(i, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Interval{}, fmt.Errorf("metrics: %w", err))
		}
	}
}

// logClock says what the timestamps of a log count from, as HdrHistogram's readers
// do: from the base time if one is stated; from the start time if they are more
// than a year before it; else from the epoch.
type logClock struct {
	start, base           float64 // seconds since the epoch
	startKnown, baseKnown bool
}

func (c *logClock) comment(line string) {
	for _, known := range [...]struct {
		prefix string
		to     *float64
		set    *bool
	}{{"#[StartTime: ", &c.start, &c.startKnown}, {"#[BaseTime: ", &c.base, &c.baseKnown}} {
		if rest, ok := strings.CutPrefix(line, known.prefix); ok {
			number, _, _ := strings.Cut(rest, " ")
			if v, err := seconds(strings.TrimRight(number, ",]")); err == nil {
				*known.to, *known.set = v, true
			}
		}
	}
}

func (c *logClock) interval(line string) (i Interval, err error) {
	if rest, ok := strings.CutPrefix(line, "Tag="); ok {
		i.Tag, line, _ = strings.Cut(rest, ",")
	}
	parts := strings.Split(line, ",")
	if len(parts) != 4 {
		return i, fmt.Errorf("%d values, expected a start, a length, a maximum and a histogram", len(parts))
	}
	begin, err := seconds(parts[0])
	if err != nil {
		return i, err
	}
	length, err := seconds(parts[1])
	if err != nil || length < 0 {
		return i, fmt.Errorf("a length of %q", parts[1])
	}
	const year = 365 * 24 * 3600
	if !c.baseKnown && c.startKnown && begin < c.start-year {
		c.base = c.start
	}
	c.baseKnown = true
	i.Start = time.UnixMilli(int64(math.Round(1000 * (c.base + begin))))
	i.Length = time.Duration(math.Round(1000*length)) * time.Millisecond
	i.Percentiles, err = readCounts(parts[3])
	return i, err
}

// seconds reads a time, up to some 280 years.
func seconds(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(v) < 9e9) {
		return 0, fmt.Errorf("%q is not a time", text)
	}
	return v, nil
}

// readCounts reads a histogram, of this package or another program.
func readCounts(payload string) (*Percentiles, error) {
	const most = 4 // figures; three are kept
	h, contents, err := decode(payload, most)
	if err != nil {
		return nil, err
	}
	unit := contents.IntegerToDoubleConversionRatio
	p := new(Percentiles)
	p.toHistogram()
	for _, bar := range h.Distribution() {
		if bar.Count == 0 {
			continue
		}
		middle := float64(bar.From)/2 + float64(bar.To)/2
		if unit != 1 && bar.To > 0 {
			middle += 0.5 // the bucket ends a unit above its last one
		}
		v := middle * unit
		if math.IsInf(v, 0) || bar.Count > math.MaxInt {
			return nil, errors.New("a histogram of larger values or counts than can be held")
		}
		p.RecordN(v, int(bar.Count))
	}
	p.hist.fractions = unit != 1
	p.rough = p.n
	return p, nil
}
