package record_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// fill sets every field of a value to one that is not zero, none like another.
func fill(t *testing.T, v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				t.Fatalf("%v has the field %s, which no encoding has", v.Type(), v.Type().Field(i).Name)
			}
			fill(t, v.Field(i), n)
		}
	case reflect.String:
		v.SetString("a <b> & \u2028 \"c\" " + strings.Repeat("x", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<62 + int64(*n))
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(*n))
	case reflect.Float64:
		v.SetFloat(0.1 + float64(*n))
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(" {\"<&>\" :\t[1.0, 1e2,\n \"\\u003c\u2029\"] } "))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, value, n)
		v.SetMapIndex(key, value)
	default:
		t.Fatalf("a plan has a %v", v.Type())
	}
}

// Every field of a plan is there when it has traveled, by the byte.
func TestPlanTravels(t *testing.T) {
	var full record.Plan
	n := 0
	fill(t, reflect.ValueOf(&full).Elem(), &n)
	empty := record.Plan{Assigned: [][]string{}}
	empty.Policy.Fields = map[string]json.RawMessage{}
	for _, want := range []record.Plan{full, {}, empty} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		indented, err := json.MarshalIndent(&want, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{text, indented} {
			got := record.Plan{Run: "another", Assigned: [][]string{{"x"}}}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		}
	}
}

func TestPlanOfOtherTypes(t *testing.T) {
	for _, text := range []string{`{"agents":"3"}`, `{"policy":{"Fields":{"top_p":0.9}}}`, `[]`} {
		var p record.Plan
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("%s: %+v", text, p)
		}
	}
}
