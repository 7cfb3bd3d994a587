package identity_test

import (
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/identity"
)

// A Rule is an interface of several dynamic types, as configurations have it.
type Rule interface{ judge() }

type Controlled struct {
	ErrorRate float64
	Block     time.Duration
}

type Point struct{ Measure time.Duration }

type Named string

func (*Controlled) judge() {}
func (Point) judge()       {}
func (Named) judge()       {}

// An Origin has a String, which its identity does not use.
type Origin int

func (Origin) String() string { return "somewhere" }

type Embedded struct{ Inner int }

const here = "github.com/agentperf/agentperf-go/internal/identity_test."

func TestKinds(t *testing.T) {
	three := 3
	nested := &three
	at := time.Date(2026, 11, 2, 5, 4, 5, 6, time.FixedZone("", 7200))
	config := struct {
		Bool                     bool
		Int8                     int8
		Uint64                   uint64
		Origin                   Origin
		Float, Small, Negative   float64
		Float32                  float32
		String                   string
		Named                    Named
		Duration, NoDuration     time.Duration
		Time                     time.Time
		Addr                     netip.Addr
		Big                      big.Int // only its pointer has a text
		BigPointer               *big.Int
		Raw, NoRaw               json.RawMessage
		Bytes                    []byte
		Array                    [2]byte
		Ints, NoInts, EmptyInts  []int
		Map, NoMap, EmptyMap     map[Named]Embedded
		Pointer                  **int
		NoPointer                *Embedded
		Rule, Second, Third      Rule
		NoRule                   Rule
		Any, AnyText, AnyPointer any
		AnyMap                   any
		Text                     encoding.TextMarshaler
		_                        func()
		Embedded
	}{
		Bool: true, Int8: -7, Uint64: math.MaxUint64, Origin: 3, Float: 0.1, Small: 1e-7, Negative: math.Copysign(0, -1), Float32: 0.1,
		String: "a<b> \"é\"\n", Named: "name", Duration: 90 * time.Second, Time: at, Addr: netip.MustParseAddr("::1"),
		Big: *big.NewInt(1 << 60), BigPointer: big.NewInt(-5), Raw: json.RawMessage(" {\n\"b\": [1, {\"<\": 1.0}]}"),
		Bytes: []byte{0, 255}, Array: [2]byte{1, 2}, Ints: []int{1, 2}, EmptyInts: []int{},
		Map: map[Named]Embedded{"x-1.5": {1}, "a": {2}}, EmptyMap: map[Named]Embedded{},
		Pointer: &nested, Rule: &Controlled{0.01, time.Second}, Second: Point{}, Third: Named("n"), Any: 1, AnyText: at, AnyPointer: (*Embedded)(nil),
		AnyMap: map[string]int{"type": 1}, Text: netip.MustParseAddr("::2"), Embedded: Embedded{9},
	}
	const want = `{
		"Bool": true, "Int8": -7, "Uint64": 18446744073709551615, "Origin": 3, "Float": 0.1, "Small": 1e-7, "Negative": 0, "Float32": 0.1,
		"String": "a<b> \"é\"\n", "Named": "name", "Duration": "1m30s", "NoDuration": "0s", "Time": "2026-11-02T03:04:05.000000006Z",
		"Addr": "::1", "Big": "1152921504606846976", "BigPointer": "-5", "Raw": {"b":[1,{"<":1.0}]}, "NoRaw": null,
		"Bytes": "00ff", "Array": "0102", "Ints": [1,2], "NoInts": null, "EmptyInts": [],
		"Map": {"a": {"Inner": 2}, "x-1.5": {"Inner": 1}}, "NoMap": null, "EmptyMap": {}, "Pointer": 3, "NoPointer": null,
		"Rule": {"type": "` + here + `Controlled", "ErrorRate": 0.01, "Block": "1s"},
		"Second": {"type": "` + here + `Point", "Measure": "0s"},
		"Third": {"type": "` + here + `Named", "value": "n"}, "NoRule": null,
		"Any": {"type": "int", "value": 1}, "AnyText": {"type": "time.Time", "value": "2026-11-02T03:04:05.000000006Z"},
		"AnyPointer": {"type": "` + here + `Embedded", "value": null},
		"AnyMap": {"type": "map[string]int", "value": {"type": 1}}, "Text": {"type": "net/netip.Addr", "value": "::2"},
		"Embedded": {"Inner": 9}}`
	got, err := identity.Of(&config, identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range object(t, want) {
		if found := object(t, string(got))[key]; string(found) != string(want) {
			t.Errorf("%s is %s, want %s", key, found, want)
		}
	}
	if got, want := len(object(t, string(got))), len(object(t, want)); got != want {
		t.Errorf("%d fields, want %d", got, want)
	}
	if again, err := identity.Of(config, identity.Options{}); err != nil || string(again) != string(got) {
		t.Errorf("without the pointer: %s, %v, want %s", again, err, got)
	}
}

// object returns the fields of an object, each with its keys sorted.
func object(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for key, raw := range fields {
		if raw[0] == '{' {
			var inner strings.Builder
			enc := json.NewEncoder(&inner)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(object(t, string(raw))); err != nil {
				t.Fatal(err)
			}
			fields[key] = json.RawMessage(strings.TrimSpace(inner.String()))
		}
	}
	return fields
}

// The identity has the same bytes whatever the order in which maps are walked.
func TestStable(t *testing.T) {
	var first string
	for range 20 {
		m := make(map[string]any)
		for key := range strings.FieldsSeq("j f a c h b i d g e") {
			m[key] = map[string]int{key: 1, "z": 2}
		}
		got, err := identity.Of(struct{ M map[string]any }{m}, identity.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(got)
		}
		if string(got) != first {
			t.Fatalf("%s, and then %s", first, got)
		}
	}
}

// Any change of a field that is not exempt is another identity.
func TestChanges(t *testing.T) {
	type config struct {
		Name  string
		Tiers []Controlled
		Rule  Rule
		Floor *float64
		Extra map[string]json.RawMessage
	}
	seen := make(map[string]int)
	zero, one := 0.0, 1.0
	for i, c := range []config{
		{}, {Name: "a"}, {Tiers: []Controlled{}}, {Tiers: []Controlled{{}}}, {Tiers: []Controlled{{}, {}}}, {Tiers: []Controlled{{Block: 1}}},
		{Rule: Point{}}, {Rule: &Controlled{}}, {Rule: Named("")}, {Rule: Point{1}}, {Floor: &zero}, {Floor: &one},
		{Extra: map[string]json.RawMessage{}}, {Extra: map[string]json.RawMessage{"a": nil}}, {Extra: map[string]json.RawMessage{"a": json.RawMessage("1")}},
		{Extra: map[string]json.RawMessage{"a": json.RawMessage(`"1"`)}}, {Extra: map[string]json.RawMessage{"b": json.RawMessage("1")}},
	} {
		got, err := identity.Of(c, identity.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := seen[string(got)]; ok {
			t.Errorf("configurations %d and %d have the identity %s", j, i, got)
		}
		seen[string(got)] = i
	}
}
