package report_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/slt"
)

// Reports of real runs are what they were after writing and reading.
func TestRoundTrip(t *testing.T) {
	for _, r := range []*agentperf.Report{
		searched(t, 14, controlled(), nil),
		searched(t, 14, point(), func(cfg *agentperf.Config) {
			cfg.Tiers = append(cfg.Tiers, agentperf.Tier{E2EFloor: 3})
			cfg.Policy.Fields = map[string]json.RawMessage{"effort": []byte(`{"a":[1,2]}`)}
		}),
	} {
		if diff := cmp.Diff(r, mustRead(t, encoded(t, r)).Agentperf); diff != "" {
			t.Error(diff)
		}
	}
	r := swept(t, 100)
	if diff := cmp.Diff(r, mustRead(t, encoded(t, r)).SLT); diff != "" {
		t.Error(diff)
	}
}

// Every field that a report has survives, whatever its value: each is set to something, by
// reflection, so that one that is added and does not survive is found.
func TestEveryFieldSurvives(t *testing.T) {
	f := &filler{text: "\x00\u2028<é>"}
	a, s := f.reports(t)
	if diff := cmp.Diff(a, mustRead(t, encoded(t, a)).Agentperf); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s, mustRead(t, encoded(t, s)).SLT); diff != "" {
		t.Error(diff)
	}
	if f.n < 500 {
		t.Errorf("only %d fields were set", f.n)
	}
}

// A filler sets each field to another value: numbers count up, or are all the one that is given.
type filler struct {
	n      int
	text   string
	number *int64
}

// reports returns reports of both kinds in which everything is set.
func (f *filler) reports(t testing.TB) (*agentperf.Report, *slt.Report) {
	a, s := new(agentperf.Report), new(slt.Report)
	f.fill(t, reflect.ValueOf(a).Elem(), "agentperf.Report")
	f.fill(t, reflect.ValueOf(s).Elem(), "slt.Report")
	a.Schema, s.Schema = agentperf.Schema, slt.Schema
	for i := range a.Tiers {
		for k := range a.Tiers[i].Numbers {
			a.Tiers[i].Numbers[k].Phases = []int{0}
		}
	}
	for i := range a.Numbers {
		a.Numbers[i].Phases = []int{1}
	}
	return a, s
}

func (f *filler) fill(t testing.TB, v reflect.Value, path string) {
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 30, 1, 2, 3, f.n, time.FixedZone("", 3600))))
		return
	case json.RawMessage:
		v.SetBytes(fmt.Appendf(nil, `{"a":[%d,"\u003c"]}`, f.n))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
		if f.number != nil {
			v.SetInt(*f.number)
		}
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(f.n)) // more than a float64 holds
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 1./3)
		if f.number != nil {
			v.SetFloat(float64(*f.number))
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("%d %s", f.n, f.text))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.fill(t, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(t, key, path+" key")
			f.fill(t, value, path+"[]")
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				f.fill(t, v.Field(i), path+"."+field.Name)
			} else {
				t.Errorf("%s.%s is unexported and would be lost", path, field.Name)
			}
		}
	default:
		t.Errorf("%s is a %v, which this test knows no value of", path, v.Type())
	}
}
