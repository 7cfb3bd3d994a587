package main

import (
	"fmt"
	"io"
	"testing"
	"time"
)

// pieces is a reader of a few bytes at a time.
type pieces struct{ text []byte }

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(to[:min(len(to), 700)], p.text)
	p.text = p.text[n:]
	return n, nil
}

// A bare reader counts the same tokens however the network cuts the response.
func TestBare(t *testing.T) {
	r := newResponse(nil, "1.2.3", 7, 3)
	text := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	chunk := func(s string) { text += fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	chunk(string(r.chunk(`{"role":"assistant","content":""}`, "null")))
	for range 3 {
		chunk(string(r.content))
	}
	chunk(string(r.chunk("{}", `"length"`)) + "data: [DONE]\n\n")
	text += "0\r\n\r\n"
	now := time.Now()
	for size := 1; size <= len(text); size++ {
		s := &stream{slice: &slice{plan: plan{from: now, until: now.Add(time.Hour)}}}
		b := bare{stream: s}
		b.begin("1.2.3")
		ended := false
		for rest, step := text, 0; len(rest) > 0; step++ {
			if ended {
				t.Fatalf("pieces of %d: ended with %d bytes to come", size, len(rest))
			}
			n := copy(b.room(), rest[:min(size, len(rest))])
			rest = rest[n:]
			var err error
			if ended, err = b.received(n, now.Add(time.Duration(step))); err != nil {
				t.Fatalf("pieces of %d: %v", size, err)
			}
		}
		if !ended || s.tally.events != 3 || len(s.tally.marks) != 1 || s.slice.up.Load() != 1 {
			t.Fatalf("pieces of %d: ended %v, %+v", size, ended, s.tally)
		}
	}
}

func TestBareRefuses(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 500 Internal Server Error\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\nxyz\r\n",
		"HTTP/1.1 200 OK\r\n\r\n7\r\ndata: {\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n9\r\ndata: {}\n", // not yet wrong
	} {
		b := bare{stream: &stream{slice: &slice{}}}
		b.begin("")
		_, err := b.received(copy(b.room(), text), time.Now())
		if wrong := text[len(text)-3:] != "{}\n"; (err != nil) != wrong {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Stamps of both processes are of one clock.
func TestLags(t *testing.T) {
	at, ns := anchor()
	s := &stream{}
	s.tally.marks = []mark{{session: "a", first: at.Add(5 * time.Millisecond), last: at.Add(time.Second)}, {session: "unknown", first: at}, {session: "b", last: at.Add(time.Second)}}
	got := lags([]*stream{s}, []stamps{{"a", ns + 3e6, ns + 999e6}, {"b", ns, ns}})
	want := []float64{2000, 1000, 1e6}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if d := got[i] - want[i]; d < -500 || d > 500 { // the two anchors may differ a little
			t.Errorf("%v, want %v", got, want)
		}
	}
}
