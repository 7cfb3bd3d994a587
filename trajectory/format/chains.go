package format

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// chains groups requests that do not name their session: a request continues the
// session whose last request is the longest prefix of it, in whole messages.
type chains struct {
	rd    *reader
	last  map[*trajectory.History][]*chain // by the key of its last request
	order []*chain
}

// A chain is a session made of such requests.
type chain struct {
	*trajectory.Trajectory
	end   time.Time // of its last answer, zero if unknown
	begun time.Time // of its last request
	key   *trajectory.History
}

// idleAt reports whether the session was idle at t. A request sent earlier does
// not continue it.
func (c *chain) idleAt(t time.Time) bool {
	return t.IsZero() || !t.Before(c.begun) && !t.Before(c.end)
}

func newChains(rd *reader) *chains {
	return &chains{rd: rd, last: make(map[*trajectory.History][]*chain)}
}

// add adds a request to the session that it continues, or to a new one of the
// given name. Requests must be added in the order of their times; begun is zero
// if the time is unknown. Requests are compared by key: the context without what
// clients change between requests of one conversation.
func (cs *chains) add(turn trajectory.Turn, key *trajectory.History, name, file string, begun time.Time) *chain {
	c := cs.find(key, begun)
	if c == nil {
		c = &chain{Trajectory: &trajectory.Trajectory{ID: name, Source: file}}
		cs.order = append(cs.order, c)
	}
	cs.extend(c, turn, key, begun)
	return c
}

// find returns the session that a request continues, nil if there is none.
func (cs *chains) find(key *trajectory.History, begun time.Time) *chain {
	for at := key; at != nil; at = at.Front() {
		for _, open := range cs.last[at] {
			if open.idleAt(begun) && (at != key || !begun.IsZero()) {
				return open
			}
		}
	}
	return nil
}

// extend adds a request to a session.
func (cs *chains) extend(c *chain, turn trajectory.Turn, key *trajectory.History, begun time.Time) {
	if c.key != nil {
		if cs.last[c.key] = without(cs.last[c.key], c); cs.last[c.key] == nil {
			delete(cs.last, c.key)
		}
	}
	c.append(turn, begun)
	c.key = key
	cs.last[key] = append(cs.last[key], c)
}

// append adds a turn, and sets the wait after the turn before it.
func (c *chain) append(turn trajectory.Turn, begun time.Time) {
	if n := len(c.Turns); n > 0 && !begun.IsZero() && !c.begun.IsZero() {
		before := &c.Turns[n-1]
		wait, origin := begun.Sub(c.begun), trajectory.Estimated // includes the time of the answer
		if !c.end.IsZero() {
			wait, origin = begun.Sub(c.end), trajectory.Derived
		}
		setWait(before, wait.Seconds(), endsInPrompt(turn.History, before.History), origin)
	}
	c.Turns = append(c.Turns, turn)
	c.begun, c.end = begun, time.Time{}
	if !begun.IsZero() && turn.ModelTime > 0 {
		c.end = begun.Add(turn.ModelTime)
	}
}

// endsInPrompt reports whether a person, and not a tool, wrote what a context
// adds to an earlier one.
func endsInPrompt(c, before *trajectory.History) bool {
	kept := c.Shared(before)
	for ; c.Len() > kept; c = c.Front() {
		switch c.Last().Role() {
		case "tool":
			return false
		case "assistant":
			return true
		}
	}
	return true
}

func (cs *chains) trajectories() []*trajectory.Trajectory {
	all := make([]*trajectory.Trajectory, len(cs.order))
	for i, c := range cs.order {
		estimateOutputs(c.Trajectory)
		all[i] = c.Trajectory
	}
	return all
}

// without returns list without its first element equal to one, nil if none is
// left.
func without[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
