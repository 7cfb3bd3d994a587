package format

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/agentperf/agentperf-go/trajectory"
)

// parser returns the parser of a format, nil for a manifest.
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
	}
	rd.parsers[f] = p
	rd.order = append(rd.order, p)
	return p
}

// openFS is OpenFS with a label for a workload that does not say its name.
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
		err = rd.nothing(label)
	}
	if err != nil {
		return nil, err
	}
	rd.distinguish(w)
	w.Findings = rd.findings
	if w.Name == "" {
		w.Name = plainName(label)
	}
	if w.Source == "" {
		w.Source = label
	}
	return w, nil
}

// nothing says why there is nothing to replay: what was found instead.
func (rd *reader) nothing(label string) error {
	err := error(errors.New("no model call in it"))
	for _, f := range rd.findings {
		if f.Severity == trajectory.SeverityError || f.Rule == ruleUnrecognised || f.Rule == ruleNoCalls {
			err = fmt.Errorf("%w; %s", err, f)
			break
		}
	}
	if label == "" {
		return err
	}
	return &SyntaxError{File: label, Err: err}
}

// distinguish makes the IDs of trajectories unique: files of different tools
// may use the same, and some have none.
func (rd *reader) distinguish(w *trajectory.Workload) {
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
			rd.find(trajectory.Finding{
				File: t.Source, Trajectory: t.ID, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "same-id",
				Text: fmt.Sprintf("another trajectory is called %q too", clip(id)),
			})
		}
	}
}

// readFile reads one file, of whatever format.
func (rd *reader) readFile(fsys fs.FS, name string) {
	rd.readKnown(fsys, name, func(f *file, kind Format) {
		if kind == Manifest {
			rd.readManifest(fsys, name, f)
			return
		}
		rd.parser(kind).read(name, f)
	})
}

// readKnown opens a file and calls read when its format is known.
func (rd *reader) readKnown(fsys fs.FS, name string, read func(f *file, kind Format)) {
	f, err := open(fsys, name)
	if err != nil {
		rd.add(err)
		return
	}
	defer f.Close()
	kind := rd.Format
	if kind == "" {
		head, err := f.Peek(headSize)
		if err != nil && err != io.EOF {
			rd.add(fmt.Errorf("%s: %w", name, err))
			return
		}
		if kind, err = rd.recognise(fsys, name, head); err != nil {
			rd.at(name, 0)("", err)
			return
		}
	}
	read(f, kind)
}

// recognise tells the format of a file by its head, and where that is not
// enough by all of its first record.
func (rd *reader) recognise(fsys fs.FS, name string, head []byte) (Format, error) {
	kind, sure, err := recognise(head)
	if sure || len(head) < headSize {
		return kind, err
	}
	again, oerr := open(fsys, name)
	if oerr != nil {
		return kind, err
	}
	defer again.Close()
	// Whatever is wrong further on is found by whoever reads it.
	keys, _, kerr := keysOf(io.LimitReader(again, maxDocument))
	if better, _ := keys.format(); kerr == nil && better != "" {
		return better, nil
	}
	return kind, err
}
