package page

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
)

var hostile = []string{
	`</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onload='alert(1)`, `</style><script>alert(1)</script>`, `]]><script>`, `<!--`,
	"a\u202etxt.exe", "a\u2066b\u2069", "tab\tline\nnul\x00esc\x1b[31m", "\xff\xfe", "&lt;b&gt;", "{{.Title}}", `\"`, "🚀é漢字", "javascript:alert(1)", strings.Repeat("long name ", 1000), "",
}

// fill sets every field of a report that can be set to what no program would write.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile[r.IntN(len(hostile))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt([]int64{0, 1, 2, 3, 16, 40, 41, 1000, -1, -5, math.MaxInt32, 1 << 62}[r.IntN(12)] >> (64 - min(64, v.Type().Bits())))
	case reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8, reflect.Uint:
		v.SetUint(uint64(r.IntN(100)))
	case reflect.Float64, reflect.Float32:
		v.SetFloat([]float64{0, 1, 0.5, 20, 300, -1, 1e-300, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(13)])
	case reflect.Pointer:
		if depth > 0 && r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), depth-1)
		}
	case reflect.Slice:
		n := r.IntN(6)
		if depth <= 0 || v.Type() == reflect.TypeFor[json.RawMessage]() {
			n = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), depth-1)
		}
	case reflect.Map:
		if depth > 0 && v.Type().Key().Kind() == reflect.String {
			v.Set(reflect.MakeMap(v.Type()))
			for range r.IntN(3) {
				key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				fill(r, key, depth-1)
				fill(r, value, depth-1)
				v.SetMapIndex(key, value)
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(r.Int64N(1<<40)-1<<39, 0)))
			return
		}
		for _, f := range v.Fields() {
			if f.CanSet() {
				fill(r, f, depth-1)
			}
		}
	}
}

// anything returns reports of both kinds with anything in them.
func anything(seed uint64) (all []*report.Report) {
	r := rand.New(rand.NewPCG(seed, 9))
	for range r.IntN(16) {
		one := &report.Report{Name: hostile[r.IntN(len(hostile))]}
		if r.IntN(4) == 0 {
			one.SLT = new(slt.Report)
			fill(r, reflect.ValueOf(one.SLT).Elem(), 8)
			one.SLT.Config.Model = hostile[r.IntN(3)]
		} else {
			one.Agentperf = new(agentperf.Report)
			fill(r, reflect.ValueOf(one.Agentperf).Elem(), 8)
			one.Agentperf.Config.Model = hostile[r.IntN(3)]
		}
		all = append(all, one)
	}
	return all
}

// allowed are the elements that a page consists of, and written are those of text of others.
var allowed = strings.Fields("html head meta title link style body main header p h1 h2 h3 h4 small section nav div span figure figcaption svg g defs pattern path use line rect text desc " +
	"fieldset legend label input details summary table caption thead tbody tr th td a i b button dl dt dd ul li footer script")

var number = regexp.MustCompile(`^-?\d+(\.\d+)?%?$`)

// checkMarkup fails if a page is not well formed, has an element or attribute that nobody wrote
// here, or a position that is not a number.
func checkMarkup(t *testing.T, text []byte) {
	t.Helper()
	clean := regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAll(text, nil)
	if n := strings.Count(string(text), "<script"); n != 1 {
		t.Fatalf("%d scripts", n)
	}
	d := xml.NewDecoder(strings.NewReader(string(clean)))
	d.Strict = false
	d.AutoClose, d.Entity = []string{"meta", "link", "input"}, xml.HTMLEntity
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if c, comment := token.(xml.Comment); comment {
			t.Fatalf("a comment: %s", c)
		}
		if !ok {
			continue
		}
		known := false
		for _, a := range allowed {
			known = known || a == e.Name.Local
		}
		if !known {
			t.Fatalf("an element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch name := a.Name.Local; name {
			case "x", "y", "x1", "x2", "y1", "y2", "width", "height", "dx":
				if !number.MatchString(a.Value) {
					t.Fatalf("%s %s=%q", e.Name.Local, name, a.Value)
				}
			case "d":
				if strings.ContainsAny(a.Value, "NIf") {
					t.Fatalf("a path %q", a.Value)
				}
			case "style":
				if strings.ContainsAny(a.Value, "NIu") {
					t.Fatalf("a style %q", a.Value)
				}
			default:
				if strings.HasPrefix(name, "on") || name == "src" {
					t.Fatalf("an attribute %s", name)
				}
			}
		}
	}
}

// Text and figures of reports may be anything: nothing of it becomes markup, and what is no
// number is not drawn.
func TestHostileReports(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		text := write(t, anything(seed))
		checkMarkup(t, text)
		if len(text) > 5<<20 {
			t.Errorf("seed %d: %d bytes", seed, len(text))
		}
		for _, r := range string(text) {
			if r == '\u202e' || r == '\u2066' || r == 0 || r == '\x1b' {
				t.Fatalf("seed %d: %U in the page", seed, r)
			}
		}
	}
}

func FuzzReports(f *testing.F) {
	f.Add(uint64(1000))
	f.Fuzz(func(t *testing.T, seed uint64) { checkMarkup(t, write(t, anything(seed))) })
}
