package requestlog

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// Options are what files may not say of themselves.
type Options struct {
	// Agents is the number of agents of all phases whose records do not state one; 0 means
	// that such records are an error.
	Agents int
}

// A Set is what files hold together.
type Set struct {
	Phases   []*Phase
	Warnings []metrics.Warning
}

// mostRows bounds the rows of all files together: 200 bytes each and about as much again
// while they are read, and hours of a system with thousands of agents.
const mostRows = 2_000_000

// Read reads files, and folders of them: a journal, or the results of a client. The phases
// come in the order of their numbers in the log of a run, and runs in that of the files.
func Read(ctx context.Context, names []string, o Options) (*Set, error) {
	files, err := expand(names)
	if err != nil {
		return nil, err
	}
	r := &reader{options: o, phases: make(map[int]*group), bounds: make(map[int]*bounds)}
	for _, f := range files {
		if err := r.file(ctx, f); err != nil {
			return nil, err
		}
	}
	if err := r.together(); err != nil {
		return nil, err
	}
	if len(r.set.Phases) == 0 {
		return nil, fmt.Errorf("%s: no requests of a measured phase", strings.Join(names, ", "))
	}
	return &r.set, nil
}

// reader is a Read under way.
type reader struct {
	options Options
	set     Set
	rows    int
	// phases are those whose rows and bounds are in files of their own, by their number;
	// bounds are those of phase_manifest.jsonl.
	phases map[int]*group
	bounds map[int]*bounds
}

func (r *reader) warn(code, format string, args ...any) {
	r.set.Warnings = append(r.set.Warnings, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}

// file reads one file, whatever it holds.
func (r *reader) file(ctx context.Context, f file) error {
	here := make(map[int]*group) // the phases of this file that are not complete
	complete := 0
	err := f.lines(ctx, func(n int, text []byte) error {
		l, err := decode(text)
		if err != nil {
			return err
		}
		switch l.kind() {
		case kindManifest:
			b, err := l.manifest()
			if err != nil {
				return err
			}
			if r.bounds[b.index] != nil {
				return fmt.Errorf("phase_idx %d is there twice", b.index)
			}
			r.bounds[b.index] = b
			return nil
		case kindPhase:
			b, err := l.ownPhase()
			if err != nil {
				return err
			}
			g := here[b.index]
			if g == nil {
				g = newGroup(f, b.index)
			}
			delete(here, b.index)
			complete++
			return r.add(g, b)
		case kindAIPerf:
			index := value(l.Metadata.PhaseIndex)
			if l.Metadata.warmup() {
				return nil
			}
			return r.row(here, f, index, n, l)
		case kindRow:
			index, err := f.phase(l)
			if err != nil {
				return err
			}
			if g := r.phases[index]; g != nil && g.file.decoded && !f.decoded {
				return nil // the decoded rows of the phase are authoritative
			}
			return r.row(here, f, index, n, l)
		}
		return fmt.Errorf("neither a request nor a phase of a known client, whose fields are such as start_time, settling_end or metadata: %s", l.has())
	})
	if err != nil {
		return err
	}
	for _, index := range slices.Sorted(maps.Keys(here)) {
		g := here[index]
		switch {
		case g.client == AIPerf:
			b, err := f.aiperfBounds(g, r.options.Agents)
			if err != nil {
				return err
			}
			if err := r.add(g, b); err != nil {
				return err
			}
		case g.client == Own && complete > 0:
			r.warn("unfinished_phase", "%s: the run ended within its phase %d, whose %d requests are left out", f.name, index, len(g.rows))
		case r.phases[index] != nil:
			return fmt.Errorf("%s: phase_idx %d is in %s already", f.name, index, r.phases[index].file.name)
		default:
			r.phases[index] = g
		}
	}
	return nil
}

// row adds a request to its phase.
func (r *reader) row(here map[int]*group, f file, index, n int, l *line) error {
	if r.rows++; r.rows > mostRows {
		return fmt.Errorf("more than %d requests in all", mostRows)
	}
	g := here[index]
	if g == nil {
		g = newGroup(f, index)
		here[index] = g
	}
	return g.take(l)
}

// together adds the phases whose bounds are in a manifest.
func (r *reader) together() error {
	for _, index := range slices.Sorted(maps.Keys(r.phases)) {
		g := r.phases[index]
		b := r.bounds[index]
		if b == nil {
			if len(r.bounds) > 0 {
				return fmt.Errorf("%s: rows of phase %d, of which phase_manifest.jsonl has no row", g.file.name, index)
			}
			return fmt.Errorf("%s: rows have no end of settling: phase_manifest.jsonl is missing", g.file.name)
		}
		if b.agents = cmp.Or(b.agents, g.file.agents, r.options.Agents); b.agents == 0 {
			b.agents = len(g.agents)
			r.warn("agents_counted", "phase_idx %d: the number of agents is that of the user_ids seen, %d; no file states it", index, b.agents)
		}
		if err := r.add(g, b); err != nil {
			return err
		}
	}
	for _, index := range slices.Sorted(maps.Keys(r.bounds)) {
		if r.phases[index] == nil && len(r.phases) > 0 {
			r.warn("phase_without_rows", "phase_idx %d is in phase_manifest.jsonl, and none of the files has its requests", index)
		}
	}
	if len(r.phases) == 0 && len(r.bounds) > 0 && len(r.set.Phases) == 0 {
		return fmt.Errorf("phase_manifest.jsonl alone: the files with the requests of its phases are missing")
	}
	return nil
}

// add completes a phase.
func (r *reader) add(g *group, b *bounds) error {
	p, err := g.phase(b)
	if err != nil {
		return fmt.Errorf("%s: phase %d: %w", g.file.name, g.index, err)
	}
	for _, text := range g.notes {
		r.warn("records", "%s, phase_idx %d: %s", g.file.name, g.index, text)
	}
	r.set.Phases = append(r.set.Phases, p)
	return nil
}
