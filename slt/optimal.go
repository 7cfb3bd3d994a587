package slt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/system"
)

// Optimal merges two sweeps of one system in different setups, such as one for
// throughput and one for latency. At each concurrency it takes the level with the
// greater system output throughput, or the only one, as in Artificial Analysis'
// configurations of that name, and derives the other figures from these levels.
//
// It returns an error if the two cannot be compared because their queries, models
// or systems differ.
func Optimal(a, b *Report) (*Report, error) {
	if err := comparable(a, b); err != nil {
		return nil, err
	}
	nameA, nameB := cmp.Or(a.Config.Name, "first"), cmp.Or(b.Config.Name, "second")
	m := &Report{
		Schema: Schema, Started: a.Started, Complete: a.Complete && b.Complete, Levels: []Level{},
		PlateauReached: a.PlateauReached && b.PlateauReached, System: a.System, Tool: system.ThisTool(), Config: a.Config, Warnings: []metrics.Warning{},
	}
	if b.Started.After(m.Started) {
		m.Started = b.Started
	}
	if reflect.DeepEqual(a.Identity, b.Identity) { // that of one setup says nothing of the other
		m.Identity = a.Identity
	}
	m.Config.Name = "Optimal of " + nameA + " and " + nameB
	for _, l := range slices.Concat(labeled(a.Levels, nameA), labeled(b.Levels, nameB)) {
		i, found := slices.BinarySearchFunc(m.Levels, l.Concurrency, func(l Level, n int) int { return l.Concurrency - n })
		switch {
		case !found:
			m.Levels = slices.Insert(m.Levels, i, l)
		case m.Levels[i].throughput() < l.throughput():
			m.Levels[i] = l
		}
	}
	speeds := slices.Clone(a.Config.AtSpeeds)
	for _, s := range b.Config.AtSpeeds {
		if !slices.Contains(speeds, s) {
			speeds = append(speeds, s)
		}
	}
	m.Config.AtSpeeds = speeds
	for _, l := range m.Levels {
		repeat(&m.Warnings, fmt.Sprintf("concurrency %d (%s)", l.Concurrency, l.Configuration), &l)
	}
	return m, m.derive(speeds)
}

// throughput returns system output throughput, less than any if the level is invalid.
func (l *Level) throughput() float64 {
	if l.Figures == nil {
		return -1
	}
	return l.Figures.OutputTokensPerSecond
}

func labeled(levels []Level, name string) []Level {
	levels = slices.Clone(levels)
	for i := range levels {
		levels[i].Configuration = cmp.Or(levels[i].Configuration, name)
	}
	return levels
}

// comparable returns every reason why two sweeps cannot be merged, joined, or nil.
func comparable(a, b *Report) error {
	var errs []error
	differ := func(what string, a, b any) {
		if a != b {
			errs = append(errs, fmt.Errorf("slt: the sweeps differ in %s: %v and %v", what, a, b))
		}
	}
	differ("schema", a.Schema, b.Schema)
	differ("model", a.Config.Model, b.Config.Model)
	differ("input tokens", a.Config.InputTokens, b.Config.InputTokens)
	differ("output tokens", a.Config.OutputTokens, b.Config.OutputTokens)
	system := func(r *Report) string {
		if r.System == nil {
			return "none"
		}
		text, _ := json.Marshal(r.System) // plain values
		return string(text)
	}
	differ("system", system(a), system(b))
	return errors.Join(errs...)
}
