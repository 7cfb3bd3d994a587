package requestlog

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// seat gives each session an agent: the one that has been free for longest, or a new one. It
// returns how many there are.
func (g *group) seat() int {
	type session struct {
		play       int32
		begin, end time.Duration
	}
	sessions := make([]session, len(g.plays))
	for i := range sessions {
		sessions[i] = session{play: int32(i), begin: -1}
	}
	for i := range g.rows {
		r := &g.rows[i]
		if s := &sessions[r.Play]; s.begin < 0 || r.Sent < s.begin {
			s.begin = r.Sent
		}
		sessions[r.Play].end = max(sessions[r.Play].end, r.End)
	}
	slices.SortFunc(sessions, func(a, b session) int { return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.play, b.play)) })
	var free seats
	n := int32(0)
	for _, s := range sessions {
		at := seat{until: s.end, agent: n}
		if len(free) > 0 && free[0].until <= s.begin {
			at.agent = heap.Pop(&free).(seat).agent
		} else {
			n++
		}
		heap.Push(&free, at)
		g.plays[s.play].Agent = at.agent
	}
	for i := range g.rows {
		g.rows[i].Agent = g.plays[g.rows[i].Play].Agent
	}
	return int(n)
}

type seat struct {
	until time.Duration
	agent int32
}

// seats are ordered by when they become free.
type seats []seat

func (s seats) Len() int           { return len(s) }
func (s seats) Less(i, j int) bool { return s[i].until < s[j].until }
func (s seats) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *seats) Push(x any)        { *s = append(*s, x.(seat)) }
func (s *seats) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
