package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ReadFile is [Read] on a file, whose name is in the Report and in front of errors. Anything but
// a regular file is an error: a pipe would be waited for.
func ReadFile(name string) (*Report, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.Name = name
	return r, nil
}

func open(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		path.Op = "open"
	}
	if err == nil {
		err = regular(name, info)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil { // it may be another by now
		err = regular(name, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func regular(name string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%s is a folder, expected a report", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file (%s), expected a report", name, info.Mode().Type())
	}
	return nil
}
