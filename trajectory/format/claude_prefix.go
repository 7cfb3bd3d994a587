package format

import (
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// sharedPrefix is the number of tokens that all sessions of Claude Code share,
// for logs that do not say how much of the first prompt was in the provider's
// cache: tools of about 12.3K and a system prompt of about 2.8K tokens.
const sharedPrefix = 15_000

// makePrefix makes up what the first prompt had beyond the log. The part that was
// in the provider's cache is taken to be the same in all sessions, tools and
// system prompt, and becomes the system message. The rest, the project's
// documents, becomes a user's message.
func (t *claudeThread) makePrefix(prompt, cached int) {
	if t.made {
		return
	}
	t.made = true
	if prompt == 0 {
		return
	}
	visible := 0
	if t.context != nil {
		visible = estimate(t.context.Size(), claudeChars)
	}
	missing := prompt - visible
	if missing <= 0 {
		return
	}
	if cached == 0 {
		cached = sharedPrefix
	}
	shared := min(cached, missing)
	kind := "claude-code"
	if t.agent != "" {
		kind = "claude-code/subagent"
	}
	c := t.synthetic(nil, "system", kind, shared)
	if missing > shared {
		c = t.synthetic(c, "user", t.id(), missing-shared)
	}
	t.prefix = c
	// What was typed before the first call comes after the prefix.
	moved := map[*trajectory.History]*trajectory.History{nil: c}
	for i := range t.epochs {
		t.epochs[i].context = t.p.rd.rebase(t.epochs[i].context, moved)
	}
	t.context = t.p.rd.rebase(t.context, moved)
	t.p.note(t, 0, 0, trajectory.SeverityInfo, "prefix", fmt.Sprintf(
		"%d of the %d tokens of the first prompt are not in the log and are made up, %d of them alike in all sessions", missing, prompt, shared))
}

func (t *claudeThread) synthetic(c *trajectory.History, role, seed string, tokens int) *trajectory.History {
	c, _ = t.p.rd.store.AppendSynthetic(c, fmt.Appendf(nil, `{"role":%q,"content":""}`, role),
		[]trajectory.Block{{Seed: hashScope(seed), Tokens: tokens}}) // cannot fail: the message is valid
	return c
}
