package telemetry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A PowerLog reads, line by line, what a program or a meter wrote of power:
//
//   - nvidia-smi --query-gpu=timestamp,index,uuid,power.draw.average,... --format=csv, with or
//     without nounits but with the header, once or repeated by -l or -lms. Fields that say
//     nothing of power, limits or lower clocks may be among them.
//   - rocm-smi --showpower --json or --csv. It states no times: where they are not those of
//     reading, a line with the time, as date +%s or date -Is writes it, goes before each.
//   - a CSV file with a header, "time,watts" or "time,kilowatts", and perhaps a third column
//     "meter" that tells several apart, which are added up. This is power at the wall. Times
//     are as in RFC 3339, or seconds since the Unix epoch.
//
// The zero PowerLog is ready for a first line. It is for one goroutine.
type PowerLog struct {
	// Zone is that of times that state none, as those of nvidia-smi: the local ones of the
	// machine that it ran on. Nil means the zone of this machine.
	Zone *time.Location

	row     func(fields []string, now time.Time) ([]Sample, error) // reads a line of the CSV
	width   int                                                    // its fields
	stated  time.Time                                              // by a line of its own
	stamped bool                                                   // such lines go before
	labels  map[[2]string][]Label
}

// Line reads one line. now is the time of samples whose line states none; if it is zero, that
// is an error. Lines without samples, such as headers, have none and no error.
func (l *PowerLog) Line(text string, now time.Time) ([]Sample, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if l.stamped {
		now = l.stated
	}
	switch {
	case text == "" || strings.HasPrefix(text, "WARNING") || strings.HasPrefix(text, "="):
		return nil, nil // of rocm-smi
	case text[0] == '{':
		return l.rocm(text, now)
	}
	fields := strings.Split(text, ",")
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
	}
	if len(fields) == 1 {
		if at, err := l.time(text); err == nil {
			l.stated, l.stamped = at, true
			return nil, nil
		}
	}
	if known, err := l.header(fields); known || err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(text, "is not a valid field to query."): // one stops them all
		return nil, fmt.Errorf("nvidia-smi says: %s; ask it without that field", clip(text))
	case l.row == nil && len(fields) == 1:
		return nil, fmt.Errorf("%q, expected the header of a power log", clip(text))
	case l.row == nil:
		return nil, fmt.Errorf("no header before %q: expected the one that nvidia-smi writes without noheader, or time,watts", clip(text))
	case len(fields) != l.width:
		return nil, fmt.Errorf("%q has %d fields, expected %d", clip(text), len(fields), l.width)
	}
	return l.row(fields, now)
}

// header looks whether a line is a header, by the names in it, and takes it for those after.
func (l *PowerLog) header(fields []string) (known bool, err error) {
	var row func([]string, time.Time) ([]Sample, error)
	switch first := strings.ToLower(fields[0]); {
	case first == "device" && len(fields) > 1:
		row, err = l.rocmRows(fields)
	case isNVIDIA(fields):
		row, err = l.nvidiaRows(fields)
	case first == "time" || first == "timestamp":
		row, err = l.wallRows(fields)
	default:
		return false, nil
	}
	if err == nil {
		l.row, l.width = row, len(fields)
	}
	return true, err
}

// labelsOf returns the labels of a device, the same ones each time.
func (l *PowerLog) labelsOf(name, value, second, other string) []Label {
	key := [2]string{value, other}
	if known, ok := l.labels[key]; ok {
		return known
	}
	if l.labels == nil || len(l.labels) > 100_000 { // devices that are others each time
		l.labels = make(map[[2]string][]Label)
	}
	var labels []Label
	if value != "" {
		labels = append(labels, Label{name, value})
	}
	if other != "" {
		labels = append(labels, Label{second, other})
	}
	l.labels[key] = labels
	return labels
}

// Forms of times. Those of nvidia-smi have no zone.
var zoned, unzoned = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700"},
	[]string{"2006/01/02 15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"}

// time reads a time.
func (l *PowerLog) time(text string) (time.Time, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		switch {
		case seconds >= 1e8 && seconds < 1e11: // the years 1973 to 5138
			whole := int64(seconds)
			return time.Unix(whole, int64((seconds-float64(whole))*1e9)), nil
		case seconds >= 1e11 && seconds < 1e14:
			return time.UnixMilli(int64(seconds)), nil
		}
	}
	for _, form := range zoned {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	zone := l.Zone
	if zone == nil {
		zone = time.Local
	}
	for _, form := range unzoned {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time, expected one like 2026-11-30T12:00:00Z or seconds since 1970", clip(text))
}

// timed returns the time of a row: stated in a field, or else now.
func (l *PowerLog) timed(fields []string, column int, now time.Time) (time.Time, error) {
	switch {
	case column >= 0:
		return l.time(fields[column])
	case now.IsZero():
		return now, errors.New("it states no times: ask nvidia-smi for timestamp, or have a line with the time before what rocm-smi says")
	}
	return now, nil
}

// number reads a number before its unit. What is in brackets, or N/A, is none.
func number(text string) (float64, bool) {
	text, _, _ = strings.Cut(text, " ")
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v-v == 0 // neither NaN nor infinite
}
