package decide

import (
	"time"

	"github.com/agentperf/agentperf-go/internal/derive"
)

func clamp(x, least, most float64) float64 { return max(least, min(most, x)) }

func clampInt(n, least, most int) int { return max(least, min(most, n)) }

func seconds(s float64) time.Duration { return time.Duration(min(s*1e9, float64(forever))) }

// ramp returns the time from the first agent's start to the last one's.
func ramp(agents int, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(agents-1) / rate * float64(time.Second))
}

const (
	mostSum    = 1e24           // of anything in a phase
	mostLog    = 100            // of a speed
	mostAgents = 1_000_000      // in one process; beyond any machine's ports
	longest    = derive.Longest // of any part of a phase
	forever    = 100 * longest  // more than anything is measured for
)
