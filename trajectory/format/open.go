package format

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Open reads a workload with the zero [Options].
func Open(name string) (*trajectory.Workload, error) { return Options{}.Open(name) }

// OpenFS reads a workload with the zero [Options]; see [Options.OpenFS].
func OpenFS(fsys fs.FS, name string) (*trajectory.Workload, error) {
	return Options{}.OpenFS(fsys, name)
}

// Open reads a workload: a file in any format, a manifest with its traces, or a
// folder; see the package documentation. All files are closed when it returns.
//
// The traces of a manifest and the files of a folder are opened inside that
// folder: a path or a symbolic link that leads out of it is an error. If name
// itself is a link, the folder is the one that holds its target.
//
// All mistakes in the files are reported together, each as a [*SyntaxError] that
// names the file by its path inside the folder, and no workload is returned.
func (o Options) Open(name string) (*trajectory.Workload, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	folder, base := name, "."
	if !info.IsDir() {
		target, err := filepath.EvalSymlinks(name)
		if err != nil {
			return nil, err
		}
		folder, base = filepath.Dir(target), filepath.Base(target)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	label := name
	if abs, err := filepath.Abs(name); err == nil {
		label = abs // "." is not a name
	}
	return o.openFS(root.FS(), base, filepath.Base(label))
}

// OpenFS is [Options.Open] for a file system, such as one embedded in the
// program. Whether symbolic links are followed is up to the file system.
func (o Options) OpenFS(fsys fs.FS, name string) (*trajectory.Workload, error) {
	label := path.Base(name)
	if label == "." {
		label = "" // the root of a file system has no name
	}
	return o.openFS(fsys, name, label)
}

// openFS is OpenFS with a label for workloads that do not name themselves.
func (o Options) openFS(fsys fs.FS, name, label string) (*trajectory.Workload, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	folder := name
	if !info.IsDir() {
		folder = path.Dir(name)
	}
	if fsys, err = fs.Sub(fsys, folder); err != nil {
		return nil, err
	}
	rd := newReader()
	rd.Options = o
	if info.IsDir() {
		err = rd.readFolder(fsys)
	} else {
		rd.readFile(fsys, path.Base(name))
	}
	w := &trajectory.Workload{Name: rd.name, Source: rd.source}
	if err == nil && !rd.full() {
		for _, p := range rd.order {
			w.Trajectories = append(w.Trajectories, p.trajectories()...)
		}
	}
	if err == nil {
		err = rd.err()
	}
	if err == nil && len(w.Trajectories) == 0 {
		err = rd.noCallsError(label)
	}
	if err != nil {
		return nil, err
	}
	rd.uniqueIDs(w)
	w.ShareBlocks()
	rd.checkText(w)
	rd.noteConflicts()
	w.Findings = rd.findings
	if w.Name == "" {
		w.Name = plainName(label)
	}
	if w.Source == "" {
		w.Source = label
	}
	return w, nil
}

// noCallsError explains why there is nothing to replay, with the first finding
// that could be the reason.
func (rd *reader) noCallsError(label string) error {
	err := error(errors.New("no model calls found"))
	for _, f := range rd.findings {
		if f.Severity == trajectory.SeverityError || f.Rule == ruleUnrecognized || f.Rule == rulePacked || f.Rule == ruleBody || f.Rule == ruleNoCalls {
			err = fmt.Errorf("%w; %s", err, f)
			break
		}
	}
	if label == "" {
		return err
	}
	return &SyntaxError{File: label, Err: err}
}

// uniqueIDs makes the IDs of trajectories unique: files of different tools may
// use the same ID, and some trajectories have none.
func (rd *reader) uniqueIDs(w *trajectory.Workload) {
	taken := make(map[string]bool)
	count := make(map[string]int)
	for t := range w.Threads() {
		if t.ID == "" {
			t.ID = plainName(t.Source)
		}
		if len(t.ID) > maxText/2 {
			t.ID = clip(t.ID)
		}
		id := t.ID
		for taken[t.ID] {
			count[id] = max(count[id], 1) + 1
			t.ID = fmt.Sprintf("%s#%d", id, count[id])
		}
		taken[t.ID] = true
		if t.ID != id {
			rd.note(trajectory.Finding{
				File: t.Source, Trajectory: t.ID, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "same-id",
				Text: fmt.Sprintf("another trajectory has the ID %q too", clip(id)),
			})
		}
	}
}

// readFile reads one file of any format.
func (rd *reader) readFile(fsys fs.FS, name string) {
	rd.readKnown(fsys, name, func(f *file, kind Format) {
		if kind == Manifest {
			rd.readManifest(fsys, name, f)
			return
		}
		rd.parser(kind).read(name, f)
	})
}

// parser returns the parser for a format, nil for a manifest. It is the only
// place that knows all of them.
func (rd *reader) parser(f Format) parser {
	if p, ok := rd.parsers[f]; ok {
		return p
	}
	var p parser
	switch f {
	case Manifest:
		return nil
	case Rows:
		p = rd.conversations("")
	case Weka:
		p = &wekaParser{rd: rd}
	case ClaudeCode:
		p = newClaudeParser(rd)
	case Chat:
		p = &chatParser{rd: rd}
	case AIPerf:
		p = newAIPerfParser(rd)
	case ATIF:
		p = newATIFParser(rd)
	case Codex:
		p = newCodexParser(rd)
	case SWEAgent:
		p = &sweParser{rd: rd}
	case MiniSWEAgent:
		p = &miniParser{rd: rd}
	case OTLP:
		p = newOTLPParser(rd)
	case HAR:
		p = newHARParser(rd)
	case TraceLab:
		p = newTraceLabParser(rd)
	}
	rd.parsers[f] = p
	rd.order = append(rd.order, p)
	return p
}
