package journal_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

func TestAppendErrors(t *testing.T) {
	var zero journal.Journal
	if err := zero.Append([]byte("{}"), nil); err == nil || zero.Close() != nil || zero.Resumed() {
		t.Error("the zero Journal is not a closed one")
	}

	dir := t.TempDir()
	j := open(t, dir)
	add(t, j, 0)
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for _, data := range []string{"", "{", "{}{}", `1,"x":2`, "{}\n{}", deep, strings.Repeat(" ", 64<<20) + "1"} {
		err := j.Append([]byte(data), func(io.Writer) error { panic("not to be called") })
		if err == nil || !strings.Contains(err.Error(), "journal.jsonl:3: data ") {
			t.Errorf("data %.20q: error %v", data, err)
		}
	}
	deepest := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	if err := j.Append([]byte(deepest), nil); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if j = open(t, dir); len(j.Records()) != 2 || string(j.Records()[1]) != deepest {
		t.Fatalf("%d records, want 2, the last a deep one", len(j.Records()))
	}
	if j.Close(); j.Append([]byte("{}"), nil) == nil {
		t.Error("appended to a closed journal")
	}

	failed := errors.New("no rows")
	for name, side := range map[string]func(io.Writer) error{
		"error": func(w io.Writer) error { io.WriteString(w, "half a row"); return failed },
		"panic": func(w io.Writer) error { io.WriteString(w, "half a row"); panic(failed) },
	} {
		dir := t.TempDir()
		j := open(t, dir)
		add(t, j, 0)
		err := func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = r.(error)
				}
			}()
			return j.Append([]byte("{}"), side)
		}()
		if !errors.Is(err, failed) {
			t.Errorf("%s: got %v, want %v", name, err, failed)
		}
		if err := j.Append([]byte("{}"), nil); err == nil || !strings.Contains(err.Error(), "takes no more records after: ") {
			t.Errorf("%s: the next Append: %v", name, err)
		}
		j.Close()
		j = open(t, dir)
		check(t, j, dir, 1)
	}
}
