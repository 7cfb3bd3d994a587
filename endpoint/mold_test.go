package endpoint

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzMold reads an event after another from which it differs by some bytes: it is what it
// is after no other.
func FuzzMold(f *testing.F) {
	for _, e := range otherKinds {
		for i := 0; i < len(e.data); i += 5 {
			f.Add([]byte(e.data), uint16(i), uint16(i+1), []byte(`"`))
			f.Add([]byte(e.data), uint16(i), uint16(i), []byte(`7`))
		}
		text := bytes.Index([]byte(e.data), []byte(" "))
		for _, other := range []string{"", " ", "a", `\"`, `\`, `"`, `","delta":"x`, "\n", `\u12`, "中", `<think>`} {
			f.Add([]byte(e.data), uint16(text), uint16(text+2), []byte(other))
		}
	}
	f.Fuzz(func(t *testing.T, first []byte, from, to uint16, insert []byte) {
		if int(to) > len(first) || from > to {
			return
		}
		second := slices.Concat(first[:from], insert, first[to:])
		for _, api := range []API{APIMessages, APIResponses} {
			plain, molded := reader{api: api}, reader{api: api, mold: new(mold)}
			for _, data := range [][]byte{first, second, first, second} {
				var want, got delta
				err, err2 := plain.read(data, &want), molded.read(data, &got)
				if got != want || (err == nil) != (err2 == nil) || plain.told != molded.told {
					t.Fatalf("%s: %q after %q: %+v, %v; want %+v, %v", api, data, first, got, err2, want, err)
				}
			}
		}
	})
}

// The deltas of an answer fit the mold of the first, whatever their number, and it is made
// anew for another answer.
func TestMoldFits(t *testing.T) {
	for _, e := range otherKinds {
		m := new(mold)
		r := reader{api: e.api, mold: m}
		for range 50 {
			if err := r.read([]byte(e.data), new(delta)); err != nil {
				t.Fatal(err)
			}
		}
		want := 1
		if e.kind == "messages-running-usage" {
			want = 0
		}
		if m.made != want {
			t.Errorf("%s: %d molds, want %d", e.kind, m.made, want)
		}
		next := bytes.Replace([]byte(e.data), []byte(`"sequence_number":4`), []byte(`"sequence_number":1234`), 1)
		if d := new(delta); want == 1 && !m.read(next, d) {
			t.Errorf("%s: %s does not fit", e.kind, next)
		}
	}
	c := Conn{client: &Client{api: APIMessages}}
	r := c.reader()
	r.read([]byte(otherKinds[0].data), new(delta))
	if again := c.reader(); again.mold != r.mold || again.mold.read([]byte(otherKinds[0].data), new(delta)) {
		t.Error("a mold outlives its answer")
	}
}
