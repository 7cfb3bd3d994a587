package generate

// A recipe holds what sessions are made by. Lengths are in tokens unless stated
// otherwise; a pair is a range, both ends included.
type recipe struct {
	// sessions is how many there are by default.
	sessions int
	// window holds a prompt and its answer. A session that outgrows it ends.
	window int

	// turns is the number of turns of a session.
	turns distribution
	// pace multiplies the results of a session. They are also multiplied by the
	// ratio of its turns to their median, to the power of -slowing: otherwise
	// no session of 200 turns would fit in its window.
	pace    distribution
	slowing float64

	// variants is the number of scaffolds. Each has tools and a system prompt of
	// a size drawn uniformly.
	variants      [2]int
	tools, system [2]int

	opening distribution // the first message from the user
	output  distribution // one answer
	result  distribution // what follows an answer: results of tools, or a message
	// growth is an answer and what follows it, and replaces result when set.
	growth distribution

	// parallel is the share of turns with 2, 3 and 4 tool calls, among those
	// with any.
	parallel  [3]float64
	toolDelay distribution // one call, in seconds
	// toolTurns is the share of turns that run tools, among those that are
	// neither the last nor followed by the user; unknownDelays is the share of
	// these whose time is unknown. They count only with growth; without it all
	// of them run tools, for known times.
	toolTurns, unknownDelays float64

	// prompted is the number of turns that one message from the user leads to;
	// zero means that the opening leads to all of them.
	prompted   distribution
	humanDelay distribution // in seconds

	// compactAt is how full the window is, from 0 to 1, when a session is
	// compacted to the tools, the system prompt and a summary; compacted is what
	// it starts again with. Zero means never.
	compactAt [2]float64
	compacted [2]int
	// edits is the share of turns in which the opening is replaced.
	edits float64
}
