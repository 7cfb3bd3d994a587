package journal_test

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

// checkContents demands that the journal in dir reads as n records.
func checkContents(t *testing.T, dir string, n int) {
	t.Helper()
	c, err := journal.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if string(c.Header) != header || len(c.Records) != n {
		t.Fatalf("header %s and %d records, want %s and %d", c.Header, len(c.Records), header, n)
	}
	for i, got := range c.Records {
		if want, _, _ := record(i); string(got) != want {
			t.Errorf("record %d is %s, want %s", i, got, want)
		}
	}
}

// A journal is read while this process has it open, and nothing is changed.
func TestReadWhileOpen(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	for n := range 4 {
		was, rows := read(t, dir, journal.Name), read(t, dir, journal.SideName)
		checkContents(t, dir, n)
		if !bytes.Equal(read(t, dir, journal.Name), was) || !bytes.Equal(read(t, dir, journal.SideName), rows) {
			t.Fatal("the journal was changed")
		}
		add(t, j, n)
	}
	j.Close()
	checkContents(t, dir, 4)
}

// Another process appends as fast as it can: each reading is whole, and has at
// least the records that were there before.
func TestReadWhileAppending(t *testing.T) {
	dir := t.TempDir()
	cmd := child("append", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	said := bufio.NewScanner(out)
	for n := 1; n <= 40; n++ {
		if !said.Scan() {
			t.Fatalf("the child ended: %v", said.Err())
		}
		c, err := journal.Read(dir)
		if err != nil || len(c.Records) < n {
			t.Fatalf("after %d records: %+v, %v", n, c, err)
		}
	}
}

// Cut off at each byte, a journal reads as the lines that are whole, and stays as
// it is.
func TestReadTorn(t *testing.T) {
	whole := t.TempDir()
	j := open(t, whole)
	for i := range 3 {
		add(t, j, i)
	}
	j.Close()
	log, side := read(t, whole, journal.Name), read(t, whole, journal.SideName)
	for l := range len(log) + 1 {
		lines := bytes.Count(log[:l], []byte("\n"))
		rows := side
		if lines == 0 {
			rows = nil // or they would be somebody's
		}
		dir := fill(t, log[:l], rows)
		if lines > 0 {
			checkContents(t, dir, lines-1)
		} else if c, err := journal.Read(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, journal.Name)+":1: there is no whole header") {
			t.Errorf("%d bytes: %+v, error %v", l, c, err)
		}
		if !bytes.Equal(read(t, dir, journal.Name), log[:l]) {
			t.Fatalf("%d bytes: the journal was changed", l)
		}
	}
	// Blocks reach the disk in any order: the last line may be torn anywhere.
	last := len(log) - len(slices.Collect(bytes.Lines(log))[3])
	for i := last; i < len(log); i++ {
		checkContents(t, fill(t, flip(log, i), side), 2)
	}
}

// Rows that no line counts yet belong to a record that is being written, and a
// journal whose records have none needs no side file.
func TestReadRows(t *testing.T) {
	log := []byte(seal("header", 0, header))
	checkContents(t, fill(t, log, nil), 0)
	data, _, _ := record(0)
	log = append(log, seal("record", 10, data)...)
	checkContents(t, fill(t, log, make([]byte, 10)), 1)
	checkContents(t, fill(t, log, make([]byte, 11)), 1)
}

func TestReadErrors(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, journal.Name), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		none:                   filepath.Join(none, journal.Name),
		folder:                 journal.Name + " is no journal: it is d",
		fill(t, nil, []byte{}): journal.Name,
		fill(t, []byte{}, nil): journal.Name + ":1: there is no whole header",
	} {
		if c, err := journal.Read(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, error %v, want %q", dir, c, err, want)
		}
	}
	if _, err := journal.Read(none); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one that is fs.ErrNotExist", err)
	}
	if _, err := os.Stat(none); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
}

// Nobody writes to the pipe: opening it for reading would wait.
func TestReadPipe(t *testing.T) {
	mkfifo, err := exec.LookPath("mkfifo")
	if err != nil {
		t.Skip("no mkfifo here")
	}
	dir := t.TempDir()
	if err := exec.Command(mkfifo, filepath.Join(dir, journal.Name)).Run(); err != nil {
		t.Skip("no pipes here: ", err)
	}
	if c, err := journal.Read(dir); err == nil || !strings.Contains(err.Error(), "is no journal: it is p") {
		t.Errorf("%+v, error %v", c, err)
	}
}
