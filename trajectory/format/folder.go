package format

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
)

const manifestName = "manifest.json"

// readFolder reads the manifest of a folder, else all its rows.
func (rd *reader) readFolder(fsys fs.FS) (*trajectory.Workload, error) {
	if _, err := fs.Stat(fsys, manifestName); !errors.Is(err, fs.ErrNotExist) {
		return rd.readFile(fsys, manifestName)
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var names, others []string
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasSuffix(unpackedName(name), ".jsonl"):
			names = append(names, name)
		case strings.HasSuffix(name, ".json"):
			others = append(others, name)
		}
	}
	// Unpacking leaves the packed file behind.
	names = slices.DeleteFunc(names, func(name string) bool {
		return unpackedName(name) != name && slices.Contains(names, unpackedName(name))
	})
	if len(names) == 0 {
		err := fmt.Errorf("neither %s nor *.jsonl files in the folder (%w)", manifestName, fs.ErrNotExist)
		if len(others) > 0 {
			err = fmt.Errorf("%w; to open one of its manifests, name it: %s", err, clip(strings.Join(others, ", ")))
		}
		return nil, err
	}
	cs := rd.conversations("")
	for _, name := range names {
		if rd.full() {
			break
		}
		rd.readKnown(fsys, name, func(f *file, kind family) {
			if kind != rowFile {
				rd.at(name, 0)("", errors.New("a manifest among the rows; name it to open it"))
				return
			}
			cs.readRows(name, f)
		})
	}
	return &trajectory.Workload{Trajectories: cs.trajectories()}, nil
}

// unpackedName returns a file name without the suffix of a packer.
func unpackedName(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
}

// plainName returns a file name without its suffixes.
func plainName(name string) string {
	name = unpackedName(name)
	for _, suffix := range []string{".jsonl", ".json"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}
