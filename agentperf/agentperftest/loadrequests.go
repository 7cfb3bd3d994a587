package agentperftest

import "fmt"

func (t *loadTest) requests() error { return t.both((*loadPhase).asScheduled) }

func (t *loadTest) rows() error { return t.both((*loadPhase).hasRows) }

// asScheduled returns an error unless each agent sent the requests of the schedule in order.
func (p *loadPhase) asScheduled() error {
	type thread struct {
		agent, play int
		name        string
	}
	next := make(map[thread]int)
	sent := make(map[[2]int]int) // requests of each play of each agent
	latest := make([]int, p.plan.Agents)
	seen := make(map[*dueRequest]bool)
	for i, a := range p.got {
		d := a.due
		if d == nil {
			return fmt.Errorf("request %d, on a connection of agent %d, is none of the schedule: %.200s", i, a.agent, a.body)
		}
		what := fmt.Sprintf("turn %d %sof play %d of agent %d (%s)", d.turn, inThread(d.thread), d.play, d.agent, d.id)
		of := thread{d.agent, d.play, d.thread}
		n, begun := next[of]
		switch {
		case a.agent != d.agent:
			return fmt.Errorf("%s came on a connection of agent %d", what, a.agent)
		case seen[d]:
			return fmt.Errorf("%s was sent twice", what)
		case begun && d.turn != n:
			return fmt.Errorf("%s was sent, where turn %d was next", what, n)
		case d.play > latest[d.agent]+1, d.play == latest[d.agent]+1 && sent[[2]int{d.agent, d.play - 1}] < p.plays[d.agent][d.play-1]:
			return fmt.Errorf("%s was sent before all %d requests of the play before", what, p.plays[d.agent][max(0, d.play-1)])
		case d.play < latest[d.agent]:
			return fmt.Errorf("%s was sent after the play had ended", what)
		}
		seen[d], next[of], latest[d.agent] = true, d.turn+1, d.play
		sent[[2]int{d.agent, d.play}]++
	}
	for agent := range p.plan.Agents {
		if sent[[2]int{agent, 0}] == 0 {
			return fmt.Errorf("agent %d sent nothing", agent)
		}
	}
	return nil
}
