package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteJSON writes v as indented JSON to a file: under another name first and
// renamed when it is whole, so that a report is never half a report. What is no
// regular file, a pipe say, is written to as it is.
func WriteJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	name, regular, err := target(name)
	if err != nil {
		return err
	}
	if !regular {
		return os.WriteFile(name, text, 0o644)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// CheckWritable makes sure that a file can be made beside name, so that a long
// run does not end with nowhere to write to. It changes nothing.
func CheckWritable(name string) error {
	name, regular, err := target(name)
	if err != nil || !regular {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// target follows links and tells whether the file is one to be replaced as a
// whole: one that is not there or is regular.
func target(name string) (resolved string, regular bool, err error) {
	if resolved, err = filepath.EvalSymlinks(name); errors.Is(err, fs.ErrNotExist) {
		return name, true, nil
	} else if err != nil {
		return name, false, err
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return name, false, err
	}
	if info.IsDir() {
		return name, false, fmt.Errorf("%s is a directory, expected a file", name)
	}
	return resolved, info.Mode().IsRegular(), nil
}

// A LazyFile is a file that is made, and an old one emptied, when it is first
// written to.
type LazyFile struct {
	Name string

	file *os.File
}

func (l *LazyFile) Write(p []byte) (int, error) {
	if l.file == nil {
		f, err := os.Create(l.Name)
		if err != nil {
			return 0, err
		}
		l.file = f
	}
	return l.file.Write(p)
}

// Close closes the file, if it was made.
func (l *LazyFile) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
