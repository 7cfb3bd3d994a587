package requestlog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

const (
	// mostLine bounds a line: rows of Artificial Analysis' client may hold the prompt, some
	// MB of JSON for 131,000 tokens, and a stamp for each of 16,384 chunks.
	mostLine = 32 << 20
	// mostBytes bounds a file, unpacked.
	mostBytes = 64 << 30
)

// A file is a file to read, with what its name says.
type file struct {
	name string
	// decoded marks the rows of one phase by Artificial Analysis' client, of which the name
	// states the number of agents and the phase.
	decoded       bool
	agents, index int
	torn          bool // it may end in the middle, as the rows of a journal
}

// decodedName is what a name such as "gpt-oss-120b__16u__phase3__dur600s__settle30s__traj30.jsonl" has.
var decodedName = regexp.MustCompile(`__([0-9]{1,7})u__phase([0-9]{1,7})__`)

func newFile(name string) file {
	f := file{name: name}
	if m := decodedName.FindStringSubmatch(filepath.Base(name)); m != nil {
		f.decoded = true
		f.agents, _ = strconv.Atoi(m[1]) // digits
		f.index, _ = strconv.Atoi(m[2])
	}
	return f
}

// phase returns the number of the phase of a row.
func (f *file) phase(l *line) (int, error) {
	switch {
	case l.Phase == nil && f.decoded:
		return f.index, nil
	case l.Phase == nil:
		return 0, errors.New("phase_idx is missing")
	case f.decoded && *l.Phase != f.index:
		return 0, fmt.Errorf("phase_idx is %d, where the name of the file says %d", *l.Phase, f.index)
	case *l.Phase < 0 || *l.Phase > mostAgents:
		return 0, fmt.Errorf("phase_idx is %d, expected 0 or more", *l.Phase)
	}
	return *l.Phase, nil
}

// patterns are the files of a folder that hold records, those of one kind together: the
// first kind that is there is read.
var patterns = [][]string{
	{"requests.jsonl.gz", "journal.jsonl"}, // a journal, whose phases are in its rows
	{"phase_manifest.jsonl", "*__*u__phase*__*.jsonl", "requests.jsonl"},
	{"profile_export.jsonl"},
}

// expand returns the files of the arguments, those of decoded rows first.
func expand(names []string) (files []file, err error) {
	var seen []os.FileInfo
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		found := []string{name}
		if info.IsDir() {
			if found, err = inFolder(name); err != nil {
				return nil, err
			}
		}
		for _, name := range found {
			info, err := os.Stat(name)
			if err != nil {
				return nil, err
			}
			if !info.Mode().IsRegular() {
				return nil, fmt.Errorf("%s is not a regular file (%s), expected one", name, info.Mode().Type())
			}
			if slices.ContainsFunc(seen, func(o os.FileInfo) bool { return os.SameFile(o, info) }) {
				return nil, fmt.Errorf("%s is given twice", name)
			}
			seen = append(seen, info)
			f := newFile(name)
			f.torn = filepath.Base(name) == "requests.jsonl.gz"
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b file) int {
		switch {
		case a.decoded && !b.decoded:
			return -1
		case b.decoded && !a.decoded:
			return 1
		}
		return 0
	})
	return files, nil
}

// inFolder returns the files of records in a folder.
func inFolder(folder string) (names []string, err error) {
	for i, kind := range patterns {
		for _, pattern := range kind {
			found, err := filepath.Glob(filepath.Join(globbed(folder), pattern))
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		}
		switch {
		case i == 0 && len(names) == 2:
			return slices.DeleteFunc(names, func(name string) bool { return filepath.Base(name) == "journal.jsonl" }), nil
		case i == 0:
			names = nil // no journal
		case len(names) > 0:
			return names, nil
		}
	}
	return nil, fmt.Errorf("%s has no records: expected a journal, phase_manifest.jsonl with the rows of its phases, or profile_export.jsonl", folder)
}

// globbed escapes what Glob would take for a pattern.
func globbed(folder string) string {
	return regexp.MustCompile(`[*?\[\\]`).ReplaceAllStringFunc(folder, func(c string) string {
		if c == `\` && os.PathSeparator == '\\' {
			return c
		}
		return "[" + c + "]"
	})
}

// lines calls f for each line that is not blank, counted from 1. Its errors come with the
// name of the file and the line.
func (f *file) lines(ctx context.Context, each func(n int, text []byte) error) error {
	r, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	var text []byte
	total := 0
	for n := 1; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		text, err = readLine(in, text[:0])
		if total += len(text); total > mostBytes {
			err = fmt.Errorf("more than %d bytes", mostBytes)
		}
		if f.torn && errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // a kill left half of what was being written
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s:%d: %w", f.name, n, err)
		}
		if line := bytes.TrimSpace(text); len(line) > 0 {
			if err := each(n, line); err != nil {
				return fmt.Errorf("%s:%d: %w", f.name, n, err)
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine appends the next line to text. The error is io.EOF at the end, with what came
// before it.
func readLine(in *bufio.Reader, text []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		if text = append(text, part...); len(text) > mostLine {
			return text, fmt.Errorf("a line of more than %d bytes", mostLine)
		}
		if err != bufio.ErrBufferFull {
			return text, err
		}
	}
}
