package page

import "github.com/agentperf/agentperf-go/agentperf"

// A bracket is where the answer of a level can still lie after some phases of a search: at least
// low, and less than high if that is not 0.
type bracket struct {
	low, high int
	says      map[int]said // by number of agents
}

// said is what phases said of a number of agents.
type said struct{ pass, decided bool }

// take narrows the bracket, or widens it, by what a phase said. At a number of agents a verdict
// stands against what is tentative, and so does a pass at more agents.
func (b *bracket) take(agents int, v agentperf.TierVerdict) {
	now := said{pass: v.Verdict == agentperf.Pass, decided: true}
	if v.Verdict != agentperf.Pass && v.Verdict != agentperf.Fail {
		if v.Tentative != agentperf.Pass && v.Tentative != agentperf.Fail {
			return
		}
		now = said{pass: v.Tentative == agentperf.Pass}
	}
	if before, ok := b.says[agents]; ok && before.decided && !now.decided {
		return
	}
	b.says[agents] = now
	sure := 0
	for n, s := range b.says {
		if s.pass && s.decided {
			sure = max(sure, n)
		}
	}
	b.low, b.high = 0, 0
	for n, s := range b.says {
		if !s.pass && (s.decided || n > sure) && (b.high == 0 || n < b.high) {
			b.high = n
		}
	}
	for n, s := range b.says {
		if s.pass && (b.high == 0 || n < b.high) {
			b.low = max(b.low, n)
		}
	}
}
