package trajectory

// An Origin says where a number or a text comes from, which is how far it can be
// believed.
type Origin uint8

const (
	// Recorded is what the recording says.
	Recorded Origin = iota
	// Derived follows from what the recording says, such as a delay from two
	// instants.
	Derived
	// Estimated is a guess made from what the recording says, such as a number
	// of tokens from a number of characters.
	Estimated
	// Synthetic is made up.
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

// Origins are the origins of what a turn holds; of what it lacks, such as
// PromptTokens of 0, they say nothing.
type Origins struct {
	// Text is that of the messages and tools: Synthetic when all is made up,
	// Estimated when a part is, from its recorded number of tokens.
	Text Origin
	// Input is that of PromptTokens, Output that of OutputTokens, Delay that of
	// ToolDelay and HumanDelay.
	Input, Output, Delay Origin
}

// StatsOrigins count the turns of a workload by where what they hold comes from.
type StatsOrigins struct {
	// Text is that of the messages and tools, Input that of the input tokens,
	// Output that of the output tokens, and Delay that of the time after a turn
	// that ran tools or waited for a person.
	Text   OriginCounts `json:"text"`
	Input  OriginCounts `json:"input_tokens"`
	Output OriginCounts `json:"output_tokens"`
	Delay  OriginCounts `json:"delay"`
}

// OriginCounts count turns by origin. Missing are those that do not have what is
// counted.
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

// Share returns the share of turns of an origin, among those that have what is
// counted; 0 when none has.
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

// Origins counts where what is in the workload comes from, as [Stats] has it.
func (w *Workload) Origins() (o StatsOrigins) {
	for t := range w.Threads() {
		for i := range t.Turns {
			turn := &t.Turns[i]
			o.add(turn, t.EndsInTools(i) || turn.ToolDelayKnown && turn.ToolDelay > 0)
		}
	}
	return o
}
