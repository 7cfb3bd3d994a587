package format

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Open reads a workload: a manifest with its traces, a file of rows, or a
// folder of either; see the package documentation. All files are closed when
// it returns.
//
// Traces are opened below the manifest's folder, and so are the files of a
// folder: a path or a symbolic link that leads out of it is an error. When
// name itself is a link, the folder is that of the file that it leads to.
//
// Mistakes in the files are reported together, each as a [*SyntaxError] that
// names the file by its path inside the folder; then there is no workload.
func Open(name string) (*trajectory.Workload, error) {
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
		label = abs // "." has no name
	}
	return openFS(root.FS(), base, filepath.Base(label))
}

// OpenFS is [Open] in a file system, such as one made by go:embed. Whether
// symbolic links are followed is up to the file system.
func OpenFS(fsys fs.FS, name string) (*trajectory.Workload, error) {
	label := path.Base(name)
	if label == "." {
		label = "" // the root of a file system has no name
	}
	return openFS(fsys, name, label)
}

// openFS is OpenFS with a label for a workload that does not say its name.
func openFS(fsys fs.FS, name, label string) (*trajectory.Workload, error) {
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
	var w *trajectory.Workload
	if info.IsDir() {
		w, err = rd.readFolder(fsys)
	} else {
		w, err = rd.readFile(fsys, path.Base(name))
	}
	if err == nil {
		err = rd.err()
	}
	if err != nil {
		return nil, err
	}
	if w.Name == "" {
		w.Name = plainName(label)
	}
	if w.Source == "" {
		w.Source = label
	}
	return w, nil
}

// readFile reads a manifest or a file of rows.
func (rd *reader) readFile(fsys fs.FS, name string) (w *trajectory.Workload, err error) {
	rd.readKnown(fsys, name, func(f *file, kind family) {
		if kind == manifestFile {
			w = rd.readManifest(fsys, name, f)
			return
		}
		cs := rd.conversations("")
		cs.readRows(name, f)
		w = &trajectory.Workload{Trajectories: cs.trajectories()}
	})
	return w, nil
}

// readKnown opens a file and calls read when the kind of file is known.
func (rd *reader) readKnown(fsys fs.FS, name string, read func(f *file, kind family)) {
	f, err := open(fsys, name)
	if err != nil {
		rd.add(err)
		return
	}
	defer f.Close()
	head, err := f.Peek(headSize)
	if err != nil && err != io.EOF {
		rd.add(fmt.Errorf("%s: %w", name, err))
		return
	}
	kind, err := recognise(head)
	if err != nil {
		rd.at(name, 0)("", err)
		return
	}
	read(f, kind)
}
