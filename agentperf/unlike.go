package agentperf

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/trajectory"
)

// codeUnlike is the warning of requests that are unlike those of the steady state.
const codeUnlike = "unlike_steady_state"

// unlikely is how far, relative, what a phase measured may be from the steady state of the
// workload before the report says so: as much as the controlled rule bears before it gives no
// verdict.
const unlikely = 0.1

// unlike says how the requests that a phase measured differ from those of the steady state.
// Under the point rule agents begin within the first turns of their sessions, and get to where
// they would stand only after about as long as a session lasts.
func unlike(measured *decide.LoadObservation, steady trajectory.Means) []string {
	if measured.Requests == 0 || steady.Input == 0 {
		return nil
	}
	input, turn := measured.Input/measured.Requests, measured.Turn/measured.Requests
	if math.Abs(input/steady.Input-1) <= unlikely && math.Abs(turn-steady.Turn) <= unlikely*max(steady.Turn, 1) {
		return nil
	}
	return []string{fmt.Sprintf("the requests measured have %.0f input tokens and %.1f turns before them on average, those of the workload's steady state %.0f and %.1f: "+
		"a system whose speed depends on either holds another number of agents there than it seems", input, turn, steady.Input, steady.Turn)}
}
