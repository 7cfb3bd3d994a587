package telemetry

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// RecordingSchema is the version of the form in which a [Recording] is written.
const RecordingSchema = "agentperf.series/1"

// A Recording is the series of one phase as they are kept in a file, for charts and for those
// who want to look at more than the summary.
//
// A file has gzipped JSON Lines, each an object with one key. A line "phase" begins a phase,
// a line "target" after it a target, and lines "series" after that have its series:
//
//	{"phase":{"schema":"agentperf.series/1","run":"...","phase":0,"agents":4,"begin":"2026-11-30T09:00:00Z","settled_ns":1,"window_end_ns":2,"end_ns":3}}
//	{"target":{"name":"...","role":"engine","every_ns":1000000000,"scrapes":40,"failed":0,"took_ns":5,"cut":false}}
//	{"series":{"name":"vllm:num_requests_running","labels":{"engine":"0"},"at_ns":[12,1000000012],"values":[0,4]}}
//
// Times that end in _ns are nanoseconds since the beginning of the phase. A series of many
// points has several lines, one after the other. Phases are gzip members, so that files can be
// appended to each other.
type Recording struct {
	// Run names the run, and Phase counts its phases or levels from 0.
	Run   string
	Phase int
	// Agents is the number of agents, or of queries at a time.
	Agents   int
	At       Instants
	Observed []Observed
}

// The lines of a recording.
type (
	recordingLine struct {
		Phase  *phaseLine  `json:"phase,omitempty"`
		Target *targetLine `json:"target,omitempty"`
		Series *seriesLine `json:"series,omitempty"`
	}
	phaseLine struct {
		Schema    string        `json:"schema"`
		Run       string        `json:"run"`
		Phase     int           `json:"phase"`
		Agents    int           `json:"agents"`
		Begin     time.Time     `json:"begin"`
		Settled   time.Duration `json:"settled_ns"`
		WindowEnd time.Duration `json:"window_end_ns"`
		End       time.Duration `json:"end_ns"`
	}
	targetLine struct {
		Target
		Scrapes int           `json:"scrapes"`
		Failed  int           `json:"failed"`
		Failure string        `json:"failure,omitempty"`
		Took    time.Duration `json:"took_ns"`
		Cut     bool          `json:"cut"`
	}
	seriesLine struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels,omitempty"`
		At     []int64           `json:"at_ns"`
		Values []float64         `json:"values"`
	}
)

// linePoints bounds the points of a line, and so its length: some 40 bytes each.
const linePoints = 4096

// Write writes the recording. The error is that of w.
func (r *Recording) Write(w io.Writer) error {
	zip := gzip.NewWriter(w)
	enc := json.NewEncoder(zip)
	enc.SetEscapeHTML(false)
	begin := r.At.Begin
	err := enc.Encode(recordingLine{Phase: &phaseLine{
		RecordingSchema, r.Run, r.Phase, r.Agents, begin.Round(0).UTC(), r.At.Settled.Sub(begin), r.At.WindowEnd.Sub(begin), r.At.End.Sub(begin),
	}})
	for i := range r.Observed {
		o := &r.Observed[i]
		if err == nil {
			err = enc.Encode(recordingLine{Target: &targetLine{o.Target, o.Scrapes, o.Failed, o.Failure, o.Took, o.Cut}})
		}
		for k := range o.Series {
			if err == nil {
				err = writeSeries(enc, &o.Series[k], begin.UnixNano())
			}
		}
	}
	if err == nil {
		err = zip.Close()
	}
	if err != nil {
		return fmt.Errorf("telemetry: writing series: %w", err)
	}
	return nil
}

func writeSeries(enc *json.Encoder, s *Series, begin int64) error {
	line := seriesLine{Name: s.Name, Labels: make(map[string]string, len(s.Labels))}
	for _, l := range s.Labels {
		line.Labels[l.Name] = l.Value
	}
	for rest := s.Points; len(rest) > 0; rest = rest[min(linePoints, len(rest)):] {
		line.At, line.Values = line.At[:0], line.Values[:0]
		for _, p := range rest[:min(linePoints, len(rest))] {
			line.At, line.Values = append(line.At, p.Nanos-begin), append(line.Values, p.Value)
		}
		if err := enc.Encode(recordingLine{Series: &line}); err != nil {
			return err
		}
	}
	return nil
}
