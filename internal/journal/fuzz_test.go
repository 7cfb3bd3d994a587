package journal_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

func FuzzOpen(f *testing.F) {
	valid := seal("header", 0, header) + seal("record", 0, "1") + seal("record", 40, `{"a":"b"}`)
	for _, log := range []string{"", "{", valid, valid[:len(valid)-1], valid[:70], valid + "x", valid + "\n\n", seal("header", 0, "{}") + seal("x", 0, "2")} {
		f.Add([]byte(log), uint8(40), false)
		f.Add([]byte(log), uint8(0), true)
	}
	f.Fuzz(func(t *testing.T, log []byte, side uint8, resealed bool) {
		if resealed { // else hardly anything gets past the checksum
			log = reseal(log)
		}
		dir := fill(t, log, make([]byte, side))
		c, readErr := journal.Read(dir)
		j, err := journal.Open(dir, []byte(header))
		if readErr == nil && (err != nil || !j.Resumed() || !bytes.Equal(c.Header, j.Header()) || !slices.EqualFunc(c.Records, j.Records(), bytes.Equal)) {
			t.Errorf("Read returns %q, but not Open: %v", c, err)
		}
		if readErr != nil && err == nil && j.Resumed() {
			t.Errorf("Open succeeds, but not Read: %v", readErr)
		}
		if err != nil {
			if _, again := journal.Open(dir, []byte(header)); again == nil || again.Error() != err.Error() {
				t.Errorf("error %q, then %v", err, again)
			}
			if !bytes.Equal(read(t, dir, journal.Name), log) || len(read(t, dir, journal.SideName)) != int(side) {
				t.Errorf("error %q, but the files were changed", err)
			}
			return
		}
		defer j.Close()
		if !bytes.HasPrefix(log, read(t, dir, journal.Name)) && j.Resumed() {
			t.Error("more was done than to cut something off")
		}
		want := append(slices.Clone(j.Records()), []byte(`"more"`))
		j.Close()
		for n := len(want) - 1; n <= len(want); n++ {
			again := open(t, dir)
			if !again.Resumed() || !bytes.Equal(again.Header(), j.Header()) || !slices.EqualFunc(again.Records(), want[:n], bytes.Equal) {
				t.Fatalf("header %q, records %q, expected %q and %q", again.Header(), again.Records(), j.Header(), want[:n])
			}
			if err := again.Append([]byte(`"more"`), func(w io.Writer) error { return nil }); err != nil {
				t.Fatal(err)
			}
			again.Close()
		}
	})
}

// reseal makes the checksums of lines right that have room for one.
func reseal(log []byte) []byte {
	var out []byte
	for line := range bytes.Lines(log) {
		line = bytes.Clone(line)
		if before := len(`{"crc":"01234567",`); len(line) > before {
			sum := crc32.Checksum(bytes.TrimSuffix(line[before:], []byte("\n")), crc32.MakeTable(crc32.Castagnoli))
			copy(line, fmt.Sprintf(`{"crc":"%08x",`, sum))
		}
		out = append(out, line...)
	}
	return out
}
