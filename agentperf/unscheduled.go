package agentperf

import (
	"fmt"
	"iter"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// slack is how far what a client does may be from when it is due, or from the row that tells of
// it, before that is a contradiction rather than a busy client: far above the lateness at which a
// phase is invalid by itself.
const slack = time.Second

// unscheduled says what the agents of a phase that has ended did otherwise than the schedule of its
// plan has it; empty if they did as planned, as far as rows tell.
func (r *run) unscheduled(p *record.Phase, plan *record.Plan) string {
	s := seats{Phase: p, plays: make([]*trajectory.Play, len(p.Plays)), own: make([][]int, plan.Agents), due: make([]time.Duration, plan.Agents)}
	for i := range p.Plays {
		if agent := int(p.Plays[i].Agent); agent >= 0 && agent < plan.Agents {
			s.own[agent] = append(s.own[agent], i)
		}
	}
	schedule := r.scheduleOf(plan)
	for agent := range s.own {
		s.due[agent] = plan.Due(agent)
		if why := s.take(agent, schedule.Plays(agent)); why != "" {
			return why
		}
	}
	if why := s.rows(); why != "" || p.Ending == record.Dead || p.Ending == record.Stopped {
		return why
	}
	return s.work()
}

// seats is what the agents of a phase played.
type seats struct {
	*record.Phase
	plays []*trajectory.Play // of the schedule, by index of Phase.Plays; nil of nobody
	own   [][]int            // the plays of each agent, in their order
	due   []time.Duration    // the first request of each agent
	asked []bool             // agents with a request
	ended []bool             // plays with a request that ended in the window
}

// take holds the plays of an agent against those of the schedule.
func (s *seats) take(agent int, scheduled iter.Seq[trajectory.Play]) string {
	n := 0
	for play := range scheduled {
		if n == 0 {
			s.due[agent] += play.Wait()
		}
		if n == len(s.own[agent]) {
			return ""
		}
		i := s.own[agent][n]
		if have := &s.Plays[i]; have.Trajectory != play.Trajectory.ID || have.Session != play.Session {
			return fmt.Sprintf("play %d of agent %d is of trajectory %.100q in session %.100q, expected %.100q in %q by the schedule", n, agent, have.Trajectory, have.Session, play.Trajectory.ID, play.Session)
		}
		s.plays[i] = &play
		n++
	}
	return ""
}

// rows says which row is of no turn of a play of its agent, or a second one of its turn.
func (s *seats) rows() string {
	type turn struct{ play, thread, turn int32 }
	seen := make(map[turn]bool, len(s.Rows))
	s.asked, s.ended = make([]bool, s.Agents), make([]bool, len(s.plays))
	for i := range s.Rows {
		r := &s.Rows[i]
		at := turn{r.Play, r.Thread, r.Turn}
		if r.Play < 0 || s.plays[r.Play] == nil || s.Plays[r.Play].Agent != r.Agent {
			return fmt.Sprintf("row %d%s, of agent %d, is of no play of that agent", i, owned(s.Phase, r), r.Agent)
		}
		play := s.plays[r.Play]
		switch most := len(play.Trajectory.Turns); {
		case seen[at]:
			return fmt.Sprintf("row %d%s is a second one of turn %d in play %d of agent %d", i, owned(s.Phase, r), r.Turn, r.Play, r.Agent)
		case r.Thread == 0 && (int(r.Turn) < play.Start || int(r.Turn) >= most):
			return fmt.Sprintf("row %d%s is of turn %d of a play of turns %d to %d", i, owned(s.Phase, r), r.Turn, play.Start, most-1)
		}
		seen[at], s.asked[r.Agent] = true, true
		s.ended[r.Play] = s.ended[r.Play] || r.End > s.Settled-slack && r.End < s.WindowEnd+slack
	}
	return ""
}

// work says which agent has no request though one was due, or that there are not as many plays
// with requests as are said to have been completed in the window.
func (s *seats) work() string {
	done := 0
	for agent, plays := range s.own {
		if due := s.due[agent]; !s.asked[agent] && due+slack < s.WindowEnd {
			return fmt.Sprintf("agent %d has no request, and its first was due at %v", agent, due)
		}
		n := 0
		for _, i := range plays {
			if s.ended[i] {
				n++
			}
		}
		if done += n; n < s.Least {
			return fmt.Sprintf("agent %d has requests of %d plays in the window, and completed %d", agent, n, s.Least)
		}
	}
	if done < s.Completed {
		return fmt.Sprintf("it has requests of %d plays in the window, of which %d were completed", done, s.Completed)
	}
	return ""
}
