package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// MaxPrices is the largest list of prices that is read, in bytes: Azure's, of all regions, has
// some tens of millions.
const MaxPrices = 256 << 20

// OpenInput opens a file to be read of at most so many bytes. Its type and size are looked at
// first: a pipe would be waited for, and a device or a sparse file has no end.
func OpenInput(name string, most int64) (*os.File, error) {
	check := func(info fs.FileInfo) error {
		switch {
		case info.IsDir():
			return fmt.Errorf("%s is a folder, expected a file", name)
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is not a regular file (%s), expected one", name, info.Mode().Type())
		case info.Size() > most:
			return fmt.Errorf("%s has %d bytes, expected at most %d", name, info.Size(), most)
		}
		return nil
	}
	info, err := os.Stat(name)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		path.Op = "open"
	}
	if err == nil {
		err = check(info)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil { // it may be another by now
		err = check(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadInput reads a file as [OpenInput] opens it.
func ReadInput(name string, most int64) ([]byte, error) {
	f, err := OpenInput(name, most)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1)) // it may grow
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s has more than %d bytes, expected at most as many", name, most)
	}
	return text, err
}

// A Place is a file or folder, and what names it: a flag or an argument.
type Place struct{ By, Name string }

// Apart returns an error if writing one of the outputs would destroy an input, a file in a
// folder that is one, or another output. It goes by which file it is and not by its name.
// Places without a name are left out.
func Apart(outputs, inputs []Place) error {
	var errs []error
	for i, out := range outputs {
		if out.Name == "" {
			continue
		}
		for _, other := range outputs[:i] {
			if other.Name != "" && samePlace(out.Name, other.Name) {
				errs = append(errs, fmt.Errorf("%s and %s are the same file, expected two", other.By, out.By))
			}
		}
		info, err := os.Stat(out.Name)
		if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
			continue // there is nothing to destroy
		}
		for _, in := range inputs {
			if in.Name == "" {
				continue
			}
			if found := holds(in.Name, info); found != "" {
				errs = append(errs, fmt.Errorf("%s would overwrite %s, which %s reads", out.By, found, in.By))
			}
		}
	}
	return errors.Join(errs...)
}

// samePlace reports whether two names are of one file, be it there or not.
func samePlace(a, b string) bool {
	pathA, infoA, errA := target(a)
	pathB, infoB, errB := target(b)
	switch {
	case errA != nil || errB != nil:
		return false
	case infoA != nil && infoB != nil:
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	return infoA == nil && infoB == nil && absolute(pathA) == absolute(pathB)
}

// mostLooked bounds the files of a folder that are looked at; a workload has fewer.
const mostLooked = 100_000

// holds returns the name of the file that an input is, or has in its folder, empty for none.
func holds(input string, info fs.FileInfo) (found string) {
	root, err := os.Stat(input)
	if err != nil {
		return ""
	}
	if os.SameFile(root, info) {
		return input
	}
	if !root.IsDir() {
		return ""
	}
	looked := 0
	filepath.WalkDir(input, func(name string, entry fs.DirEntry, err error) error {
		if looked++; err != nil || looked > mostLooked {
			return fs.SkipAll
		}
		if one, err := os.Stat(name); err == nil && os.SameFile(one, info) { // links followed
			found = name
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// absolute returns the path of a file that is not there, without links in its folder.
func absolute(name string) string {
	folder, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		folder = filepath.Dir(name)
	}
	if whole, err := filepath.Abs(folder); err == nil {
		folder = whole
	}
	return filepath.Join(folder, filepath.Base(name))
}

// Reading calls read, which reads files, and returns early with an error when ctx is done:
// file systems may take as long as they like. Read then goes on until the process ends.
func Reading(ctx context.Context, read func() error) error {
	done := make(chan error, 1)
	go func() { done <- read() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.New("interrupted while reading")
	}
}
