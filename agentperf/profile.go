package agentperf

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Profile is a published way to measure, as data: the load, the rule of its phases and the
// service levels. Config.Profile names one.
type Profile struct {
	// Name identifies the profile, and has the month from which it was in force; the next
	// version of a method is another profile.
	Name string
	// Source says where it was published, and how sure it is.
	Source string
	// Defaults holds the fields of a configuration that the profile determines. All others
	// are zero.
	Defaults Config
	// TierSets are the names of its service levels; see [LookupTiers]. A configuration
	// without tiers gets those of its model, or else the first set.
	TierSets []string
	// Efforts say what asks a model for the reasoning effort of the profile. Of models that
	// are not in it, the report says that this is unknown.
	Efforts []Effort
	// Unknown are the points at which a run by the profile differs from it, or may, because
	// of what has not been published or is not done here. They are among the deviations of
	// every run.
	Unknown []metrics.Warning

	workload string // what it replays, in words
}

// An Effort is the field of a request body, and its value, that asks a family of models for
// their largest reasoning effort.
type Effort struct {
	// Model is what names of the family have in common, but for case and punctuation.
	Model        string
	Field, Value string
	// Inferred says why the field or the value is not certain; empty if it is.
	Inferred string
}

// LookupProfile returns the profile that has the given name. The error lists the names.
func LookupProfile(name string) (Profile, error) {
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("agentperf: no profile is called %q, only %s", name, strings.Join(names, ", "))
}

// profileOf returns the profile that a valid configuration names.
func profileOf(cfg *Config) (p Profile, ok bool) {
	if cfg.Profile == "" {
		return p, false
	}
	p, err := LookupProfile(cfg.Profile)
	return p, err == nil
}

// apply returns a configuration with what the profile determines in the place of zero fields.
func (p *Profile) apply(c Config) Config {
	merge(reflect.ValueOf(&c).Elem(), reflect.ValueOf(p.Defaults))
	if sets := p.setsFor(c.Policy.Model); len(c.Tiers) == 0 && len(sets) > 0 {
		c.Tiers = sets[0].Tiers
	}
	c.Policy.Fields = p.withEffort(&c)
	return c
}

// merge sets the zero fields of a struct, and the missing keys of its maps, to those of another.
func merge(to, from reflect.Value) {
	for i := range to.NumField() {
		field, value := to.Field(i), from.Field(i)
		switch {
		case value.IsZero():
		case field.Kind() == reflect.Struct:
			merge(field, value)
		case field.IsZero():
			field.Set(value)
		case field.Kind() == reflect.Map:
			merged := reflect.MakeMap(field.Type()) // the caller's stays as it is
			for _, m := range []reflect.Value{value, field} {
				for key, v := range m.Seq2() {
					merged.SetMapIndex(key, v)
				}
			}
			field.Set(merged)
		}
	}
}

// letters returns what is compared of a model's name.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// effortOf returns the effort of a model's family.
func (p *Profile) effortOf(model string) (Effort, bool) {
	i := slices.IndexFunc(p.Efforts, func(e Effort) bool { return strings.Contains(letters(model), letters(e.Model)) })
	if i < 0 {
		return Effort{}, false
	}
	return p.Efforts[i], true
}

// effort returns the effort to ask for: that of the model, or of the one whose service levels
// are asked for where the model is not known by its name.
func (p *Profile) effort(c *Config) (Effort, bool) {
	if e, ok := p.effortOf(c.Policy.Model); ok {
		return e, true
	}
	for _, set := range p.sets() {
		if len(c.Tiers) > 0 && within(c.Tiers, set) {
			return p.effortOf(set.Model)
		}
	}
	return Effort{}, false
}

// withEffort returns the fields of the policy with the effort among them, unless they have one.
func (p *Profile) withEffort(c *Config) map[string]json.RawMessage {
	fields := c.Policy.Fields
	e, ok := p.effort(c)
	if _, has := fields[e.Field]; !ok || has {
		return fields
	}
	with := map[string]json.RawMessage{e.Field: json.RawMessage(`"` + e.Value + `"`)}
	maps.Copy(with, fields)
	return with
}

// sets returns the service levels of the profile.
func (p *Profile) sets() (sets []TierSet) {
	for _, s := range TierSets() {
		if slices.Contains(p.TierSets, s.Name) {
			sets = append(sets, s)
		}
	}
	return sets
}

// setsFor returns those for a model: all, if none is known to be its own.
func (p *Profile) setsFor(model string) (sets []TierSet) {
	e, ok := p.effortOf(model)
	for _, s := range p.sets() {
		if ok && strings.Contains(letters(s.Model), letters(e.Model)) {
			sets = append(sets, s)
		}
	}
	if len(sets) == 0 {
		return p.sets()
	}
	return sets
}

// within reports whether all tiers are of a set. Their names do not matter.
func within(tiers []Tier, set TierSet) bool {
	return !slices.ContainsFunc(tiers, func(t Tier) bool {
		return !slices.ContainsFunc(set.Tiers, func(of Tier) bool { return of.String() == t.String() })
	})
}
