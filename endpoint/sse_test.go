package endpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// decodeAll reads all events of r the way a stream does.
func decodeAll(r io.Reader) (events []string, err error) {
	var d decoder
	all := func(next func() ([]byte, bool, bool, error)) error {
		for {
			data, failed, ok, err := next()
			if err != nil || !ok {
				return err
			}
			event := string(data)
			if failed {
				event = "error!" + event
			}
			events = append(events, event)
		}
	}
	for {
		n, err := r.Read(d.room())
		d.received(n)
		if err := all(d.next); err != nil {
			return events, err
		}
		if err == io.EOF {
			return events, all(d.last)
		}
		if err != nil && !errors.Is(err, iotest.ErrTimeout) {
			return events, err
		}
	}
}

var sseCases = []struct {
	name, in string
	want     []string
}{
	{"LF", "data: a\n\ndata: b\n\n", []string{"a", "b"}},
	{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
	{"CR", "data: a\r\rdata: b\r\r", []string{"a", "b"}},
	{"mixed ends", "data: a\r\n\ndata: b\n\r\ndata: c\r\r\n", []string{"a", "b", "c"}},
	{"BOM", "\ufeffdata: a\n\n", []string{"a"}},
	{"BOM later is text", "data: a\n\n\ufeffdata: b\n\n", []string{"a"}},
	{"no space", "data:a\n\n", []string{"a"}},
	{"two spaces", "data:  a\n\n", []string{" a"}},
	{"no colon", "data\n\n", []string{""}},
	{"several lines", "data: a\ndata: b\ndata:\ndata: c\n\n", []string{"a\nb\n\nc"}},
	{"several lines CRLF", "data: a\r\ndata: b\r\n\r\n", []string{"a\nb"}},
	{"comment", ": hello\n\n:\n\ndata: a\n: in between\ndata: b\n\n", []string{"a\nb"}},
	{"other fields", "id: 7\nretry: 10\nfoo: bar\ndata: a\nid\n\n", []string{"a"}},
	{"error event", "event: error\ndata: a\n\ndata: b\n\nevent: message\ndata: c\n\n", []string{"error!a", "b", "c"}},
	{"event without data", "event: error\n\ndata: b\n\n", []string{"b"}},
	{"blank lines", "\n\n\ndata: a\n\n\n\n", []string{"a"}},
	{"no final blank line", "data: a\n\ndata: b\n", []string{"a", "b"}},
	{"no final line end", "data: a\n\ndata: b", []string{"a", "b"}},
	{"no final blank line CRLF", "data: a\r\n\r\ndata: b\r\n", []string{"a", "b"}},
	{"no final blank line CR", "data: a\r\rdata: b\r", []string{"a", "b"}},
	{"final lines without an end", "data: a\n\nevent: error\ndata: b\ndata: c", []string{"a", "error!b\nc"}},
	{"final line of an event that is over", "data: a\n\n: comment", []string{"a"}},
	{"final field without data", "data: a\n\nevent: error", []string{"a"}},
	{"final field after data", "data: a\nevent: error", []string{"error!a"}},
	{"half a BOM", "\xef\xbb", nil},
	{"empty", "", nil},
	{"UTF-8", "data: häß\u2028lich 漢字 🙂\n\n", []string{"häß\u2028lich 漢字 🙂"}},
	{"colon in data", "data: a: b\n\n", []string{"a: b"}},
	{"usual among others", "data: a\n\ndata: \n\ndata: b\rdata: c\n\ndata: d\n\r\ndata: e\n\n\ndata: f\n\n", []string{"a", "", "b\nc", "d", "e", "f"}},
	{"usual after a type", "data: a\n\nevent: error\ndata: b\n\ndata: c\ndata: d\n\ndata: e\n\n", []string{"a", "error!b", "c\nd", "e"}},
	{"typed", "event: a\ndata: b\n\nevent: error\ndata: c\n\nevent: errors\ndata: d\n\nevent:error\ndata: e\n\nevent: f\n\nevent: g\r\ndata: h\n\nevent: error\nevent: i\ndata: j\n\nevent: k\nevent: error\ndata: l\n\nevent: \ndata: m\n\nevent: n\ndata: o\ndata: p\n\n", []string{"b", "error!c", "d", "error!e", "h", "j", "error!l", "m", "o\np"}},
	{"long", "data: " + strings.Repeat("x", 100_000) + "\n\ndata: y\n\n", []string{strings.Repeat("x", 100_000), "y"}},
	{"longest", "data: " + strings.Repeat("x", maxEvent-100) + "\n\n", []string{strings.Repeat("x", maxEvent-100)}},
}

func TestDecoder(t *testing.T) {
	for _, tt := range sseCases {
		readers := map[string]io.Reader{
			"plain":   strings.NewReader(tt.in),
			"half":    iotest.HalfReader(strings.NewReader(tt.in)),
			"dataErr": iotest.DataErrReader(strings.NewReader(tt.in)),
			"timeout": iotest.TimeoutReader(strings.NewReader(tt.in)),
		}
		if len(tt.in) < 1<<20 {
			readers["oneByte"] = iotest.OneByteReader(strings.NewReader(tt.in))
		}
		for cut := 1; cut < len(tt.in) && len(tt.in) < 1000; cut++ {
			readers[fmt.Sprint("cut at ", cut)] = io.MultiReader(strings.NewReader(tt.in[:cut]), strings.NewReader(tt.in[cut:]))
		}
		for name, r := range readers {
			got, err := decodeAll(r)
			if err != nil {
				t.Errorf("%s, %s: %v", tt.name, name, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", tt.name, name, diff)
			}
		}
	}
}

func TestDecoderLimits(t *testing.T) {
	for name, in := range map[string]string{
		"one line":   "data: " + strings.Repeat("x", maxEvent+1) + "\n\n",
		"many lines": strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 5000) + "\n",
		"no line":    strings.Repeat("x", 5<<20),
	} {
		if _, err := decodeAll(strings.NewReader(in)); !errors.Is(err, errEventTooLong) {
			t.Errorf("%s: error %v, want %v", name, err, errEventTooLong)
		}
	}
	// So is a line that comes whole, which takes a buffer that was large already.
	large := decoder{buf: make([]byte, 2*maxEvent)}
	for _, in := range []string{"data: a\n\n", "data: " + strings.Repeat("x", maxEvent) + "\n\n"} {
		large.received(copy(large.room(), in))
		if _, _, _, err := large.next(); (err != nil) != (len(in) > maxEvent) {
			t.Errorf("an event of %d bytes: %v", len(in), err)
		}
	}
	// Comments without end are no event and need no room.
	var d decoder
	for range 10_000 {
		d.received(copy(d.room(), ": ping ping ping ping ping ping ping ping\n"))
		if _, _, ok, err := d.next(); ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if len(d.buf) > 4*readSize {
		t.Errorf("comments made the buffer grow to %d bytes", len(d.buf))
	}
}

// decodeSlowly is the standard's algorithm read aloud: whole input, line by line. The
// end of the input ends the last line and the last event.
func decodeSlowly(in string) (events []string) {
	in = strings.TrimPrefix(in, "\ufeff")
	in = strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(in, "\n")
	var data []string
	kind := ""
	for _, line := range append(lines, "") {
		if line == "" {
			if data != nil {
				event := strings.Join(data, "\n")
				if kind == "error" {
					event = "error!" + event
				}
				events = append(events, event)
			}
			data, kind = nil, ""
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			data = append(data, value)
		case "event":
			kind = value
		}
	}
	return events
}

func FuzzDecoder(f *testing.F) {
	for _, tt := range sseCases {
		if len(tt.in) < 1000 {
			f.Add([]byte(tt.in), uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, step uint8) {
		want := decodeSlowly(string(in))
		got, err := decodeAll(&stepReader{bytes.NewReader(in), int(step)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q in steps of %d: (-want +got)\n%s", in, step, diff)
		}
	})
}

// stepReader reads at most step bytes at a time.
type stepReader struct {
	r    io.Reader
	step int
}

func (s *stepReader) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), max(1, s.step))]) }

// An event of several lines does not count against the next one, and its room is not
// kept for another stream.
func TestAfterSeveralLines(t *testing.T) {
	half := strings.Repeat("x", maxEvent/2)
	in := "data: " + half + "\ndata: " + half[:maxEvent/4] + "\n\ndata: " + half + "x\n\n"
	events, err := decodeAll(&stepReader{r: strings.NewReader(in), step: readSize})
	if err != nil || len(events) != 2 || events[0] != half+"\n"+half[:maxEvent/4] || events[1] != half+"x" {
		t.Errorf("%d events, error %v", len(events), err)
	}
	d := decoder{joined: make([]byte, 0, maxEvent)}
	if d.reset(); cap(d.joined) > 0 {
		t.Errorf("room for %d bytes is kept", cap(d.joined))
	}
}
