package audit

import "fmt"

// Codes of answers that are not as long as they should be or say they are.
const (
	CodeNotForced = "length_not_forced"
	CodePadded    = "tokens_padded"
)

// lengthForced looks for answers that are not as long as they were forced to be. All that
// honor ignore_eos have exactly that length, as nothing else could end them.
func lengthForced(items []item) Check {
	forced, n, wrong := 0, 0, 0
	example := ""
	for i := range items {
		for _, k := range []kind{fresh, unlikeIt, repeat, resalted} {
			switch a := &items[i].got[k]; {
			case !a.ok():
			case !a.forced:
				n++
			default:
				n++
				forced++
				if a.claimed() != a.limit {
					wrong++
					example = fmt.Sprintf("%d tokens for %d", a.claimed(), a.limit)
				}
			}
		}
	}
	switch {
	case n == 0:
		return Check{CodeNotForced, Incomplete, "no prompt was answered"}
	case forced == 0:
		return skipped(CodeNotForced, "answers are not forced to a length")
	case wrong > 0:
		return found(CodeNotForced, "%d of %d answers do not have the length that they were forced to: %s", wrong, forced, example)
	}
	return passed(CodeNotForced, "all %d answers have the length that they were forced to", forced)
}

const (
	// One tokenizer counts the answer as it is made and as it is sent back, so that the counts
	// differ by the way in which text falls into tokens, which is a few per cent, and by the
	// signs around tool calls, which are some tokens each.
	paddedTimes  = 1.3
	paddedTokens = 16
	// leastCounted is the number of tokens below which an answer says little.
	leastCounted = 32
	// mostText bounds the text that is sent back and looked at, in bytes: 200 for each token
	// of the longest answer of forced length.
	mostText = 64 << 10
)

// padded looks for answers that claim more tokens than their text has, by the server's own
// count of that text as input. Tokens of reasoning that is not shown cannot be counted and
// are left out. Special tokens that follow an answer which was forced to go on are not
// shown either: of answers of forced length one token is left out for each event without
// output, as their speed has the time of these.
func padded(items []item) Check {
	answered, counted := 0, false
	var hidden []float64
	for _, of := range []struct {
		what       string
		said, back kind
	}{{"free", free, recountIt}, {"forced", fresh, recount}} {
		var ratios, factors []float64
		for i := range items {
			said, back, base := &items[i].got[of.said], &items[i].got[of.back], &items[i].got[nothing]
			if !said.ok() || said.text == "" || !base.ok() || !back.ok() {
				if said.ok() && said.text == "" { // nothing to recount
					answered++
				}
				continue
			}
			answered++
			u := said.timing.Usage
			claimed := u.Completion - u.Hidden
			if of.said == fresh {
				claimed = said.timing.VisibleTokens()
			}
			hidden = append(hidden, float64(u.Hidden)/float64(max(1, u.Completion)))
			if back.timing.Usage.Prompt == 0 || base.timing.Usage.Prompt == 0 || claimed < leastCounted {
				continue
			}
			recounted := max(0, back.timing.Usage.Prompt-base.timing.Usage.Prompt+1)
			factors = append(factors, times(float64(claimed), float64(recounted)))
			ratios = append(ratios, float64(claimed)/(paddedTimes*float64(recounted)+paddedTokens))
		}
		if len(ratios) < LeastPrompts/2 {
			continue
		}
		counted = true
		if median(ratios) > 1 {
			note := ""
			if of.said == fresh {
				note = ", and free ones do not: special tokens that are not shown, or a lie"
			}
			return found(CodePadded, "answers of %s length claim %.1f times as many tokens as the server counts in their text%s", of.what, median(factors), note)
		}
	}
	switch {
	case 4*answered < 3*2*len(items):
		return Check{CodePadded, Incomplete, fmt.Sprintf("%d of %d answers could be sent back to be counted", answered, 2*len(items))}
	case len(hidden) > 0 && median(hidden) > 0.5:
		return skipped(CodePadded, "%.0f %% of the tokens, in the median, are said to be reasoning that is not shown, which nobody can count", 100*median(hidden))
	case !counted:
		return skipped(CodePadded, "too few answers of %d tokens with a count by the server", leastCounted)
	}
	return passed(CodePadded, "answers have as many tokens as the server counts in their text")
}
