package audit

import "hash/maphash"

// Codes of texts that were not written.
const (
	CodeCanned     = "canned_answers"
	CodeRepetition = "repetition"
)

const (
	// Answers to different prompts have words in common, and whole lines of code, but
	// not half of all pieces of cannedBytes, some twenty to thirty words.
	cannedBytes = 128
	cannedShare = 0.5
	// An answer goes in a loop if half of its pieces of loopBytes were there before.
	loopBytes = 64
	loopShare = 0.5
	// leastBytes is the length below which an answer may be anything.
	leastBytes = 256
)

// canned looks for answers to different prompts that are the same text, or pieces of one.
func canned(items []item) Check {
	have, c, ok := with(CodeCanned, items, fresh, free)
	if !ok {
		return c
	}
	seed := maphash.MakeSeed()
	const several = -1
	of := make(map[uint64]int) // the prompt in whose answers a piece is
	each := func(text string, f func(piece uint64)) {
		text = text[:min(len(text), mostText)]
		for i := range len(text) - cannedBytes + 1 {
			f(maphash.String(seed, text[i:i+cannedBytes]))
		}
	}
	ids := make(map[int]bool)
	long := 0
	for _, it := range have {
		for _, k := range []kind{fresh, free} {
			if len(it.got[k].text) < leastBytes {
				continue
			}
			long++
			ids[it.id] = true
			each(it.got[k].text, func(piece uint64) {
				if id, ok := of[piece]; ok && id != it.id {
					of[piece] = several
				} else {
					of[piece] = it.id
				}
			})
		}
	}
	if long < len(have) || len(ids) < 2 {
		return skipped(CodeCanned, "too few answers of %d bytes to different prompts", leastBytes)
	}
	var shares []float64
	for _, it := range have {
		for _, k := range []kind{fresh, free} {
			if len(it.got[k].text) < leastBytes {
				continue
			}
			all, common := 0, 0
			each(it.got[k].text, func(piece uint64) {
				if all++; of[piece] == several {
					common++
				}
			})
			shares = append(shares, float64(common)/float64(all))
		}
	}
	if m := median(shares); m > cannedShare {
		return found(CodeCanned, "%.0f %% of an answer, in the median, stands in answers to other prompts too", 100*m)
	} else {
		return passed(CodeCanned, "%.0f %% of an answer, in the median, stands in answers to other prompts too", 100*m)
	}
}

// repetition looks for answers that go in a loop. A model that is forced to go on after its
// answer may do so, which is no fault of the server: only free ones count. Of the forced the
// share is told.
func repetition(items []item) Check {
	have, c, ok := with(CodeRepetition, items, fresh, free)
	if !ok {
		return c
	}
	loops := func(k kind) (share float64, n int) {
		looping := 0
		for _, it := range have {
			if text := it.got[k].text; len(text) >= leastBytes {
				if n++; repeated(text) > loopShare {
					looping++
				}
			}
		}
		return float64(looping) / float64(max(1, n)), n
	}
	open, n := loops(free)
	forced, _ := loops(fresh)
	switch {
	case 2*n < len(have):
		return skipped(CodeRepetition, "too few free answers of %d bytes", leastBytes)
	case open > 0.5:
		return found(CodeRepetition, "%.0f %% of the free answers and %.0f %% of the forced ones repeat themselves for more than half of their length", 100*open, 100*forced)
	}
	return passed(CodeRepetition, "%.0f %% of the free answers and %.0f %% of the forced ones repeat themselves", 100*open, 100*forced)
}

// repeated returns the share of the pieces of a text that stand in it before.
func repeated(text string) float64 {
	text = text[:min(len(text), mostText)]
	seed := maphash.MakeSeed()
	seen := make(map[uint64]bool)
	again, all := 0, len(text)-loopBytes+1
	for i := range all {
		piece := maphash.String(seed, text[i:i+loopBytes])
		if seen[piece] {
			again++
		}
		seen[piece] = true
	}
	return float64(again) / float64(max(1, all))
}
