package requestlog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// manifestName is the file with the bounds of phases.
const manifestName = "phase_manifest.jsonl"

// WriteAA writes requests of this module into a folder, which must be new or empty, as the
// files of Artificial Analysis' client are named and laid out: the rows of each phase in a
// file of its own, and the bounds of all phases in phase_manifest.jsonl. Rows and bounds keep
// the fields of this module beside those of the client, so that [Read] loses nothing. model
// is the first part of the names. It returns the number of phases.
func WriteAA(ctx context.Context, name, folder, model string) (phases int, err error) {
	files, err := expand([]string{name})
	if err != nil {
		return 0, err
	}
	if len(files) != 1 {
		return 0, fmt.Errorf("%s has the records of another client, expected requests that agentperf wrote", name)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return 0, err
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		return 0, errors.Join(err, fmt.Errorf("%s is not empty, expected a new folder", folder))
	}
	w := &aaWriter{folder: folder, model: fileName(model), open: make(map[int]*part)}
	defer w.close()
	if err := files[0].lines(ctx, w.line); err != nil {
		return 0, err
	}
	if w.phases == 0 {
		return 0, fmt.Errorf("%s: no phase in it has ended", name)
	}
	return w.phases, w.finish()
}

// An aaWriter writes the files of a run as its lines come.
type aaWriter struct {
	folder, model string
	open          map[int]*part // phases of which no line has come
	manifest      bytes.Buffer
	phases        int
}

// A part is the file of a phase.
type part struct {
	file *os.File
	*bufio.Writer
}

func (w *aaWriter) line(_ int, text []byte) error {
	l, err := decode(text)
	if err != nil {
		return err
	}
	switch {
	case l.kind() == kindPhase:
		return w.phase(l, text)
	case l.kind() != kindRow || l.Begun == nil || l.Phase == nil || *l.Phase < 0:
		return errors.New("not a request that agentperf wrote")
	}
	p := w.open[*l.Phase]
	if p == nil {
		f, err := os.Create(w.part(*l.Phase))
		if err != nil {
			return err
		}
		p = &part{f, bufio.NewWriter(f)}
		w.open[*l.Phase] = p
	}
	p.Write(text)
	return p.WriteByte('\n')
}

func (w *aaWriter) part(index int) string {
	return filepath.Join(w.folder, fmt.Sprintf("phase%d.part", index))
}

// phase gives the file of a phase its name, and the manifest a row.
func (w *aaWriter) phase(l *line, text []byte) error {
	b, err := l.ownPhase()
	if err != nil {
		return err
	}
	h := &b.header
	name := filepath.Join(w.folder, fmt.Sprintf("%s__%du__phase%d__dur%.0fs__settle%.0fs__traj%d.jsonl",
		w.model, h.Agents, h.Index, h.Window().Seconds(), max(0, h.Settled-h.AllUp).Seconds(), h.Completed))
	if _, err := os.Stat(name); err == nil {
		return fmt.Errorf("phase %d is there twice: the file has several runs", h.Index)
	}
	if p := w.open[h.Index]; p != nil {
		delete(w.open, h.Index)
		if err := errors.Join(p.Flush(), p.file.Close()); err != nil {
			return err
		}
		if err := os.Rename(w.part(h.Index), name); err != nil {
			return err
		}
	} else if err := os.WriteFile(name, nil, 0o644); err != nil {
		return err
	}
	stamp := func(at time.Duration) float64 { return float64(h.Anchor.Add(at).UnixMicro()) / 1e6 }
	row, err := json.Marshal(struct {
		SettlingEnd float64 `json:"settling_end"`
		PhaseEnd    float64 `json:"actual_phase_end"`
	}{stamp(h.Settled), stamp(h.WindowEnd)})
	if err != nil {
		return err
	}
	w.phases++
	w.manifest.Write(row[:len(row)-1])
	w.manifest.WriteByte(',')
	w.manifest.Write(bytes.TrimSpace(text)[1:]) // an object
	return w.manifest.WriteByte('\n')
}

// finish writes the manifest, last: a folder that has one is whole.
func (w *aaWriter) finish() error {
	return os.WriteFile(filepath.Join(w.folder, manifestName), w.manifest.Bytes(), 0o644)
}

// close removes the requests of a phase that has not ended.
func (w *aaWriter) close() {
	for index, p := range w.open {
		p.file.Close()
		os.Remove(w.part(index))
	}
}

// fileName makes a name such as "openai/gpt-oss-120b" fit to be a part of one of a file.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, s)
	if s == "" {
		return "model"
	}
	return s
}
