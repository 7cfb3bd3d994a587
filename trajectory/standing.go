package trajectory

import "time"

// A standing is where a thread stands when a play begins: what its first request is, and
// when.
type standing struct {
	turn      int           // of the first request; len(Turns) if the thread has ended
	wait      time.Duration // until the first request
	joins     bool          // the turn first waits for its subagents and the whole delay
	tokens    int           // to ask for in the first answer; 0 for all
	held      int           // the prompt of the thread's latest request; 0 if there is none
	subagents []*standing   // of those of the trajectory; nil if not started
}

// total returns the tokens held by the thread and those below it.
func (s *standing) total() int {
	if s == nil {
		return 0
	}
	n := s.held
	for _, sub := range s.subagents {
		n += sub.total()
	}
	return n
}

// whole reports whether nothing of the thread and of those below it has been played.
func (s *standing) whole(t *Trajectory) bool {
	if s == nil || s.turn > 0 || s.tokens > 0 {
		return false
	}
	for k := range t.Subagents {
		if sub := &t.Subagents[k]; sub.After < 0 && !s.subagents[k].whole(sub.Trajectory) {
			return false
		}
	}
	return true
}

// first returns how long the first of the thread and of those below it waits; ok is false if none
// has a request to send before another has ended.
func (s *standing) first(t *Trajectory) (wait time.Duration, ok bool) {
	if s == nil {
		return 0, false
	}
	if s.turn < len(t.Turns) && !s.joins {
		wait, ok = s.wait, true
	}
	for k, sub := range s.subagents {
		if w, live := sub.first(t.Subagents[k].Trajectory); live && (!ok || w < wait) {
			wait, ok = w, true
		}
	}
	return wait, ok
}
