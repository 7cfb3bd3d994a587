package journal_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

func TestDamage(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	for i := range 3 {
		add(t, j, i)
	}
	j.Close()
	log, side := read(t, dir, journal.Name), read(t, dir, journal.SideName)
	lines := slices.Collect(bytes.Lines(log))
	insert := func(line string) []byte { return slices.Concat(lines[0], []byte(line), lines[3]) }

	tests := []struct {
		name      string
		log, side []byte
		want      string // in the error
	}{
		{"something else", []byte("{\"time\":1}\n{\"time\":2}\n"), nil, "journal.jsonl is no journal"},
		{"something else in one line", []byte(`{"time":1}`), nil, "is no journal: it begins \"{\\\"time"},
		{"zeros", make([]byte, 100), nil, "is no journal"},
		{"a journal without its header", bytes.Join(lines[1:], nil), side, "is no journal"},
		{"no journal, but rows", nil, side, "requests.jsonl.gz has"},
		{"a torn header, but rows", log[:20], side, "expected none"},
		{"no side file", log, nil, journal.SideName},
		{"a short side file", log, side[:len(side)-1], fmt.Sprintf("requests.jsonl.gz has %d bytes, expected at least the %d of ", len(side)-1, len(side))},
		{"a line that is not JSON", insert("\n"), side, "journal.jsonl:2 is damaged"},
		{"data that is not JSON", insert(seal("record", 0, "{]")), side, "journal.jsonl:2 is damaged"},
		{"a second header", insert(string(lines[0])), side, `journal.jsonl:2 is of kind "header", expected "record"`},
		{"an unknown kind", insert(seal("trailer", 0, "{}")), side, `journal.jsonl:2 is of kind "trailer"`},
		{"an unknown kind at the end", append(bytes.Clone(log), seal("trailer", int64(len(side)), "{}")...), side, "journal.jsonl:5 is of kind"},
		{"a side file that shrinks", append(bytes.Clone(log), seal("record", 1, "{}")...), side, "journal.jsonl:5 says that requests.jsonl.gz had 1 bytes"},
	}
	start := len(lines[0])
	for i := range len(lines[1]) + len(lines[2]) - 1 { // without the last newline: that makes the last line longer
		line := 2
		if i >= len(lines[1]) {
			line = 3
		}
		tests = append(tests, struct {
			name      string
			log, side []byte
			want      string
		}{fmt.Sprint("byte ", i), flip(log, start+i), side, fmt.Sprintf("journal.jsonl:%d is damaged", line)})
	}
	for _, test := range tests {
		dir := fill(t, test.log, test.side)
		if c, err := journal.Read(dir); err == nil || !strings.Contains(err.Error(), test.want) && test.log != nil {
			t.Errorf("%s: Read returns %+v and error %v, want %q", test.name, c, err, test.want)
		}
		j, err := journal.Open(dir, []byte(header))
		if err == nil {
			j.Close()
			t.Errorf("%s: no error, want %q", test.name, test.want)
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %q, want %q", test.name, err, test.want)
		}
		for name, was := range map[string][]byte{journal.Name: test.log, journal.SideName: test.side} {
			if was != nil && !bytes.Equal(read(t, dir, name), was) {
				t.Errorf("%s: %s was changed", test.name, name)
			}
		}
	}
}

func TestLineWithoutEnd(t *testing.T) {
	log := []byte(seal("header", 0, header))
	dir := fill(t, log, nil)
	size := int64(len(log) + 64<<20 + 200)
	if err := os.Truncate(filepath.Join(dir, journal.Name), size); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, []byte(header)); err == nil || !strings.Contains(err.Error(), "journal.jsonl:2: the line is longer than") {
		t.Errorf("error %v", err)
	}
	if c, err := journal.Read(dir); err == nil || !strings.Contains(err.Error(), "journal.jsonl:2: the line is longer than") {
		t.Errorf("Read returns %+v and error %v", c, err)
	}
	if info, err := os.Stat(filepath.Join(dir, journal.Name)); err != nil || info.Size() != size {
		t.Errorf("the journal was changed: %v, %v", info, err)
	}
}

// seal makes a line as the package comment says.
func seal(kind string, side int64, data string) string {
	rest := fmt.Sprintf(`"kind":"%s","side":%d,"data":%s}`, kind, side, data)
	sum := crc32.Checksum([]byte(rest), crc32.MakeTable(crc32.Castagnoli))
	return fmt.Sprintf("{\"crc\":\"%08x\",%s\n", sum, rest)
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := journal.Open(dir, []byte("{")); err == nil || !strings.Contains(err.Error(), "the header for "+dir) {
		t.Errorf("bad header: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("bad header: %v, %d files were made", err, len(left))
	}
	if _, err := journal.Open(filepath.Join(fill(t, []byte{}, nil), journal.Name), []byte(header)); err == nil {
		t.Error("a file as the directory: no error")
	}
	if err := os.Mkdir(filepath.Join(dir, journal.Name), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, []byte(header)); err == nil || !strings.Contains(err.Error(), journal.Name) {
		t.Errorf("a directory as the journal: %v", err)
	}
}
