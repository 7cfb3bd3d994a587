package exposition

import (
	"fmt"
	"strings"
	"testing"
)

// read returns the samples of a page, one a line, and how many lines were malformed.
func read(p *Parser[string], page string, openMetrics bool) (string, int) {
	var b strings.Builder
	malformed := p.Parse([]byte(page), openMetrics, func(series string, v float64, ms int64) {
		fmt.Fprintf(&b, "%s %v %d\n", series, v, ms)
	})
	return b.String(), malformed
}

func parser() *Parser[string] {
	return &Parser[string]{Make: func(name string, labels []Label) (string, bool) {
		for _, l := range labels {
			name += fmt.Sprintf("|%s=%q", l.Name, l.Value)
		}
		return name, true
	}}
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"a 1", "a 1 0"},
		{"a:b_total 3.0", "a:b_total 3 0"},
		{"  a\t 1e3  1700000000123", "a 1000 1700000000123"},
		{"a -5 -1", "a -5 -1"},
		{"a +Inf", "a +Inf 0"},
		{"a nan", "a NaN 0"},
		{"a{} 1", "a 1 0"},
		{`a{z="1",b="2"} 1`, `a|b="2"|z="1" 1 0`},
		{`a { b = "2" , } 1`, `a|b="2" 1 0`},
		{`a{b="}",c="x=\"1\" \\ \n"}1`, `a|b="}"|c="x=\"1\" \\ \n" 1 0`},
		{`a{le="+Inf"} 7`, `a|le="+Inf" 7 0`},
		{`{"any name", b="1"} 2`, `any name|b="1" 2 0`},
		{`{"x"} 2`, `x 2 0`},
		{`a{"any label"="1"} 2`, `a|any label="1" 2 0`},
		{"a 1\r", "a 1 0"},
		{"", ""},
		{"# HELP a{ what", ""},
		{"#", ""},
	} {
		got, malformed := read(parser(), test.line, false)
		if strings.TrimSpace(got) != test.want || malformed != 0 {
			t.Errorf("%q: %q and %d malformed, want %q", test.line, got, malformed, test.want)
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, line := range []string{
		"a", "a x", "a 1 2 3", "a 1 x", "a 1_000", "a 0x1p4", "a 1.5 2.5", "1a 1", "a{b=\"1\" 1", `a{b="1"`, `a{b} 1`, `a{b=1} 1`,
		`a{b="1" c="2"} 1`, `a{1b="1"} 1`, `a{b="\t"} 1`, `a{b="1",b="2"} 1`, `a{__name__="b"} 1`, `{} 1`, `{b="1"} 1`, `{"a","b"} 1`,
		`a{"b"} 1`, "a{b=\"\xff\"} 1", `a{b="1",,} 1`, `a{,} 1`, `a{""="1"} 1`, "a 1 # {x=\"1\"} 1", "{",
		"a{b=\"" + strings.Repeat("x", maxLine) + "\"} 1",
	} {
		p := parser()
		for range 2 { // the second time as remembered
			got, malformed := read(p, "before 1\n"+line+"\nafter 2", false)
			if got != "before 1 0\nafter 2 0\n" || malformed != 1 {
				t.Errorf("%.80q: %q and %d malformed", line, got, malformed)
			}
		}
	}
	var many strings.Builder
	for i := range maxLabels + 1 {
		fmt.Fprintf(&many, `l%d="",`, i)
	}
	if got, malformed := read(parser(), "a{"+many.String()+"} 1", false); got != "" || malformed != 1 {
		t.Errorf("%q, %d", got, malformed)
	}
}

func TestOpenMetrics(t *testing.T) {
	got, malformed := read(parser(), `# TYPE a counter
a_total{b="1"} 17 1520879607.789 # {trace="x y"} 0.5 1520879607.7
a_bucket{le="1.0"} 8 # {} 0.67
# EOF
`, true)
	if got != "a_total|b=\"1\" 17 1520879607789\na_bucket|le=\"1.0\" 8 0\n" || malformed != 0 {
		t.Errorf("%s%d", got, malformed)
	}
	if got, malformed := read(parser(), "a 1 NaN\na 1 1e300\na 1 1 x", true); got != "" || malformed != 3 {
		t.Errorf("%q, %d", got, malformed)
	}
}

// Make is asked once for each spelling, Wanted for each line, and what is not wanted is not
// parsed.
func TestWanted(t *testing.T) {
	made := 0
	p := &Parser[string]{
		Wanted: func(name []byte) bool { return len(name) == 1 },
		Make: func(name string, labels []Label) (string, bool) {
			made++
			return name, name != "b"
		},
	}
	for range 3 {
		got, malformed := read(p, "a{x=\"1\"} 1\nab{ 1\nb 2\n{\"c\"} 4\n{\"cd\"} 4\na{x=\"1\"} 3", false)
		if got != "a 1 0\nc 4 0\na 3 0\n" || malformed != 0 || made != 3 {
			t.Errorf("%s%d malformed, %d made", got, malformed, made)
		}
	}
	p.Forget()
	if read(p, "a 1", false); made != 4 {
		t.Errorf("%d made", made)
	}
}

// A page of ever new series does not fill the memory.
func TestRemembersSoMany(t *testing.T) {
	p := parser()
	p.most = 100
	for page := range 3 {
		var b strings.Builder
		for i := range p.most {
			fmt.Fprintf(&b, "a{b=\"%d %d\"} 1\n", page, i)
		}
		read(p, b.String(), false)
		if len(p.known) > p.most+1 {
			t.Fatalf("%d remembered", len(p.known))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a{b=\"1\",c=\"\\n\"} 1 2\n{\"x y\",z=\"\"} NaN", true)
	f.Add("# TYPE a counter\na_total 1 # {a=\"b\"} 1\n", true)
	f.Add("a { b = \"}\" } 1e3", false)
	f.Fuzz(func(t *testing.T, page string, openMetrics bool) {
		p := parser()
		first, malformed := read(p, page, openMetrics)
		again, malformedAgain := read(p, page, openMetrics)
		if first != again || malformed != malformedAgain {
			t.Fatalf("%q and %d, then %q and %d", first, malformed, again, malformedAgain)
		}
		// Written canonically, every series is read as the same.
		var written strings.Builder
		q := &Parser[string]{Make: func(name string, labels []Label) (string, bool) {
			fmt.Fprintf(&written, "{%s", quote(name))
			for _, l := range labels {
				fmt.Fprintf(&written, ",%s=%s", quote(l.Name), quote(l.Value))
			}
			fmt.Fprintf(&written, "} 1\n")
			s, _ := parser().Make(name, labels)
			return s, true
		}}
		missing := map[string]bool{}
		q.Parse([]byte(page), openMetrics, func(s string, _ float64, _ int64) { missing[s] = true })
		malformed = parser().Parse([]byte(written.String()), false, func(s string, _ float64, _ int64) { delete(missing, s) })
		if malformed != 0 || len(missing) != 0 {
			t.Fatalf("%q is written %q: %d malformed, missing %v", page, written.String(), malformed, missing)
		}
	})
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
