package agentperf

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/trajectory"
)

func reuseEcho(r *trajectory.Reuse) *ReuseEcho {
	if r == nil {
		return nil
	}
	return &ReuseEcho{r.Session, r.Sessions, r.Replay}
}

const (
	// freshPart is the part of what the workload makes a server compute below which its
	// count of cached tokens cannot be right. Half leaves room for text that has up to twice
	// as many bytes a token as the rest of its prompt: shares are by bytes.
	freshPart = 0.5
	// freshSlack is left out of each request: shares count common beginnings of messages in
	// pages of 64 bytes, the template adds the same to all, and a prompt's last tokens may be
	// few.
	freshSlack = 32
	// leastFresh is the share of the input from which it matters.
	leastFresh = 0.01
)

// reuse sets the figures of reuse, and warns if the server's count of cached tokens is more
// than the requests allow. It goes by what is computed: text that a server puts in front of
// every prompt, and caches, changes the shares but not that.
func (p *PhaseResult) reuse(phase *record.Phase, allowed *trajectory.Reuse) {
	f := p.Figures
	if f == nil {
		f = p.InvalidFigures
	}
	type sums struct{ planned, reusable float64 } // input tokens
	var all, known sums                           // known: of requests whose cached tokens are
	var input, cached float64
	var fresh, least float64 // input tokens: those that were computed, and those that had to be
	for _, r := range measured(phase) {
		share, ok := allowed.Of(threadOf(phase, r), int(r.Turn))
		planned := float64(r.Planned)
		if !ok || planned <= 0 {
			continue
		}
		all = sums{all.planned + planned, all.reusable + share*planned}
		if r.Cached < 0 || r.Prompt <= 0 {
			continue
		}
		known = sums{known.planned + planned, known.reusable + share*planned}
		prompt := float64(r.Prompt)
		input, cached = input+prompt, cached+float64(r.Cached)
		fresh += prompt - float64(r.Cached)
		least += max(0, (1-share)*min(prompt, planned)-freshSlack)
	}
	if input > 0 {
		f.CachedRatio, all = new(cached/input), known
	}
	if all.planned > 0 {
		f.AllowedCachedRatio = new(all.reusable / all.planned)
	}
	if least > leastFresh*input && fresh < freshPart*least {
		p.warn("cached_beyond", fmt.Sprintf("by the server's count %s of the input came from a cache, and the requests allow %s at most: it computed %.0f of at least %.0f input tokens, so it skips text that is new, or its count is wrong",
			decide.Percent(*f.CachedRatio), decide.Percent(*f.AllowedCachedRatio), fresh, least))
	}
}

// threadOf returns the ID of the trajectory or subagent whose request a row is; empty if it
// is of none.
func threadOf(p *record.Phase, r *record.Row) string {
	switch {
	case r.Thread > 0 && int(r.Thread) < len(p.Threads):
		return p.Threads[r.Thread]
	case r.Play >= 0 && int(r.Play) < len(p.Plays):
		return p.Plays[r.Play].Trajectory
	}
	return ""
}

// reuseText says what came from caches, over all phases, and what the requests allow; empty
// if there is no phase.
func (r *Report) reuseText() string {
	var input, cached, allowed, stated float64
	var looked, found float64 // by the server's counters
	for i := range r.Phases {
		f := r.Phases[i].Figures
		if f == nil || f.AllowedCachedRatio == nil {
			continue
		}
		if s := r.Phases[i].Server; s != nil && s.PrefixHitRate != nil {
			looked, found = looked+s.PrefixHitRate.Of, found+s.PrefixHitRate.Part
		}
		n := float64(f.InputTokens)
		input, allowed = input+n, allowed+n**f.AllowedCachedRatio
		if f.CachedRatio != nil {
			stated, cached = stated+n, cached+n**f.CachedRatio
		}
	}
	var counters string
	if looked > 0 {
		counters = decide.Percent(found/looked) + " by its counters"
	}
	switch {
	case input == 0:
		return ""
	case counters != "" && stated > 0:
		return fmt.Sprintf("Input from caches: %s by the server's usage, %s; the requests allow %s at most.", decide.Percent(cached/stated), counters, decide.Percent(allowed/input))
	case counters != "":
		return fmt.Sprintf("Input from caches: %s, and the server's usage does not state it; the requests allow %s at most.", strings.Replace(counters, "its", "the server's", 1), decide.Percent(allowed/input))
	case stated == 0:
		return fmt.Sprintf("Input from caches: not stated by the server; the requests allow %s at most.", decide.Percent(allowed/input))
	}
	return fmt.Sprintf("Input from caches: %s by the server's count; the requests allow %s at most.", decide.Percent(cached/stated), decide.Percent(allowed/input))
}
