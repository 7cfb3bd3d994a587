package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A codexFork tells which calls of a session are copies. A session that was forked
// begins with the records of the one it was forked from, all written at once, under new
// times. They are its context, not its calls.
type codexFork struct {
	from  string    // ID of the session that was forked, empty if none
	items []uint64  // hashes of the items so far
	begun []int     // by turn, the item it began with
	last  time.Time // of the last record that was written at once with those before
	burst int       // how many items were
}

// copyPause is the pause after which a record is not a copy: copies are written within
// milliseconds, and the next record waits for a person or for a model.
const copyPause = time.Second

// of notes that the session was forked from another.
func (f *codexFork) of(c *codexFile, id string) {
	if f.from == "" && id != c.ID && len(id) <= maxText {
		f.from = strings.Clone(id) // a copy, not to keep the whole line
	}
}

// item notes an item.
func (f *codexFork) item(hash uint64, at time.Time) {
	if f.from != "" && f.burst == len(f.items) && !at.IsZero() && !f.last.IsZero() && at.Sub(f.last) < copyPause {
		f.burst++
		if at.After(f.last) {
			f.last = at
		}
	}
	f.items = append(f.items, hash)
}

// copies returns the number of items that are copies, given the session that this one
// was forked from, if that is known.
func (f *codexFork) copies(from *codexFile) int {
	n := 0
	if from != nil {
		for n < len(f.items) && n < len(from.fork.items) && f.items[n] == from.fork.items[n] {
			n++
		}
		if n > 0 && n == len(from.fork.items) {
			return n // all of it, and nothing else can be a copy
		}
	}
	return max(n, f.burst)
}

// dropCopies removes the turns that are copies of another session's. The contexts of
// the others have them.
func (p *codexParser) dropCopies() {
	p.dropFiles()
	byID := make(map[string]*codexFile)
	for _, c := range p.files {
		byID[c.ID] = c
	}
	for _, c := range p.files {
		if c.fork.from == "" || c.skip > 0 {
			continue // or the session says itself what is its own
		}
		from := byID[c.fork.from]
		if from == c {
			from = nil
		}
		n, copies := 0, c.fork.copies(from)
		for n < len(c.Turns) && c.fork.begun[n] < copies {
			n++
		}
		if n == 0 {
			continue
		}
		c.drop(n)
		p.rd.note(trajectory.Finding{File: c.file, Trajectory: c.ID, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "copied",
			Text: fmt.Sprintf("the session was forked from %s: %d calls that it repeats are part of its context and do not count", clip(c.fork.from), n)})
	}
}

// drop removes the first turns.
func (c *codexFile) drop(n int) {
	c.Turns, c.starts, c.ends = c.Turns[n:], c.starts[n:], c.ends[n:]
	kept := c.compactions[:0]
	for _, turn := range c.compactions {
		if turn >= n {
			kept = append(kept, turn-n)
		}
	}
	c.compactions = kept
	for _, turns := range []map[string]int{c.spawned, c.waited} {
		for id, turn := range turns {
			if turns[id] = turn - n; turn < n {
				delete(turns, id)
			}
		}
	}
}

// dropFiles removes the files that are copies of the beginning of another, or of all of
// it, as archives and backups have them.
func (p *codexParser) dropFiles() {
	longest := make(map[string]*codexFile)
	for _, c := range p.files {
		if other := longest[c.ID]; other == nil || len(c.fork.items) > len(other.fork.items) {
			longest[c.ID] = c
		}
	}
	p.files = slices.DeleteFunc(p.files, func(c *codexFile) bool {
		other := longest[c.ID]
		n := len(c.fork.items)
		if c == other || n == 0 || !slices.Equal(c.fork.items, other.fork.items[:n]) {
			return false
		}
		p.rd.note(trajectory.Finding{File: c.file, Trajectory: c.ID, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "copied",
			Text: fmt.Sprintf("all of it is in %s too; left out", other.file)})
		return true
	})
}
