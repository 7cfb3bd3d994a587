package fleet

// A share says which worker runs each agent: by smooth weighted round robin over the capacities
// of the workers, so that each has its part of any number of agents, and the same agents in
// every phase.
type share struct {
	capacities []int
	ahead      []int // how far each worker is behind its part
	total      int
	owners     []int32
}

func newShare(capacities []int) *share {
	s := &share{capacities: capacities, ahead: make([]int, len(capacities))}
	for _, c := range capacities {
		s.total += c
	}
	return s
}

// of returns the owners of so many agents.
func (s *share) of(agents int) []int32 {
	for len(s.owners) < agents {
		next := 0
		for i, c := range s.capacities {
			if s.ahead[i] += c; s.ahead[i] > s.ahead[next] {
				next = i
			}
		}
		s.ahead[next] -= s.total
		s.owners = append(s.owners, int32(next))
	}
	return s.owners[:agents:agents]
}

// agents returns those of a worker.
func (s *share) agents(worker, of int) (own []int) {
	for agent, owner := range s.of(of) {
		if int(owner) == worker {
			own = append(own, agent)
		}
	}
	return own
}

// counted returns how many agents a worker has.
func counted(owners []int32, of int32) (n int) {
	for _, o := range owners {
		if o == of {
			n++
		}
	}
	return n
}
