package search

import (
	"encoding/json"
	"testing"
)

// FuzzBracket lies: script says, byte by byte, what is answered, and in between
// tells of an n that nobody asked for. The search must end, ask nothing twice,
// and agree with the model at every state. Fuzz it with -fuzzminimizetime=10x:
// otherwise nearly all the time goes into shortening scripts.
func FuzzBracket(f *testing.F) {
	f.Add(byte(0), byte(0), byte(0), []byte{})
	f.Add(byte(1), byte(63), byte(1), []byte{1, 1, 1, 2, 1, 0, 2})
	f.Add(byte(3), byte(40), byte(20), []byte{2, 1, 9, 200, 1, 14, 0, 77, 2, 2, 1})
	f.Add(byte(60), byte(3), byte(7), []byte{1, 5, 6, 9, 255, 254, 253})
	f.Fuzz(func(t *testing.T, lo, hi, start byte, script []byte) {
		const limit = 64
		b := Bracket{Min: int(lo % limit), Max: int(hi%limit) + 1, Start: int(start % limit)}
		if b.Validate() != nil {
			if n, ok := b.Next(); ok {
				t.Fatalf("%+v: is invalid but asks %d", b, n)
			}
			return
		}
		script = script[:min(len(script), 80)] // the model is slow
		first := max(b.Min, 1)
		asked := make(map[int]bool)
		for i := 0; ; i++ {
			check(t, &b, first, b.Max)
			n, ok := b.Next()
			act := byte(i % 3) // past the end of the script
			if i < len(script) {
				act = script[i]
			}
			if act >= 8 { // tell of another n, maybe outside the limits
				b.Observe(int(act/3)-3, Verdict(act%3))
				continue
			}
			if !ok && i >= len(script) {
				break
			}
			if !ok {
				continue
			}
			if asked[n] {
				t.Fatalf("%+v: asked %d twice", b, n)
			}
			asked[n] = true
			b.Observe(n, Verdict(act%4))
		}

		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var back Bracket
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		check(t, &back, first, b.Max)
		n, ok := b.Next()
		if m, backOK := back.Next(); m != n || backOK != ok {
			t.Fatalf("%+v: asks %d, after JSON %d", b, n, m)
		}
	})
}
