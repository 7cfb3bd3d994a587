package format

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// cumulative returns a conversation in which every turn adds three messages
// to all that came before, and how many bytes the messages are.
func cumulative(id string, turns int, spaced bool) (rows []byte, distinct int) {
	var b, history bytes.Buffer
	comma := ","
	if spaced {
		comma = ", "
	}
	for i := range turns {
		for j := range 3 {
			m := fmt.Sprintf(`{"role":"user","content":"turn %d message %d %s"}`, i, j, strings.Repeat("é", 40))
			distinct += len(m)
			if history.Len() > 0 {
				history.WriteString(comma)
			}
			history.WriteString(m)
		}
		fmt.Fprintf(&b, `{"conversation_id":%q,"conversation_idx":%d,"messages":[%s],"tools":[{"name":"ls"}]}`+"\n", id, i, history.Bytes())
	}
	return b.Bytes(), distinct
}

func readBytes(rd *reader, data []byte) *conversations {
	cs := rd.conversations("")
	cs.read("a.jsonl", &file{Reader: bufio.NewReaderSize(bytes.NewReader(data), headSize)})
	return cs
}

// TestSharing checks that what is stored is the distinct content.
func TestSharing(t *testing.T) {
	for _, spaced := range []bool{false, true} {
		const turns = 200
		rows, distinct := cumulative("a", turns, spaced)
		rd := newReader()
		cs := readBytes(rd, rows)
		if err := rd.err(); err != nil {
			t.Fatal(err)
		}
		stored := int(rd.store.Bytes())
		if most := distinct + 4*turns + 100; stored < distinct || stored > most {
			t.Errorf("%d bytes stored of %d distinct in a file of %d", stored, distinct, len(rows))
		}
		if len(rows) < 80*distinct {
			t.Errorf("a file of %d bytes for %d distinct is no test", len(rows), distinct)
		}
		got := cs.trajectories()[0].Turns
		if n := got[turns-1].History.Shared(got[turns-2].History); n != 3*(turns-1) {
			t.Errorf("the last two turns share %d messages", n)
		}
		if &got[0].Tools[0] != &got[turns-1].Tools[0] {
			t.Error("tools are stored more than once")
		}
		// A second conversation of the same content adds its contexts only.
		other, _ := cumulative("b", turns, !spaced)
		readBytes(rd, other)
		if again := int(rd.store.Bytes()); again != stored {
			t.Errorf("the same content again takes %d bytes", again-stored)
		}
	}
}

// What a row repeats of the one before costs no allocation: of twice as many turns,
// with four times as many messages in their rows, reading allocates twice as often.
// All that it allocates is a copy of the file and little beside it.
func TestRepetitionAllocatesNothing(t *testing.T) {
	const turns = 100
	few, _ := cumulative("a", turns, true)
	many, _ := cumulative("a", 2*turns, true)
	once := testing.AllocsPerRun(3, func() { readBytes(newReader(), few) })
	twice := testing.AllocsPerRun(3, func() { readBytes(newReader(), many) })
	if most := 2*once + turns; twice > most {
		t.Errorf("%v allocations for %d turns, %v for %d", once, turns, twice, 2*turns)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	readBytes(newReader(), many)
	runtime.ReadMemStats(&after)
	if all := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(many)); all > 1.5 {
		t.Errorf("%.2f bytes were allocated for each of the file", all)
	}
}

// TestRowsAreNotKept reads rows that are large because of what is not used. A
// name or an id that kept hold of its row would keep them all.
func TestRowsAreNotKept(t *testing.T) {
	var rows strings.Builder
	const n, size = 64, 128 << 10
	for i := range n {
		rows.WriteString(rowJSON(fmt.Sprintf("conversation %d", i), 0, map[string]any{
			"recorded_tool_calls_after": []any{map[string]any{"duration_ms": 1, "tool_call_id": fmt.Sprint("c", i), "tool_name": fmt.Sprint("t", i)}},
			"source":                    strings.Repeat("x", size),
		}) + "\n")
	}
	data := []byte(rows.String())
	rows.Reset()
	before := heap()
	rd := newReader()
	cs := readBytes(rd, data)
	grown := heap() - before
	if len(cs.order) != n {
		t.Fatalf("%d conversations, %v", len(cs.order), rd.err())
	}
	if grown > n*size/4 {
		t.Errorf("%d bytes are kept of rows with nothing in them", grown)
	}
	runtime.KeepAlive(cs)
	runtime.KeepAlive(data)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// endless is a row that goes on for 2 GiB.
type endless struct{ n, size int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == e.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.size-e.n)
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.n += n
	return int(n), nil
}

func TestLongLine(t *testing.T) {
	first := lf(rowJSON("a", 0, nil))
	long := &endless{size: 2 << 30}
	rd := newReader()
	cs := rd.conversations("")
	in := io.MultiReader(strings.NewReader(first), long, strings.NewReader("\n"+first))
	cs.read("a.jsonl", &file{Reader: bufio.NewReaderSize(in, headSize)})
	err := rd.err()
	if err == nil || err.Error() != "a.jsonl:2: line too long: more than 64 MiB" || !errors.Is(err, errLongLine) {
		t.Errorf("error is %v", err)
	}
	if most := int64(maxLine + 2*headSize); long.n > most {
		t.Errorf("%d bytes were read, at most %d are needed to know", long.n, most)
	}
}

// TestLineLimit puts lines on both sides of the limit and of the buffer.
func TestLineLimit(t *testing.T) {
	const limit = 100
	for _, end := range []string{"", "\n", "\r\n"} {
		for n := 1; n < 140; n++ {
			l := &lines{r: bufio.NewReaderSize(strings.NewReader("first\n"+strings.Repeat("x", n)+end), 16), max: limit}
			if line, err := l.next(); err != nil || string(line) != "first" {
				t.Fatalf("first line is %q, %v", line, err)
			}
			line, err := l.next()
			if long := n+len(strings.TrimSuffix(end, "\n")) > limit; long != errors.Is(err, errLongLine) {
				t.Fatalf("line of %d and %q: error is %v", n, end, err)
			}
			if err == nil && len(line) != n {
				t.Fatalf("line of %d has %d", n, len(line))
			}
			if _, err := l.next(); err != io.EOF && len(line) > 0 {
				t.Fatalf("after the end: %v", err)
			}
		}
	}
}

func TestTooManyMessages(t *testing.T) {
	row := `{"conversation_id":"a","conversation_idx":0,"messages":[{"role":"u"}` +
		strings.Repeat(`,{"role":"u"}`, maxMessages) + `]}`
	_, err := OpenFS(files("a", row), "a")
	if err == nil || err.Error() != "a:1: messages: more than 100000" {
		t.Errorf("error is %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	for _, spacing := range []string{"compact", "spaced"} {
		b.Run("spacing="+spacing, func(b *testing.B) {
			rows, _ := cumulative("a", 200, false)
			if spacing == "spaced" {
				rows = bytes.ReplaceAll(rows, []byte(`":`), []byte(`": `))
			}
			if !json.Valid(rows[:bytes.IndexByte(rows, '\n')]) {
				b.Fatal("not JSON")
			}
			b.SetBytes(int64(len(rows)))
			b.ReportAllocs()
			for b.Loop() {
				readBytes(newReader(), rows)
			}
		})
	}
}
