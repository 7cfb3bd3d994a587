package journal_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

const header = `{"rules":{"measure_seconds":30}}`

// record is the data of the i-th record, from 0, and its rows. Every third has
// none.
func record(i int) (data string, rows func(io.Writer) error, text string) {
	data = fmt.Sprintf(`{"n":%d,"note":"é}\n<&>"}`, i)
	if i%3 == 2 {
		return data, nil, ""
	}
	for row := range i%5 + 1 {
		text += fmt.Sprintf("{\"record\":%d,\"row\":%d}\n", i, row)
	}
	return data, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}, text
}

func open(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, []byte(header))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func add(t *testing.T, j *journal.Journal, i int) {
	t.Helper()
	data, rows, _ := record(i)
	if err := j.Append([]byte(data), rows); err != nil {
		t.Fatal(err)
	}
}

// check demands that the journal in dir has n records and their rows, no more.
func check(t *testing.T, j *journal.Journal, dir string, n int) {
	t.Helper()
	if got := string(j.Header()); got != header {
		t.Errorf("header %s, want %s", got, header)
	}
	if len(j.Records()) != n {
		t.Fatalf("%d records, want %d", len(j.Records()), n)
	}
	var want strings.Builder
	for i, got := range j.Records() {
		data, _, text := record(i)
		if string(got) != data {
			t.Errorf("record %d is %s, want %s", i, got, data)
		}
		want.WriteString(text)
	}
	if got := unzip(t, dir); got != want.String() {
		t.Errorf("%d records have the rows\n%swant\n%s", n, got, &want)
	}
}

// unzip returns all rows, as zcat would.
func unzip(t *testing.T, dir string) string {
	t.Helper()
	text := read(t, dir, journal.SideName)
	if len(text) == 0 {
		return ""
	}
	zip, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// fill makes a directory with the files of a journal; nil is no file.
func fill(t *testing.T, log, side []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string][]byte{journal.Name: log, journal.SideName: side} {
		if text == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on the way")
	const n = 7
	for i := range n { // one more each time
		j := open(t, dir)
		if j.Resumed() != (i > 0) {
			t.Errorf("opened for the %d. time: Resumed is %v", i+1, j.Resumed())
		}
		check(t, j, dir, i)
		add(t, j, i)
		if err := errors.Join(j.Close(), j.Close()); err != nil {
			t.Fatal(err)
		}
	}
	j, err := journal.Open(dir, []byte(`{"another": "header"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	check(t, j, dir, n)
}

func TestSpacedData(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(dir, []byte("{ \"a\" :\n1 }"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("[ 1,\r\n\t2 ]\n"), nil); err != nil {
		t.Fatal(err)
	}
	if string(j.Header()) != `{"a":1}` || len(j.Records()) != 0 {
		t.Errorf("header %s, %d records", j.Header(), len(j.Records()))
	}
	j.Close()
	if j = open(t, dir); string(j.Header()) != `{"a":1}` || string(j.Records()[0]) != "[1,2]" {
		t.Errorf("reopened: header %s, records %s", j.Header(), j.Records())
	}
}

func TestConcurrentAppend(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	const n = 20
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := j.Append(fmt.Append(nil, i), func(w io.Writer) error {
				_, err := fmt.Fprintln(w, i)
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	j.Close()
	j = open(t, dir)
	if got, want := unzip(t, dir), string(bytes.Join(j.Records(), []byte("\n")))+"\n"; got != want {
		t.Errorf("rows %q, records %q: they are not in the same order", got, want)
	}
	if len(j.Records()) != n {
		t.Errorf("%d records, want %d", len(j.Records()), n)
	}
}
