package journal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

// At every byte that is written, a crash leaves exactly the records that were
// whole by then.
func TestCrashAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	const n = 3
	type lengths struct{ log, side, records int }
	measure := func(records int) lengths {
		return lengths{len(read(t, dir, journal.Name)), len(read(t, dir, journal.SideName)), records}
	}
	steps := []lengths{measure(0)}
	for i := range n {
		add(t, j, i)
		steps = append(steps, measure(i+1))
	}
	j.Close()
	log, side := read(t, dir, journal.Name), read(t, dir, journal.SideName)

	after := func(t *testing.T, logLen, sideLen, records int) {
		t.Helper()
		dir := fill(t, log[:logLen], side[:sideLen])
		j := open(t, dir)
		if want := logLen >= steps[0].log; j.Resumed() != want {
			t.Errorf("%d bytes: Resumed is %v", logLen, j.Resumed())
		}
		check(t, j, dir, records)
		if got := read(t, dir, journal.Name); !bytes.Equal(got, log[:steps[records].log]) {
			t.Errorf("%d bytes: the journal is now\n%s", logLen, got)
		}
		add(t, j, records)
		j.Close()
		j = open(t, dir)
		check(t, j, dir, records+1)
		j.Close()
	}
	t.Run("header", func(t *testing.T) {
		t.Parallel()
		for l := range steps[0].log {
			after(t, l, 0, 0)
		}
	})
	for i, was := range steps[:n] {
		is := steps[i+1]
		t.Run(fmt.Sprint("rows ", i), func(t *testing.T) {
			t.Parallel()
			for s := was.side; s <= is.side; s++ {
				after(t, was.log, s, was.records)
			}
		})
		t.Run(fmt.Sprint("record ", i), func(t *testing.T) {
			t.Parallel()
			for l := was.log; l < is.log; l++ {
				after(t, l, is.side, was.records)
			}
			after(t, is.log, is.side, is.records)
			after(t, is.log-1, len(side), was.records) // whatever is there
		})
	}
	// A line may also be torn in its middle: blocks reach the disk in any order.
	t.Run("middle of the header", func(t *testing.T) {
		t.Parallel()
		for i := range steps[0].log {
			dir := fill(t, flip(log[:steps[0].log], i), nil)
			if j, err := journal.Open(dir, []byte(header)); err == nil {
				check(t, j, dir, 0)
				j.Close()
			} else if !strings.Contains(err.Error(), "is no journal") {
				t.Errorf("byte %d: %v", i, err)
			}
		}
	})
	t.Run("middle of a record", func(t *testing.T) {
		t.Parallel()
		for i := steps[n-1].log; i < len(log); i++ {
			dir := fill(t, flip(log, i), side)
			j := open(t, dir)
			check(t, j, dir, n-1)
			j.Close()
		}
	})
}

func flip(text []byte, i int) []byte {
	text = bytes.Clone(text)
	text[i] ^= 1
	return text
}
