package jsonscan

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func valid(data string) error { return Valid([]byte(data)) }

var scanSeeds = []string{
	`{}`, `[]`, `{"a":[1,-2.5e+3,0,"x\u00e9\n\"\\",true,false,null,{"b":{}}]}`, " [ 1 , { } ] \n",
	`01`, `-`, `1.`, `1e`, `"`, `"\x"`, `"\u12"`, "\"a\tb\"", `{"a"}`, `{"a":}`, `{"a":1,}`, `[1,]`, `[1 2]`, `{1:2}`, `{]`, `[}`,
	``, ` `, `tru`, `nulls`, `1 2`, `"abcdefghijklmnop`, `"abcdefgh\"ijklmn\\"`, `[[[[]]]]`, `{"a":{"b":[{"c":[]}]}}`, "\x00", `"é𝄞"`,
	strings.Repeat("[", 999) + strings.Repeat("]", 999),
}

// The scanner takes what encoding/json takes.
func TestScannerAgrees(t *testing.T) {
	for _, data := range scanSeeds {
		if err := valid(data); (err == nil) != json.Valid([]byte(data)) {
			t.Errorf("%q: %v", data, err)
		}
	}
	if err := valid(strings.Repeat("[", 1<<20)); err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("deep nesting: %v", err)
	}
}

func FuzzScanner(f *testing.F) {
	for _, seed := range scanSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		err := valid(data)
		if (err == nil) != json.Valid([]byte(data)) && !(err != nil && strings.Contains(err.Error(), "nested")) {
			t.Errorf("%q: %v", data, err)
		}
		if err != nil {
			return
		}
		var want bytes.Buffer
		got, err := AppendCompact([]byte("x"), []byte(data))
		if json.Compact(&want, []byte(data)) != nil || err != nil || string(got) != "x"+want.String() {
			t.Errorf("%q is compacted to %q, %v; expected %q", data, got, err, want.Bytes())
		}
		var list []uint64
		if json.Unmarshal([]byte(data), &list) == nil && !strings.Contains(data, "null") {
			s := Scanner{Data: []byte(data)}
			if got := s.Uints([]uint64{}); s.Err != nil || !cmp.Equal(got, list) && len(list) > 0 {
				t.Errorf("%q: %v, %v", data, got, s.Err)
			}
		}
	})
}

func TestScannerWalks(t *testing.T) {
	s := Scanner{Data: []byte(` { "a" : [ "x" , "y" ] , "n":[1, 18446744073709551615 ,3], "z":{"q":1} } `)}
	var got []string
	s.Object(func(name []byte) {
		switch string(name) {
		case "a":
			s.Array(func(i int) { got = append(got, string(s.Str())) })
		case "n":
			if n := s.Uints(nil); len(n) != 3 || n[1] != 1<<64-1 {
				t.Errorf("numbers %v", n)
			}
		default:
			got = append(got, string(name)+string(s.Skip()))
		}
	})
	s.End()
	if diff := cmp.Diff([]string{`"x"`, `"y"`, `z{"q":1}`}, got); diff != "" || s.Err != nil {
		t.Errorf("%v (-want +got)\n%s", s.Err, diff)
	}
	for _, bad := range []string{`[1,]`, `[01]`, `[-1]`, `[1.5]`, `[18446744073709551616]`, `[1`, `[`, `{}`, `["1"]`} {
		s := Scanner{Data: []byte(bad)}
		s.Uints(nil)
		s.End()
		if s.Err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func BenchmarkScanner(b *testing.B) {
	for _, input := range []struct{ name, data string }{
		{"text", `{"content":"` + strings.Repeat(`some text of a session,\n with \"quotes\" in it `, 2000) + `"}`},
		{"numbers", `[` + strings.Repeat("12345,", 20000) + `1]`},
	} {
		b.Run("input="+input.name, func(b *testing.B) {
			data := []byte(input.data)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Valid(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
