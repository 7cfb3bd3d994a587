package format

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// chains makes sessions of requests that do not say which they belong to: a
// request goes on with the session whose last request it begins with, the longest
// one if there are several. It looks at whole messages.
type chains struct {
	rd    *reader
	last  map[*trajectory.Context][]*chain // by the key of the last request
	order []*chain
}

// A chain is a session that is being found.
type chain struct {
	*trajectory.Trajectory
	end   time.Time // of its last answer; zero when not known
	begun time.Time // when its last request was sent
	key   *trajectory.Context
}

// before reports whether what the session did was over at a time: what began
// earlier does not go on with it.
func (c *chain) idleAt(t time.Time) bool {
	return t.IsZero() || !t.Before(c.begun) && !t.Before(c.end)
}

func newChains(rd *reader) *chains {
	return &chains{rd: rd, last: make(map[*trajectory.Context][]*chain)}
}

// add adds a request to the session it belongs to, or to a new one of the given
// name. Requests must come in the order of their times; begun is zero when that is
// not known. What is compared is key, the context without what changes from request
// to request though it is the same conversation.
func (cs *chains) add(turn trajectory.Turn, key *trajectory.Context, name, file string, begun time.Time) *chain {
	c := cs.find(key, begun)
	if c == nil {
		c = &chain{Trajectory: &trajectory.Trajectory{ID: name, Source: file}}
		cs.order = append(cs.order, c)
	}
	cs.extend(c, turn, key, begun)
	return c
}

// find returns the session that a request goes on with, nil for none.
func (cs *chains) find(key *trajectory.Context, begun time.Time) *chain {
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
func (cs *chains) extend(c *chain, turn trajectory.Turn, key *trajectory.Context, begun time.Time) {
	if c.key != nil {
		if cs.last[c.key] = without(cs.last[c.key], c); cs.last[c.key] == nil {
			delete(cs.last, c.key)
		}
	}
	c.append(turn, begun)
	c.key = key
	cs.last[key] = append(cs.last[key], c)
}

// append adds a turn, and to the one before it the time between the two.
func (c *chain) append(turn trajectory.Turn, begun time.Time) {
	if n := len(c.Turns); n > 0 && !begun.IsZero() && !c.begun.IsZero() {
		before := &c.Turns[n-1]
		wait, origin := begun.Sub(c.begun), trajectory.Estimated // with the answer's time in it
		if !c.end.IsZero() {
			wait, origin = begun.Sub(c.end), trajectory.Derived
		}
		setWait(before, wait.Seconds(), endsInPrompt(turn.Context, before.Context), origin)
	}
	c.Turns = append(c.Turns, turn)
	c.begun, c.end = begun, time.Time{}
	if !begun.IsZero() && turn.ModelTime > 0 {
		c.end = begun.Add(turn.ModelTime)
	}
}

// endsInPrompt reports whether what a context has beyond an earlier one was typed
// by a person: it has no result of a tool.
func endsInPrompt(c, before *trajectory.Context) bool {
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

// without returns a list without one of its elements, nil when none is left.
func without[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
