package trajectory

// An Origin says where a number or a text comes from, and so how far to trust it.
type Origin uint8

const (
	// Recorded values are in the recording.
	Recorded Origin = iota
	// Derived values follow from the recording, such as a delay from two
	// timestamps.
	Derived
	// Estimated values are guesses from the recording, such as a number of
	// tokens from a number of characters.
	Estimated
	// Synthetic values are made up.
	Synthetic
)

// String returns the name of the origin in lower case.
func (o Origin) String() string {
	if int(o) < len(originNames) {
		return originNames[o]
	}
	return "unknown"
}

var originNames = [...]string{"recorded", "derived", "estimated", "synthetic"}

// Origins are the origins of what a turn holds. For what it lacks, such as a
// PromptTokens of 0, they mean nothing.
type Origins struct {
	// Text is the origin of messages and tools: Synthetic if they are made up,
	// Estimated if some are, from their recorded numbers of tokens.
	Text Origin
	// Input is the origin of PromptTokens, Output of OutputTokens, Delay of
	// ToolDelay and HumanDelay.
	Input, Output, Delay Origin
}

// StatsOrigins count the turns of a workload by origin.
type StatsOrigins struct {
	// Text counts by the origin of messages and tools, Input of the input tokens,
	// Output of the output tokens, and Delay of the time after a turn that ran
	// tools or waited for a person.
	Text   OriginCounts `json:"text"`
	Input  OriginCounts `json:"input_tokens"`
	Output OriginCounts `json:"output_tokens"`
	Delay  OriginCounts `json:"delay"`
}

// OriginCounts count turns by the origin of one value. Missing counts the turns
// without it.
type OriginCounts struct {
	Recorded  int `json:"recorded"`
	Derived   int `json:"derived"`
	Estimated int `json:"estimated"`
	Synthetic int `json:"synthetic"`
	Missing   int `json:"missing"`
}

func (c *OriginCounts) add(known bool, o Origin) {
	switch {
	case !known:
		c.Missing++
	case o == Derived:
		c.Derived++
	case o == Estimated:
		c.Estimated++
	case o == Synthetic:
		c.Synthetic++
	default:
		c.Recorded++
	}
}

// Share returns the share of turns with an origin among those that are not missing; 0
// if all are.
func (c OriginCounts) Share(o Origin) float64 {
	counts := [...]int{Recorded: c.Recorded, Derived: c.Derived, Estimated: c.Estimated, Synthetic: c.Synthetic}
	all := c.Recorded + c.Derived + c.Estimated + c.Synthetic
	if all == 0 || int(o) >= len(counts) {
		return 0
	}
	return float64(counts[o]) / float64(all)
}

// add counts one turn; ran says whether tools ran after it.
func (o *StatsOrigins) add(turn *Turn, ran bool) {
	o.Text.add(true, turn.Origins.Text)
	o.Input.add(turn.PromptTokens > 0, turn.Origins.Input)
	o.Output.add(turn.OutputTokens > 0, turn.Origins.Output)
	if known := turn.ToolDelayKnown || turn.HumanDelay > 0; ran || turn.HumanDelay > 0 {
		o.Delay.add(known, turn.Origins.Delay)
	}
}

// Origins counts the turns of the workload by origin, as in [Stats].
func (w *Workload) Origins() (o StatsOrigins) {
	for t := range w.Threads() {
		for i := range t.Turns {
			turn := &t.Turns[i]
			o.add(turn, t.EndsInTools(i) || turn.ToolDelayKnown && turn.ToolDelay > 0)
		}
	}
	return o
}
