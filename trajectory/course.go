package trajectory

import (
	"math"
	"slices"
	"sort"
	"time"
)

// A course is when one thread's requests are sent and end at the pace, in seconds from the
// beginning of the play, as [Replayer] would play them with delays of mean length.
type course struct {
	of        *Trajectory
	requests  []span    // of its turns
	subagents []*course // of those of the trajectory; nil if never started
}

// A span is the time of one request.
type span struct{ sent, first, ended float64 }

// course returns the course of a thread whose first request is sent at the given time.
func (m *timer) course(t *Trajectory, at float64) *course {
	c := &course{of: t, requests: make([]span, len(t.Turns)), subagents: make([]*course, len(t.Subagents))}
	start := func(i int, at float64) {
		for k := range t.Subagents {
			if sub := &t.Subagents[k]; sub.After == i {
				c.subagents[k] = m.course(sub.Trajectory, at+m.policy.toolDelay(sub.Delay).Seconds())
			}
		}
	}
	start(-1, at)
	for i := range t.Turns {
		first, whole := m.request(&t.Turns[i])
		c.requests[i] = span{at, at + first, at + whole}
		at = c.requests[i].ended
		start(i, at)
		at = max(at, c.joined(i+1)) + m.delay(t, i)
	}
	return c
}

// joined returns when the last subagent that turn i waits for ends; 0 if there is none.
func (c *course) joined(i int) (last float64) {
	for k, sub := range c.subagents {
		if sub != nil && c.of.Subagents[k].Join == i {
			last = max(last, sub.ended())
		}
	}
	return last
}

// ended returns when the thread's last request ends.
func (c *course) ended() float64 {
	if len(c.requests) == 0 {
		return 0
	}
	return c.requests[len(c.requests)-1].ended
}

// length returns when the last request of the thread and of all below it ends.
func (c *course) length() float64 {
	last := c.ended()
	for _, sub := range c.subagents {
		if sub != nil {
			last = max(last, sub.length())
		}
	}
	return last
}

// at returns where the thread and those below it stand.
func (c *course) at(now float64, m *timer) *standing {
	i := sort.Search(len(c.requests), func(i int) bool { return c.requests[i].ended > now })
	s := &standing{turn: i, subagents: make([]*standing, len(c.subagents))}
	switch {
	case i == len(c.requests):
	case now >= c.requests[i].sent:
		turn := &c.of.Turns[i]
		s.held = turn.PromptEstimate()
		if output, known := m.answer(turn); known {
			s.tokens = c.requests[i].rest(now, output)
		}
	default:
		if i > 0 {
			s.held = c.of.Turns[i-1].PromptEstimate()
		}
		if s.joins = now < c.joined(i); !s.joins {
			s.wait = time.Duration((c.requests[i].sent - now) * float64(time.Second))
		}
	}
	for k, sub := range c.subagents {
		if c.of.Subagents[k].After < i && sub != nil {
			s.subagents[k] = sub.at(now, m)
		}
	}
	return s
}

// rest returns how many tokens of an answer are still to come; 0 for all. It is at least 2,
// so that the rest has a speed.
func (s span) rest(now float64, output int) int {
	if now <= s.first {
		return 0
	}
	left := (s.ended - now) / (s.ended - s.first)
	if rest := max(2, int(math.Ceil(left*float64(output)))); rest < output {
		return rest
	}
	return 0
}

// A change is one of the tokens that an agent holds.
type change struct {
	at     float64
	tokens int
}

// changes returns the changes of what the thread and those below it hold, in order of time.
func (c *course) changes() []change {
	list := c.appendChanges(nil)
	slices.SortStableFunc(list, func(a, b change) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	return list
}

func (c *course) appendChanges(list []change) []change {
	held := 0
	for i := range c.requests {
		prompt := c.of.Turns[i].PromptEstimate()
		list = append(list, change{c.requests[i].sent, prompt - held})
		held = prompt
	}
	list = append(list, change{c.ended(), -held})
	for _, sub := range c.subagents {
		if sub != nil {
			list = sub.appendChanges(list)
		}
	}
	return list
}
