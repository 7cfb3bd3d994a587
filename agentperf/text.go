package agentperf

import (
	"fmt"
	"strconv"
)

// roundTime returns seconds as text, rounded for readers.
func roundTime(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.1fs", seconds)
	case seconds < 600:
		return fmt.Sprintf("%.0fs", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return strconv.Itoa(n) + " agents"
}

func speedText(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *v)
}

// limitNumber writes a number of agents with a fraction, which tells nobody anything beyond
// a hundred.
func limitNumber(x float64) string {
	if x < 99.95 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// holds says that a number of agents holds.
func holds(n int) string {
	if n == 1 {
		return "1 agent holds"
	}
	return agents(n) + " hold"
}

func seems(n int) string {
	if n == 1 {
		return "seems"
	}
	return "seem"
}
