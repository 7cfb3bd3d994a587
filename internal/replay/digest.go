package replay

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Digest identifies what is replayed: every message, and all that decides when and how it
// is sent. In an API other than chat completions that includes what was recorded in it.
func Digest(w *trajectory.Workload, p *trajectory.Policy) string {
	h := sha256.New()
	for _, t := range w.Trajectories {
		digestThread(h, t, p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digestThread(h io.Writer, t *trajectory.Trajectory, p *trajectory.Policy) {
	fmt.Fprintf(h, "thread %q %d %d\n", t.ID, len(t.Turns), len(t.Subagents))
	var before *trajectory.History
	var messages []*trajectory.Message
	for i := range t.Turns {
		u := &t.Turns[i]
		fmt.Fprintf(h, "turn %d %d %d %v %d %d\n", u.OutputTokens, u.MaxOutputTokens, u.ToolDelay, u.ToolDelayKnown, u.HumanDelay, len(u.Tools))
		if i == 0 || string(u.Tools) != string(t.Turns[i-1].Tools) {
			h.Write(u.Tools)
		}
		if api := api(p); api != "" {
			digestRecorded(h, u, api, p.BillingLine)
		}
		shared := u.History.Shared(before)
		fmt.Fprintf(h, "context %d %d\n", u.History.Len(), shared)
		messages = u.History.Append(messages[:0])
		for _, m := range messages[shared:] {
			if b := m.Blocks(); b != nil {
				fmt.Fprintf(h, "made %s %v\n", m.Role(), b)
				continue
			}
			text := m.JSON()
			fmt.Fprintf(h, "message %d\n", len(text))
			h.Write(text)
			if r, ok := m.Recorded(); ok && r.API == api(p) {
				fmt.Fprintf(h, "recorded %d\n", len(r.JSON))
				h.Write(r.JSON)
			}
		}
		before = u.History
	}
	for _, s := range t.Subagents {
		fmt.Fprintf(h, "subagent %d %d %d\n", s.After, s.Delay, s.Join)
		digestThread(h, s.Trajectory, p)
	}
}

// digestRecorded adds what a turn has in one API alone.
func digestRecorded(h io.Writer, u *trajectory.Turn, api trajectory.API, billing bool) {
	if u.RecordedTools.API == api {
		fmt.Fprintf(h, "tools %d\n", len(u.RecordedTools.JSON))
		h.Write(u.RecordedTools.JSON)
	}
	if api == trajectory.APIMessages {
		fmt.Fprintf(h, "marks %v %q\n", u.CacheMarks, u.CacheTTL)
	}
	if billing {
		fmt.Fprintf(h, "line %q\n", u.BillingLine)
	}
}

// api returns the API of a policy for digests, in which empty means chat completions, as
// before there were others.
func api(p *trajectory.Policy) trajectory.API {
	if api := cmp.Or(p.API, trajectory.APIChat); api != trajectory.APIChat {
		return api
	}
	return ""
}
