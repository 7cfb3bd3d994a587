package decide

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// Bounds are the least and the greatest number of agents that a search may try, and the
// first that it does; 0 means 1 for Min and Start. With a List nothing is searched for: its
// numbers, in increasing order from Min to Max, are measured whatever the verdicts.
type Bounds struct {
	Min, Max, Start int
	List            []int
}

// Controlled configures the controlled rule. It has no defaults but those stated: the caller
// sets all other fields.
type Controlled struct {
	// ErrorRate bounds the probability of a wrong answer for each tier.
	ErrorRate float64
	// Block is the length of the blocks of time treated as independent, which is the
	// longest spell of lateness that an answer allows for; 0 means half a turn.
	Block time.Duration
	// MaxMeasure bounds the total measuring time of one number of agents, and Budget the
	// time of all phases.
	MaxMeasure, Budget time.Duration
	// SpawnRate and Drain are those of every plan. Settle is, if it is not 0; negative
	// means none.
	SpawnRate     float64
	Settle, Drain time.Duration
	// Scan makes the search try numbers between those that it has tried, once the tiers
	// are settled, until neighbors differ by a tenth at most.
	Scan bool
	// Companion makes a search of a single number measure a second one in turn, a fifth
	// larger, which sharpens the load curve. It is then tried although it is beyond Max.
	Companion bool
	// Steady returns the steady state of the load at a pace. It depends on nothing else.
	// Nil means that it is unknown.
	Steady func(record.Pace) Population
}

// LeastTime returns the shortest measuring time in which a number of agents could pass, at
// blocks of the given length: the one without a single late request.
func (cfg Controlled) LeastTime(tiers []Tier, block time.Duration) time.Duration {
	strictest := 1.0
	for i := range tiers {
		for j := range tiers[i].Criteria {
			if c := &tiers[i].Criteria[j]; c.Metric == TTFT {
				strictest = min(strictest, c.Limit())
			}
		}
	}
	if !(strictest > 0 && strictest < 1 && cfg.ErrorRate > 0) {
		return 0
	}
	blocks := max(confseq.MinBlocks, math.Ceil(needed(cfg.ErrorRate, search.Pass, 0, 1)/-math.Log1p(-strictest)))
	return time.Duration(min(blocks*float64(block), float64(forever)))
}
