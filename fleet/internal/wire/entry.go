package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// mostText bounds the texts of an entry: IDs of sessions, and messages of failures, which
// hold a part of what a server answered.
const mostText = 64 << 10

// AppendEntry appends an entry, some 20 to 120 bytes. A text that is longer than what a reader
// takes is cut.
func AppendEntry(buf []byte, e *load.Entry) []byte {
	buf = append(buf, byte(e.Kind))
	buf = binary.AppendVarint(buf, int64(e.At))
	buf = binary.AppendVarint(buf, int64(e.Agent))
	switch e.Kind {
	case load.Play:
		buf = appendString(appendString(buf, cut(e.Text)), cut(e.Session))
	case load.Thread, load.Message:
		buf = appendString(buf, cut(e.Text))
	case load.Begin, load.End:
		buf = binary.AppendVarint(buf, e.Request)
		buf = binary.AppendVarint(buf, int64(e.Context))
		buf = appendRow(buf, &e.Row, e.At)
	case load.First:
		buf = binary.AppendVarint(buf, e.Request)
		buf = binary.AppendVarint(buf, int64(e.Row.First))
	}
	return buf
}

func cut(s string) string { return s[:min(len(s), mostText)] }

// Entries decodes entries.
func Entries(data []byte) (all []load.Entry, err error) {
	d := decoder{data: data}
	for len(d.data) > 0 {
		e := load.Entry{Kind: load.Kind(d.byte()), At: time.Duration(d.varint()), Agent: d.int32()}
		switch e.Kind {
		case load.Up, load.Completed:
		case load.Play:
			e.Text, e.Session = d.string(mostText), d.string(mostText)
		case load.Thread, load.Message:
			e.Text = d.string(mostText)
		case load.Begin, load.End:
			e.Request, e.Context = d.varint(), int(d.int32())
			e.Row = d.row(e.At, e.Agent)
		case load.First:
			e.Request, e.Row.First = d.varint(), time.Duration(d.varint())
		default:
			d.fail(fmt.Errorf("kind %d", e.Kind))
		}
		if d.err != nil {
			return all, fmt.Errorf("entry %d: %w", len(all), d.err)
		}
		all = append(all, e)
	}
	return all, nil
}

// instants and counts are the fields of a row that are instants and that are counts.
func instants(r *record.Row) [8]*time.Duration {
	return [...]*time.Duration{&r.Begun, &r.Due, &r.Sent, &r.First, &r.Tenth, &r.Last, &r.Made, &r.End}
}

func counts(r *record.Row) [21]*int32 {
	return [...]*int32{
		&r.Message, &r.Play, &r.Thread, &r.Turn, &r.MaxTokens, &r.Recorded, &r.Planned,
		&r.Prompt, &r.Cached, &r.Completion, &r.Reasoning, &r.Hidden, &r.Tokens, &r.FirstTokens,
		&r.Events, &r.FirstEvents, &r.Bytes, &r.Lead, &r.Silent, &r.Blank, &r.WindowBytes,
	}
}

func flags(r *record.Row) [4]*bool {
	return [...]*bool{&r.Forced, &r.Cold, &r.Midway, &r.Reported}
}

// sources are those of a token count, by their place here.
var sources = [...]metrics.Source{metrics.SourceNone, metrics.SourceUsage, metrics.SourceContinuous, metrics.SourceEstimated, metrics.SourceEvents}

func sourceCode(s record.Source) byte {
	for i, known := range sources {
		if record.SourceOf(known) == s {
			return byte(i)
		}
	}
	return 0
}

// appendRow appends a row, whose agent is that of the entry. Instants are counted from the
// entry's own, which makes most of them short.
func appendRow(buf []byte, r *record.Row, at time.Duration) []byte {
	var bits byte
	for i, f := range flags(r) {
		if *f {
			bits |= 1 << i
		}
	}
	buf = append(buf, bits, sourceCode(r.TokenSource)|sourceCode(r.FirstSource)<<4)
	for _, t := range instants(r) {
		buf = binary.AppendVarint(buf, int64(at-*t))
	}
	buf = appendString(buf, string(r.Outcome))
	for _, n := range counts(r) {
		buf = binary.AppendVarint(buf, int64(*n))
	}
	buf = binary.AppendVarint(buf, int64(r.Rest))
	buf = binary.AppendUvarint(buf, uint64(r.Ahead))
	return binary.AppendUvarint(buf, math.Float64bits(r.WindowTokens))
}

func (d *decoder) row(at time.Duration, agent int32) record.Row {
	r := record.Row{Agent: agent}
	bits := d.byte()
	for i, f := range flags(&r) {
		*f = bits&(1<<i) != 0
	}
	both := d.byte()
	r.TokenSource, r.FirstSource = d.source(both&15), d.source(both>>4)
	for _, t := range instants(&r) {
		*t = at - time.Duration(d.varint())
	}
	r.Outcome = record.Outcome(d.string(64))
	for _, n := range counts(&r) {
		*n = d.int32()
	}
	r.Rest = time.Duration(d.varint())
	if ahead := d.uvarint(); ahead <= math.MaxUint16 {
		r.Ahead = uint16(ahead)
	} else {
		d.fail(fmt.Errorf("%d events ahead, expected 16 bits", ahead))
	}
	if r.WindowTokens = math.Float64frombits(d.uvarint()); math.IsNaN(r.WindowTokens) || math.IsInf(r.WindowTokens, 0) {
		d.fail(fmt.Errorf("%v tokens in the window, expected a number", r.WindowTokens))
	}
	return r
}

func (d *decoder) source(code byte) record.Source {
	if int(code) >= len(sources) {
		d.fail(fmt.Errorf("source %d of a count", code))
		return 0
	}
	return record.SourceOf(sources[code])
}
