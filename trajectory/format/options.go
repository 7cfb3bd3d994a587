package format

import (
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

// Open reads a workload: a file of any format, a manifest with its traces, or a
// folder; see the package documentation. All files are closed when it returns.
//
// Traces are opened below the manifest's folder, and so are the files of a
// folder: a path or a symbolic link that leads out of it is an error. When
// name itself is a link, the folder is that of the file that it leads to.
//
// Mistakes in the files are reported together, each as a [*SyntaxError] that
// names the file by its path inside the folder; then there is no workload.
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
		label = abs // "." has no name
	}
	return o.openFS(root.FS(), base, filepath.Base(label))
}

// OpenFS is [Options.Open] in a file system, such as one made by go:embed.
// Whether symbolic links are followed is up to the file system.
func (o Options) OpenFS(fsys fs.FS, name string) (*trajectory.Workload, error) {
	label := path.Base(name)
	if label == "." {
		label = "" // the root of a file system has no name
	}
	return o.openFS(fsys, name, label)
}
