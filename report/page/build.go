package page

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/system"
)

// newStudy sorts reports by model and names them. Reports of one system have its name, after the
// first followed by that of the input, or by a number; and so have those of systems of one name.
func newStudy(reports []*report.Report) *study {
	st := &study{}
	for _, in := range reports {
		file := strings.TrimSuffix(filepath.Base(in.Name), ".json")
		if in.Name == "" {
			file = ""
		}
		switch {
		case in.Agentperf != nil:
			r := in.Agentperf
			s := &subject{index: len(st.systems), model: st.model(r.Config.Model, r.Identity), report: r}
			s.name = nameOf(r.Identity, r.System, r.Config.Label, file)
			s.system = st.named(s.model, systemOf(r.Identity, r.System, r.Config.Endpoint), bounded(s.name))
			s.label = st.unique(s.model, s.system, bounded(file))
			for _, other := range st.systems {
				if other.model == s.model {
					s.color++
				}
			}
			s.points, s.steps = pointsOf(s), stepsOf(s)
			st.systems = append(st.systems, s)
		case in.SLT != nil:
			r := in.SLT
			s := &sweep{index: len(st.sweeps), model: st.model(r.Config.Model, r.Identity), report: r}
			s.name = nameOf(r.Identity, r.System, r.Config.Label, file)
			s.label = st.named(s.model, systemOf(r.Identity, r.System, r.Config.Endpoint), bounded(s.name))
			st.sweeps = append(st.sweeps, s)
		}
	}
	for _, s := range st.sweeps {
		s.color = st.colorOf(s)
	}
	return st
}

// model returns the index of a model, which it adds if it is new.
func (st *study) model(name string, id *system.Identity) int {
	if id != nil {
		name = cmp.Or(name, id.Model)
	}
	name = cmp.Or(strings.TrimSpace(name), "unnamed model")
	if i := slices.Index(st.whole, name); i >= 0 {
		return i
	}
	st.whole, st.models = append(st.whole, name), append(st.models, bounded(name))
	return len(st.models) - 1
}

// bounded cuts a name of others once, before it is used: all that a page says of a system, a
// setup, a model or a provider uses what it returns, and only what was tested has the whole name.
func bounded(name string) string {
	const width, size = 900, 13 // some 130 letters: a line of the widest page
	return chart.Cut(name, width, size)
}

// nameOf returns what readers call a system: what its identity says, or its accelerators, or the
// label of the run, or the name of the input.
func nameOf(id *system.Identity, hardware *pricing.System, label, input string) string {
	if id != nil && id.Name != "" {
		return id.Name
	}
	if hardware != nil && hardware.Accelerator != "" {
		if hardware.Accelerators > 0 {
			return fmt.Sprintf("%dx %s", hardware.Accelerators, hardware.Accelerator)
		}
		return hardware.Accelerator
	}
	return cmp.Or(label, input, "unnamed system")
}

// systemOf returns what is the same in all reports of one system, and differs in those of others:
// what is stated of it, or else where it is. It is empty if neither is known.
func systemOf(id *system.Identity, hardware *pricing.System, endpoint string) string {
	if lines := id.Lines(); len(lines) > 0 {
		return strings.Join(lines, "\n")
	}
	if hardware != nil && hardware.Accelerator != "" {
		return fmt.Sprintf("%d %s at %s", hardware.Accelerators, hardware.Accelerator, endpoint)
	}
	return endpoint
}

// named returns the name of a system of a model: the one that its first report gave it.
func (st *study) named(model int, system, name string) string {
	if system == "" {
		return name
	}
	if st.names == nil {
		st.names = make(map[[2]string]string)
	}
	key := [2]string{st.models[model], system}
	if _, ok := st.names[key]; !ok {
		st.names[key] = name
	}
	return st.names[key]
}

// unique returns a label that no other system of the model has.
func (st *study) unique(model int, label, input string) string {
	taken := func(s string) bool {
		return slices.ContainsFunc(st.systems, func(o *subject) bool { return o.model == model && o.label == s })
	}
	if taken(label) && input != "" && input != label {
		label += ", " + input
	}
	own := label
	for n := 2; taken(own); n++ {
		own = fmt.Sprintf("%s (%d)", label, n)
	}
	return own
}

// colorOf returns the color of a sweep: that of the system with its label, or else a new one.
func (st *study) colorOf(s *sweep) int {
	next := 0
	for _, o := range st.systems {
		if o.model == s.model {
			if o.system == s.label {
				return o.color
			}
			next++
		}
	}
	var others []string
	for _, o := range st.sweeps[:s.index] {
		if o.model != s.model {
			continue
		}
		if o.label == s.label {
			return o.color
		}
		if o.color >= next && !slices.Contains(others, o.label) {
			others = append(others, o.label)
		}
	}
	return next + len(others)
}
