package derive

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	// longEvents is the least number of events of an answer whose course is looked at: as
	// many after the tenth as up to it.
	longEvents = 20
	// apartFactor and apartLeast say when the tenth event comes far too late after the first,
	// by the pace of those after it. Engines that make a few tokens and then serve others
	// first pause for less than a quarter of a second, or as often later in the answer.
	apartFactor = 5
	apartLeast  = 250 * time.Millisecond
	// oddPart is the part of the answers, one in so many, of which more are odd before there
	// is a warning: what a P95 leaves out. fewOdd is the least number: one may be an accident.
	oddPart = 20
	fewOdd  = 2
	// blankPart is the share of an answer's bytes that show nothing above which it is mostly
	// blank. Of deeply indented code it is about a third.
	blankPart = 0.6
)

// outputWarnings says where answers look like nothing that a model makes.
func outputWarnings(rows []*record.Row) (warnings []metrics.Warning) {
	long, apart, answered, blank, split := 0, 0, 0, 0, 0
	var speeds []float64
	for _, r := range rows {
		if r.Outcome != record.OK || r.Events == 0 {
			continue
		}
		answered++
		if float64(r.Blank) > blankPart*float64(r.Bytes) && (r.Events >= longEvents || r.Blank == r.Bytes) {
			blank++
		}
		if r.Events >= longEvents {
			long++
			if isApart(r) {
				apart++
			}
		}
		t := r.Timing()
		if n := t.VisibleTokens(); n >= LongAnswer && r.Bytes > 0 && leastBytes*n > int(r.Bytes) {
			split++
		}
		if v, ok := t.OutputSpeed(); ok {
			speeds = append(speeds, float64(v))
		}
	}
	if odd(blank, answered) {
		Warn(&warnings, "blank_output", "%d answers are mostly or only white space and other text that shows nothing", blank)
	}
	if odd(split, answered) {
		Warn(&warnings, "short_tokens", "%d answers have fewer than %d bytes a token, where text has 3 to 5: what is counted may be pieces of tokens", split, leastBytes)
	}
	if odd(apart, long) {
		Warn(&warnings, "first_token_apart", "in %d of %d longer answers the tenth event came far later after the first than the pace of the rest says: TTFT may be that of something sent ahead of the answer; see the time to the tenth event", apart, long)
	}
	if len(speeds) > 0 {
		slices.Sort(speeds)
		if median := speeds[len(speeds)/2]; median > fastest {
			Warn(&warnings, "implausible_speed", "the median output speed is %.0f tokens/s, and no system reaches %d in one answer: the answers are canned, or something held them back", median, fastest)
		}
	}
	return warnings
}

// odd reports whether so many of all are more than chance.
func odd(n, all int) bool { return n >= fewOdd && oddPart*n > all }

// isApart reports whether the first event stands far before the next nine, measured by those
// that follow. Events that share a stamp, as those of one read do, have no pace.
func isApart(r *record.Row) bool {
	const tenth = 10 // as package metrics counts
	if r.Tenth < 0 || r.Last <= r.Tenth {
		return false
	}
	wait := r.Tenth - r.First
	pace := (r.Last - r.Tenth) / time.Duration(r.Events-tenth)
	return wait > apartLeast && wait > apartFactor*(tenth-1)*pace
}
