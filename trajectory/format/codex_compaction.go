package format

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A codexCompaction is the request that compacts a context. Newer logs record its
// token counts, before or after the mark of the compaction; what it was asked is in
// none.
type codexCompaction struct {
	// Of the last counts that were recorded:
	id     string // of the response
	usage  [2]int // tokens in and out
	at     time.Time
	line   int
	wanted string // ID of the response whose counts are still to come
	// Of the compaction that waits for them:
	context *trajectory.History
	trigger time.Time
	turns   int
}

// record reads the token counts of a response.
func (m *codexCompaction) record(c *codexFile, payload gjson.Result, at time.Time, line int) {
	id, usage := payload.Get("response_id").Str, payload.Get("usage")
	if id == "" || len(id) > maxText {
		return
	}
	m.id, m.at, m.line = strings.Clone(id), at, line
	m.usage = [2]int{tokens(usage.Get("input_tokens")), tokens(usage.Get("output_tokens"))}
	if m.id == m.wanted && m.turns == len(c.Turns) && c.answer == nil {
		after := c.context
		c.context, c.trigger = m.context, m.trigger
		m.turn(c)
		c.context, c.trigger = after, at
	}
}

// begin reads the mark of a compaction, done by the response with the given ID.
func (m *codexCompaction) begin(c *codexFile, id string, at time.Time) {
	m.wanted = ""
	switch {
	case id != "" && id == m.id:
		c.settle()
		m.turn(c)
		return
	case id != "" && len(id) <= maxText:
		c.settle()
		m.wanted, m.context, m.trigger, m.turns = strings.Clone(id), c.context, c.trigger, len(c.Turns)
	}
	c.compactions = append(c.compactions, len(c.Turns))
}

// turn adds the turn of the compaction.
func (m *codexCompaction) turn(c *codexFile) {
	if len(c.compactions) > 0 && m.wanted == m.id {
		c.compactions = c.compactions[:len(c.compactions)-1]
	}
	if c.add([]byte(compactionPrompt)) != nil {
		return
	}
	c.start(m.at, m.line)
	turn := &c.Turns[len(c.Turns)-1]
	turn.PromptTokens, turn.OutputTokens, turn.CompletionTokens = m.usage[0], m.usage[1], m.usage[1]
	turn.ModelTime = bounded(c.ends[len(c.ends)-1].Sub(c.starts[len(c.starts)-1]))
	turn.Origins.Text = trajectory.Estimated
	m.id, m.wanted = "", ""
}
