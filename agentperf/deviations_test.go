package agentperf

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
)

// Whatever field of a configuration has another value than by the profile is a deviation, unless
// it is outside with a reason.
func TestNoFieldIsForgotten(t *testing.T) {
	profile := Profiles()[0]
	own := profile.Defaults
	fields, compared := 0, 0
	var walk func(path string, at func(*Config) reflect.Value)
	walk = func(path string, at func(*Config) reflect.Value) {
		for f := range at(&own).Type().Fields() {
			name, field := path+f.Name, func(c *Config) reflect.Value { return at(c).FieldByIndex(f.Index) }
			if outside[name] != "" {
				fields++
				continue
			}
			if f.Type.Kind() == reflect.Struct {
				walk(name+".", field)
				continue
			}
			fields++
			other := own
			switch v := field(&other); {
			case f.Type.Kind() == reflect.String:
				v.SetString("other")
			case f.Type.Kind() == reflect.Bool:
				v.SetBool(!v.Bool())
			case v.CanInt():
				v.SetInt(v.Int() + 7)
			case v.CanUint():
				v.SetUint(v.Uint() + 7)
			case v.CanFloat():
				v.SetFloat(v.Float() + 7)
			case name == "Rule":
				v.Set(reflect.ValueOf(Rule(Quick())))
			case name == "Policy.Fields":
				v.Set(reflect.ValueOf(map[string]json.RawMessage{"x": json.RawMessage("1")}))
			default:
				t.Errorf("%s, a %v: say here what another value is", name, f.Type)
			}
			p := &ProfileResult{Name: profile.Name}
			if err := compareFields(p, &profile, &other, &own); err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(p.Deviations, func(w metrics.Warning) bool { return w.Code == name || strings.HasPrefix(w.Code, name+".") }) {
				t.Errorf("another %s is no deviation: %v", name, p.Deviations)
			}
			compared++
		}
	}
	walk("", func(c *Config) reflect.Value { return reflect.ValueOf(c).Elem() })
	if compared < 10 || fields <= compared {
		t.Errorf("%d of %d fields compared", compared, fields)
	}
}
