package format

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/agentperf/agentperf-go/internal/secrets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Format names a form of recording.
type Format string

// The formats that can be read. The package documentation says what each is.
const (
	Manifest     Format = "manifest"
	Rows         Format = "rows"
	Weka         Format = "weka"
	ClaudeCode   Format = "claude-code"
	Chat         Format = "chat"
	AIPerf       Format = "aiperf"
	ATIF         Format = "atif"
	Codex        Format = "codex"
	SWEAgent     Format = "swe-agent"
	MiniSWEAgent Format = "mini-swe-agent"
	OTLP         Format = "otlp"
	HAR          Format = "har"
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{Manifest, Rows, Weka, ClaudeCode, Chat, AIPerf, ATIF, Codex, SWEAgent, MiniSWEAgent, OTLP, HAR}
}

// Options say how to read. The zero value recognises formats and takes no bad
// record.
type Options struct {
	// Format is the format of all files; empty recognises each by content.
	Format Format
	// SkipBad leaves bad records out. Each becomes one of the workload's
	// Findings, of severity error, instead of a part of the returned error. In a
	// folder, so does a file that cannot be read at all; what concerns the one
	// file that was named as a whole, and the folder's manifest, stays an error.
	SkipBad bool
	// Redact, when set, is called with the JSON of each message and each tool
	// list before it is kept, and returns what to keep: JSON again. See
	// [RedactSecrets].
	Redact func(json []byte) []byte
}

// RedactSecrets returns a function for [Options.Redact] that puts a word in place
// of what looks like a key or a token, by the forms that providers give theirs.
// Passwords and other secrets without such a form stay.
func RedactSecrets() func(json []byte) []byte { return secrets.New().Redact }

// Validate reports what is wrong with the options.
func (o Options) Validate() error {
	if o.Format != "" && !slices.Contains(Formats(), o.Format) {
		return fmt.Errorf("format: Format is %q, expected one of %q", o.Format, Formats())
	}
	return nil
}

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
