package trajectory

import (
	"hash/maphash"

	"github.com/agentperf/agentperf-go/internal/filler"
)

// opening remembers the blocks of the first message behind a scaffold. It returns the
// length of those at its front that were there before, as [PrefixAfterSystem] keeps
// them.
func (r *reuse) opening(scaffold uint64, m *Message) (size int) {
	if m.text == nil {
		return 0
	}
	hit := true
	for chain := range (marked{m, scaffold}).chains(r.seed) {
		if _, ok := r.fronts[chain]; !ok {
			hit = false
			r.fronts[chain] = struct{}{}
		}
		if hit {
			size++
		}
	}
	bytes := 0
	for _, b := range m.text.blocks[:size] {
		bytes += b.Tokens * filler.BytesPerToken
	}
	if bytes > 0 {
		bytes += m.text.at - 1
	}
	return bytes
}

// across goes through the fresh histories, which continue the given prefix, and returns
// how many bytes at their front any request before had. Of requests without text only
// the blocks count, each with its place: a recording of hashes knows no messages.
func (r *reuse) across(t *Turn, at promptPrefix) (size int) {
	chain, ok := r.units[at]
	if !ok {
		chain = at.tools
	}
	synthetic := t.Origins.Text == Synthetic
	hit := true
	size = turnBytes(t.Tools, at.history) // the front is known to have been sent
	if at.history == nil {
		if _, sent := r.all[chain]; !sent {
			hit, size = false, 0
			r.all[chain] = struct{}{}
		}
	}
	for i := len(r.fresh) - 1; i >= 0; i-- {
		at.history = r.fresh[i]
		m := at.history.Last()
		if !synthetic || m.text == nil {
			if !synthetic {
				chain = maphash.Comparable(r.seed, [2]uint64{chain, r.message(m)})
				if hit = r.sent(chain) && hit; hit {
					size = turnBytes(t.Tools, at.history)
				}
			}
			r.units[at] = chain
			continue
		}
		for k, b := range m.text.blocks {
			chain = maphash.Comparable(r.seed, [2]uint64{chain, b.Seed})
			if hit = r.sent(chain) && hit; hit {
				size += b.Tokens * filler.BytesPerToken
				if k == 0 {
					size += m.text.at - 1
				}
			}
		}
		r.units[at] = chain
	}
	return size
}

// sent reports whether a chain was sent before, and remembers it.
func (r *reuse) sent(chain uint64) bool {
	_, ok := r.all[chain]
	r.all[chain] = struct{}{}
	return ok
}
