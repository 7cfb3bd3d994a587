package format

import (
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// sharedPrefix is what sessions of Claude Code have in common, in tokens, where a
// log does not say how much of its first prompt was in the provider's cache:
// tools of some 12.3K and a system prompt of 2.8K.
const sharedPrefix = 15_000

// makePrefix makes up what the first prompt had beyond what is in the log. As
// much as was in the provider's cache is taken to be the same in all sessions,
// the tools and the system prompt, and becomes the system message; the rest, the
// project's documents, a message of the user's.
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
	// What was typed before the first call comes after it.
	moved := map[*trajectory.Context]*trajectory.Context{nil: c}
	for i := range t.epochs {
		t.epochs[i].context = t.p.rd.rebase(t.epochs[i].context, moved)
	}
	t.context = t.p.rd.rebase(t.context, moved)
	t.p.note(t, 0, 0, trajectory.SeverityInfo, "prefix", fmt.Sprintf(
		"%d of the %d tokens of the first prompt are not in the log and are made up, %d of them alike in all sessions", missing, prompt, shared))
}

func (t *claudeThread) synthetic(c *trajectory.Context, role, seed string, tokens int) *trajectory.Context {
	c, _ = t.p.rd.store.AppendSynthetic(c, fmt.Appendf(nil, `{"role":%q,"content":""}`, role),
		[]trajectory.Block{{Seed: hashScope(seed), Tokens: tokens}}) // well-formed by construction
	return c
}
