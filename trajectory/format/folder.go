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

const (
	manifestName = "manifest.json"
	// maxFiles bounds the files of a folder.
	maxFiles = 100_000
)

// readFolder reads the manifest of a folder, else all recordings in it and in
// the folders below, in the order of their names.
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
		return fmt.Errorf("neither %s nor files named *%s in the folder (%w)", manifestName, strings.Join(suffixes(), ", *"), fs.ErrNotExist)
	}
	for _, name := range names {
		if rd.full() {
			break
		}
		rd.readMember(fsys, name)
	}
	return nil
}

// readMember reads one file of a folder. One that is no recording is left out,
// since folders hold other things too; a *.jsonl would be missed, and is left out
// only if it is empty or bad records are to be skipped.
func (rd *reader) readMember(fsys fs.FS, name string) {
	before := len(rd.errs)
	known := false
	rd.readKnown(fsys, name, func(f *file, kind Format) {
		known = true
		switch {
		case kind != Manifest:
			rd.parser(kind).read(name, f)
		case path.Base(name) == manifestName:
			if sub, err := fs.Sub(fsys, path.Dir(name)); err == nil {
				rd.readManifest(sub, manifestName, f)
			}
		default:
			rd.at(name, 0)("", errors.New("a manifest among the rows; name it to open it"))
			known = !rd.SkipBad
		}
	})
	if known || len(rd.errs) == before {
		return
	}
	empty := errors.Is(rd.errs[before], errEmpty)
	if strings.HasSuffix(unpackedName(name), ".jsonl") && !rd.SkipBad && !empty {
		return
	}
	if s, ok := errors.AsType[*SyntaxError](rd.errs[before]); ok {
		rd.errs = rd.errs[:before]
		severity := trajectory.SeverityWarning
		if strings.HasSuffix(unpackedName(name), ".jsonl") && !empty {
			severity = trajectory.SeverityError
		}
		rd.find(trajectory.Finding{
			File: name, Turn: -1, Severity: severity, Rule: ruleUnrecognised,
			Text: s.text() + "; left out",
		})
	}
}

func suffixes() []string { return []string{".jsonl", ".json", ".traj", ".har"} }

// recordings returns the files below a folder that may be recordings. A folder
// below with a manifest has no others.
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
			return fmt.Errorf("more than %d files in the folder", maxFiles)
		case slices.ContainsFunc(suffixes(), func(s string) bool { return strings.HasSuffix(unpackedName(name), s) }):
			names = append(names, name)
		}
		return nil
	})
	// Unpacking leaves the packed file behind.
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return unpackedName(name) != name && there[unpackedName(name)]
	})
	return names, err
}

// unpackedName returns a file name without the suffix of a packer.
func unpackedName(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
}

// plainName returns a file name without its suffixes.
func plainName(name string) string {
	name = unpackedName(path.Base(name))
	for _, suffix := range suffixes() {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}
