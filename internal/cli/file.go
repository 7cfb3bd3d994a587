package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a file: under another name first and renamed when it is whole,
// so that it is never half there, not even after the machine has lost power. A file that
// it replaces keeps its permissions, and a link stays one. Anything but a regular file, such as a pipe, is written
// to directly.
func WriteFile(name string, write func(io.Writer) error) error {
	name, info, err := target(name)
	if err != nil {
		return err
	}
	var f *os.File
	whole := info == nil || info.Mode().IsRegular()
	if whole {
		f, err = os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	} else {
		f, err = os.OpenFile(name, os.O_WRONLY, 0)
	}
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	err = errors.Join(write(b), b.Flush())
	if !whole {
		return errors.Join(err, f.Close())
	}
	mode := fs.FileMode(0o644)
	if info != nil {
		mode = info.Mode().Perm()
	}
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// WriteJSON writes v to a file as indented JSON.
func WriteJSON(name string, v any) error {
	return WriteFile(name, func(w io.Writer) error {
		encode := json.NewEncoder(w)
		encode.SetIndent("", "  ")
		return encode.Encode(v)
	})
}

// CheckWritable checks before a long run that the file of a flag can be written, without
// changing it. The error names the flag. An empty name means no file.
func CheckWritable(flag, name string) error {
	if name == "" {
		return nil
	}
	path, info, err := target(name)
	if err == nil && (info == nil || info.Mode().IsRegular()) {
		var f *os.File
		if f, err = os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("-%s: %w", flag, err)
	}
	return nil
}

// target follows links. info is nil if there is no such file yet.
func target(name string) (path string, info fs.FileInfo, err error) {
	if path, err = filepath.EvalSymlinks(name); errors.Is(err, fs.ErrNotExist) {
		return name, nil, nil
	} else if err != nil {
		return name, nil, err
	}
	if info, err = os.Stat(path); err != nil {
		return name, nil, err
	}
	if info.IsDir() {
		return name, nil, fmt.Errorf("%s is a directory, expected a file", name)
	}
	return path, info, nil
}

// A LazyFile is created, or an old file emptied, at the first write.
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

// Close closes the file if it was created.
func (l *LazyFile) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
