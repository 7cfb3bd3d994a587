package dialect

import "bytes"

// leastShared is the length from which a text is worth a segment of its own: a slice, and
// another for what follows it, take 48 bytes.
const leastShared = 96

// Parts collect a text in segments. Long ones are shared with the memory that they come
// from, short ones are copied into segments between them.
type Parts struct {
	list []part
	own  []byte
	cut  int // the end of what is in list of own
}

// A part is a segment: shared, or that of own which ends there.
type part struct {
	shared []byte
	end    int
}

// Write adds a copy of a text.
func (p *Parts) Write(text string) { p.own = append(p.own, text...) }

// Copy is Write for bytes.
func (p *Parts) Copy(text []byte) { p.own = append(p.own, text...) }

// Share adds a text that outlives the segments and does not change.
func (p *Parts) Share(text []byte) {
	if len(text) < leastShared {
		p.Copy(text)
		return
	}
	p.Cut()
	p.list = append(p.list, part{shared: text})
}

// Cut ends a segment, and returns how many there are.
func (p *Parts) Cut() int {
	if len(p.own) > p.cut {
		p.cut = len(p.own)
		p.list = append(p.list, part{end: p.cut})
	}
	return len(p.list)
}

// Empty reports whether nothing was added.
func (p *Parts) Empty() bool { return len(p.list) == 0 && len(p.own) == 0 }

// Segments returns what was collected.
func (p *Parts) Segments() [][]byte {
	if p.Cut() == 0 {
		return nil
	}
	own, from := bytes.Clone(p.own), 0
	all := make([][]byte, len(p.list))
	for i, s := range p.list {
		if all[i] = s.shared; s.shared == nil {
			all[i], from = own[from:s.end:s.end], s.end
		}
	}
	return all
}
