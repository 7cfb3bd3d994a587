package trajectory

import "github.com/agentperf/agentperf-go/internal/filler"

// A Reuse says how much of the prompts of a workload a cache of unlimited size could
// reuse, as shares of the input tokens. It is safe for concurrent use.
type Reuse struct {
	// Session and Sessions are what the recording allows within a session and across
	// them: [Stats].PrefixReuse and SessionReuse.
	Session, Sessions float64
	// Replay is the most that a replay allows, once every scaffold and all blocks that
	// sessions share have been sent: what stands in front of the prefix of a play, or what
	// an earlier turn of the play had. It exceeds Sessions where much is shared, since there
	// the first of several sessions finds nothing. It is 1 without such prefixes
	// ([PrefixNone]).
	Replay float64

	turns map[string][]float32 // by ID
}

// Reuse returns what a replay with prefixes at the given position leaves a cache to reuse;
// empty means [PrefixAfterSystem]. It takes as long as [Workload.Stats], and 4 bytes for each
// turn.
func (w *Workload) Reuse(at PrefixPosition) *Reuse {
	r := &Reuse{turns: make(map[string][]float32)}
	c, front := newCollector(), frontier{at: at}
	front.of.fronts = make(map[*History]*History)
	tokens, reusable := 0., 0.
	c.each = func(t *Trajectory, turn *Turn, own, all int) {
		if all < turn.PromptTokens { // not even a byte for each token: the text is not here
			r.turns[t.ID] = append(r.turns[t.ID], unknownReuse)
			return
		}
		share := 0.
		if all > 0 {
			share = min(1, float64(max(own, front.bytes(turn, all)))/float64(all))
		}
		r.turns[t.ID] = append(r.turns[t.ID], float32(share))
		tokens += float64(turn.PromptEstimate())
		reusable += share * float64(turn.PromptEstimate())
	}
	for _, t := range w.Trajectories {
		c.trajectory(t)
	}
	s := c.stats()
	r.Session, r.Sessions = s.PrefixReuse, s.SessionReuse
	if tokens > 0 {
		r.Replay = reusable / tokens
	}
	return r
}

// unknownReuse stands for that of a turn whose prompt is only in part in its messages, as in
// a workload for a Sender that makes up its own.
const unknownReuse = -1

// Of returns the most that a cache could reuse of the prompt of a turn of the trajectory or
// subagent with the given ID in a replay; ok is false if the workload has no such turn, or has
// fewer bytes of it than tokens.
func (r *Reuse) Of(id string, turn int) (share float64, ok bool) {
	if turns := r.turns[id]; turn >= 0 && turn < len(turns) && turns[turn] != unknownReuse {
		return float64(turns[turn]), true
	}
	return 0, false
}

// A frontier finds what stands in front of the prefix of a play.
type frontier struct {
	at PrefixPosition
	of sharing // for the first messages that are not of the scaffold
}

// bytes returns how many of the bytes of a turn stand in front of the prefix.
func (f *frontier) bytes(turn *Turn, all int) int {
	switch f.at {
	case PrefixNone:
		return all
	case PrefixFront:
		return len(turn.Tools)
	}
	front := f.of.front(turn.History)
	if front == nil { // a scaffold alone, whose last message takes the prefix: at most
		return all
	}
	n := turnBytes(turn.Tools, front.Front())
	if text := front.last.text; text != nil && text.shared > 0 {
		n += text.at - 1
		for _, b := range text.blocks[:text.shared] {
			n += b.Tokens * filler.BytesPerToken
		}
	}
	return n
}
