package telemetry

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recording has a series of more points than fit a line, and one without labels.
func recording(phase int) *Recording {
	begin := time.Date(2026, 11, 30, 9, 0, phase, 0, time.UTC)
	r := &Recording{Run: "0123456789abcdef", Phase: phase, Agents: 4 + phase, At: Instants{Begin: begin, Settled: begin.Add(time.Second), WindowEnd: begin.Add(time.Minute), End: begin.Add(61 * time.Second)}}
	long := Series{Name: "vllm:num_requests_running", Labels: []Label{{"engine", "0"}, {"model", "a<b\n"}}}
	for i := range 2*linePoints + 1 {
		long.Points = append(long.Points, Point{begin.UnixNano() + int64(i)*1e6 - 1e9, float64(i) / 3})
	}
	r.Observed = []Observed{
		{Target: Target{Name: "http://a", Role: Engine, Every: time.Second, Basis: "measured_wall"}, Series: []Series{{Name: "up", Points: []Point{{begin.UnixNano(), 1}}}, long}, Scrapes: 9, Failed: 1, Failure: "refused", Took: 5, Cut: true},
		{Target: Target{Name: "http://b", Role: Router}},
	}
	return r
}

func TestRecordingIsReadBack(t *testing.T) {
	var file bytes.Buffer
	want := []*Recording{recording(0), recording(1)}
	for _, r := range want {
		if err := r.Write(&file); err != nil {
			t.Fatal(err)
		}
	}
	var got []*Recording
	for r, err := range ReadRecordings(&file) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecordingErrors(t *testing.T) {
	const (
		phase  = `{"phase":{"schema":"agentperf.series/1","begin":"2026-11-30T09:00:00Z"}}` + "\n"
		target = `{"target":{"name":"a"}}` + "\n"
	)
	for text, want := range map[string]string{
		"":                         "",
		phase:                      "",
		phase + target + `{"x":1}`: "", // of a later version
		`{"phase":{"schema":"agentperf.series/2"}}`: `line 1: schema "agentperf.series/2", expected agentperf.series/1`,
		target:                            `line 1: no line "phase" before it`,
		phase + `{"series":{"name":"x"}}`: `line 2: no line "target" before it`,
		phase + target + `{"series":{"name":"x","at_ns":[1],"values":[]}}`:                     "line 3: 1 times and 0 values",
		phase + target + `{"series":{"name":"x","at_ns":[2,2],"values":[1,1]}}`:                `"x" has the time 2ns after 2ns`,
		phase + target + `{"series":{"name":"x","at_ns":[2],"values":[null]}}`:                 "",
		`{"phase":{"schema":"agentperf.series/1"}}`:                                            "line 1: it begins in the year 1",
		phase + target + `{"series":{"name":"x","at_ns":[-9223372036854775808],"values":[1]}}`: `"x" has the time -2562047h47m16.854775808s`,
		phase + `{"phase`:                          "line 2: unexpected end of JSON input",
		phase + strings.Repeat(" ", longestLine+1): "line 2: it has 4194304 bytes or more",
	} {
		var file bytes.Buffer
		zip := gzip.NewWriter(&file)
		io.WriteString(zip, text)
		zip.Close()
		said := ""
		for _, err := range ReadRecordings(&file) {
			if err != nil {
				said = err.Error()
			}
		}
		if (want == "") != (said == "") || !strings.Contains(said, want) {
			t.Errorf("%.80q: %q, want %q", text, said, want)
		}
	}
	for _, err := range ReadRecordings(strings.NewReader("no gzip, and long enough for its header")) {
		if err == nil || !strings.Contains(err.Error(), "invalid header") {
			t.Error(err)
		}
	}
	var file bytes.Buffer
	recording(0).Write(&file)
	n := 0
	for _, err := range ReadRecordings(bytes.NewReader(file.Bytes()[:file.Len()-9])) { // a crash
		if n++; err == nil || n > 1 {
			t.Error(fmt.Sprint(n, err))
		}
	}
}
