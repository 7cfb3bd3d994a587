package format

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
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
	names, err := rd.recordings(fsys)
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
	rd.notePacked()
	return nil
}

// readMember reads one file of a folder. Folders hold other things too: a file that
// is no recording is left out with a warning. With Options.SkipBad, any file that
// cannot be read is left out.
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
			rd.mended(trajectory.Finding{File: name, Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleUnrecognized},
				"a manifest beside other recordings; to read it, open it by its name; left out")
		}
	})
	wrong := rd.errs[before:]
	if len(wrong) == 0 {
		return
	}
	if rd.Strict && !errors.Is(wrong[0], errEmpty) {
		return
	}
	if p, ok := errors.AsType[*packedError](wrong[0]); ok {
		rd.errs, rd.packed = rd.errs[:before:before], append(rd.packed, p)
		return
	}
	if strings.HasSuffix(rd.unpacked(name), ".csv") && !errors.Is(wrong[0], errTable) {
		rd.errs = rd.errs[:before:before]
		return // folders are full of tables
	}
	severity, rule := trajectory.SeverityWarning, ruleUnrecognized
	switch rows := strings.HasSuffix(rd.unpacked(name), ".jsonl"); {
	case errors.Is(wrong[0], errUnknown), errors.Is(wrong[0], errEmpty), errors.Is(wrong[0], errIrregular), !known && !rows:
	case rd.SkipBad:
		severity, rule = trajectory.SeverityError, ruleBadRecord
	default:
		return
	}
	rd.errs = rd.errs[:before:before]
	for _, err := range wrong {
		if s, ok := errors.AsType[*SyntaxError](err); ok {
			rd.note(trajectory.Finding{File: s.File, Line: s.Line, Turn: -1, Severity: severity, Rule: rule, Text: s.text() + "; left out"})
		} else if errors.Is(err, errIrregular) {
			rd.note(trajectory.Finding{File: name, Turn: -1, Severity: severity, Rule: rule, Text: errIrregular.Error() + "; left out"})
		} else {
			rd.add(err) // an I/O error, not a mistake in the file
		}
	}
}

// notePacked notes the files that are compressed in a way that is not read.
func (rd *reader) notePacked() {
	count := make(map[string]int)
	for _, p := range rd.packed {
		count[p.name]++
	}
	for _, p := range rd.packed {
		if n := count[p.name]; n > 0 {
			count[p.name] = 0
			rd.note(trajectory.Finding{File: p.file, Turn: -1, Severity: trajectory.SeverityWarning, Rule: rulePacked,
				Text: fmt.Sprintf("%d file(s) from this one on are compressed with %s, which is not read, and left out; to unpack all, run in the folder: %s", n, p.name, p.all)})
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
func (rd *reader) recordings(fsys fs.FS) (names []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case !fs.ValidPath(name):
			rd.mended(trajectory.Finding{File: strconv.QuoteToASCII(name), Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleUnrecognized},
				"its name is not UTF-8, so it cannot be opened; left out")
			if d.IsDir() {
				return fs.SkipDir
			}
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
		case strings.HasSuffix(rd.unpacked(name), ".csv"):
			if rd.Format == "" { // to say what it is, if it is a published trace
				names = append(names, name)
			}
		case slices.ContainsFunc(suffixes(), func(s string) bool { return strings.HasSuffix(rd.unpacked(name), s) }):
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
		return rd.unpacked(name) != name && there[rd.unpacked(name)]
	})
	return names, err
}
