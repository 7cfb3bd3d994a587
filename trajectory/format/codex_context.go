package format

import (
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// compacted replaces the context by what a compaction left of it.
func (c *codexFile) compacted(payload gjson.Result, at time.Time, line int) error {
	c.close()
	c.compact.begin(c, payload.Get("compaction_response_id").Str, at)
	c.owed = nil
	var first *trajectory.History
	for at := c.context; at != nil; at = at.Front() {
		first = at
	}
	c.context = nil
	if first != nil && first.Last().Role() == "system" {
		c.context = first
	}
	c.trigger = at
	if history := payload.Get("replacement_history"); history.IsArray() {
		for _, item := range history.Array() {
			if err := c.item(item, time.Time{}, 0, false); err != nil {
				return err
			}
		}
		c.close()
		return nil
	}
	if message := payload.Get("message"); message.Type == gjson.String && message.Str != "" {
		return c.say("user", message)
	}
	return nil
}

// noteCompactions notes the compactions whose call is not in the log.
func (c *codexFile) noteCompactions() {
	for _, turn := range c.compactions {
		c.rd.note(trajectory.Finding{File: c.file, Trajectory: c.ID, Turn: turn, Severity: trajectory.SeverityInfo, Rule: "compaction",
			Text: "the context is compacted; the call that does it is not in the log"})
	}
}

// prepend adds synthetic text for what the first prompt had beyond the log,
// mostly the tools.
func (c *codexFile) prepend() {
	first := &c.Turns[0]
	missing := first.PromptTokens - estimate(first.History.Size(), otherChars)
	if missing < 256 {
		return // 256 tokens are within the error of the estimate
	}
	// Chat templates take one system message: the synthetic text goes into the
	// existing one, if there is one.
	var front *trajectory.History
	for at := first.History; at != nil; at = at.Front() {
		front = at
	}
	message := []byte(`{"role":"system","content":""}`)
	if front.Last().Role() == "system" {
		message = front.Last().JSON()
	} else {
		front = nil
	}
	prefix, err := c.rd.store.AppendSynthetic(nil, message, []trajectory.Block{{Seed: hashScope("codex"), Tokens: missing}})
	if err != nil {
		return
	}
	moved := map[*trajectory.History]*trajectory.History{front: prefix}
	if front != nil {
		moved[nil] = nil
	}
	for i := range c.Turns {
		c.Turns[i].History = c.rd.rebase(c.Turns[i].History, moved)
		c.Turns[i].Origins.Text = trajectory.Estimated
	}
	c.rd.note(trajectory.Finding{File: c.file, Trajectory: c.ID, Turn: 0, Severity: trajectory.SeverityInfo, Rule: "prefix",
		Text: fmt.Sprintf("%d of the %d tokens of the first prompt are not in the log and are made up", missing, first.PromptTokens)})
}
