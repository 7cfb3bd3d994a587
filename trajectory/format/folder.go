package format

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
)

// readFolder reads the manifest of a folder or, if there is none, all recordings
// in it and below, in the order of their names.
func (rd *reader) readFolder(fsys fs.FS) error {
	if _, err := fs.Stat(fsys, manifestName); !errors.Is(err, fs.ErrNotExist) {
		rd.readFile(fsys, manifestName)
		return nil
	}
	names, err := recordings(fsys)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("folder has neither %s nor files named *%s (%w)", manifestName, strings.Join(suffixes(), ", *"), fs.ErrNotExist)
	}
	for _, name := range names {
		if rd.full() {
			break
		}
		rd.readMember(fsys, name)
	}
	return nil
}

// readMember reads one file of a folder. Folders hold other things too, so a file
// in no known format is left out with a warning; a *.jsonl file is most likely a
// recording, so it is left out only if it is empty. With Options.SkipBad, any
// file that cannot be read is left out.
func (rd *reader) readMember(fsys fs.FS, name string) {
	before := len(rd.errs)
	known := false
	rd.readKnown(fsys, name, func(f *file, kind Format) {
		known = true
		switch {
		case kind != Manifest:
			rd.parser(kind).read(name, f)
		case path.Base(name) == manifestName:
			rd.readBelow(fsys, path.Dir(name), f)
		default:
			rd.at(name, 0)("", errors.New("a manifest beside other recordings; to read it, open it by its name"))
		}
	})
	wrong := rd.errs[before:]
	if len(wrong) == 0 {
		return
	}
	rows := strings.HasSuffix(unpackedName(name), ".jsonl")
	severity, rule := trajectory.SeverityWarning, ruleUnrecognized
	switch empty := errors.Is(wrong[0], errEmpty); {
	case !known && (!rows || empty):
	case rd.SkipBad:
		severity, rule = trajectory.SeverityError, ruleBadRecord
	default:
		return
	}
	rd.errs = rd.errs[:before:before]
	for _, err := range wrong {
		if s, ok := errors.AsType[*SyntaxError](err); ok {
			rd.note(trajectory.Finding{File: s.File, Line: s.Line, Turn: -1, Severity: severity, Rule: rule, Text: s.text() + "; left out"})
		} else {
			rd.add(err) // an I/O error, not a mistake in the file
		}
	}
}

// readBelow reads the manifest of a folder inside the opened folder. The name and
// source in it are not those of the whole workload.
func (rd *reader) readBelow(fsys fs.FS, folder string, f *file) {
	sub, err := fs.Sub(fsys, folder)
	if err != nil {
		rd.add(err)
		return
	}
	name, source, before, parsers := rd.name, rd.source, len(rd.errs), len(rd.order)
	rd.readManifest(sub, manifestName, f)
	rd.name, rd.source = name, source
	for _, err := range rd.errs[before:] {
		if s, ok := errors.AsType[*SyntaxError](err); ok {
			s.File = path.Join(folder, s.File)
		}
	}
	for _, p := range rd.order[parsers:] {
		if t, ok := p.(*traces); ok {
			for _, c := range t.all {
				c.file, c.Source = path.Join(folder, c.file), path.Join(folder, c.Source)
			}
		}
	}
}

// recordings returns the files below a folder that may be recordings. Of a
// subfolder with a manifest it returns the manifest alone.
func recordings(fsys fs.FS) (names []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			manifest := path.Join(name, manifestName)
			if _, err := fs.Stat(fsys, manifest); name != "." && err == nil {
				names = append(names, manifest)
				return fs.SkipDir
			}
		case len(names) == maxFiles:
			return fmt.Errorf("folder has more than %d files", maxFiles)
		case slices.ContainsFunc(suffixes(), func(s string) bool { return strings.HasSuffix(unpackedName(name), s) }):
			names = append(names, name)
		}
		return nil
	})
	// Decompressing a file usually leaves the compressed one behind.
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return unpackedName(name) != name && there[unpackedName(name)]
	})
	return names, err
}
