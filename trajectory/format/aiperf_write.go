package format

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// aiperfStart holds the fields before the messages of a row.
type aiperfStart struct {
	Session string `json:"session_id"`
}

// aiperfEnd holds the fields after the messages.
type aiperfEnd struct {
	Mode   string          `json:"message_mode"`
	Tools  json.RawMessage `json:"tools,omitempty"`
	Output int             `json:"output_length,omitempty"`
	Delay  *float64        `json:"delay,omitempty"`
}

// WriteAIPerf writes w as JSON Lines in AIPerf's mooncake_trace format: for each
// request its session, the whole history as chat messages, the tools, the length
// of the answer, and the delay after the previous answer in milliseconds. The
// format has no place for anything else: subagents become sessions of their own,
// and the recorded time that their parent waited for them becomes part of its
// delay; waits for a person and for tools become the same.
//
// Since every row holds the whole context, the output is many times as large as
// the workload in memory. Nothing is written of a workload that could not be read
// back.
func WriteAIPerf(out io.Writer, w *trajectory.Workload) error {
	if err := checkWorkload(w); err != nil {
		return err
	}
	b := bufio.NewWriter(out)
	for t := range w.Threads() {
		waits, _ := recordedWaits(t)
		for i := range t.Turns {
			end := aiperfEnd{Mode: "history", Tools: t.Turns[i].Tools, Output: t.Turns[i].OutputTokens}
			if i > 0 && waits[i] >= 0 {
				end.Delay = new(min(millis(waits[i]), maxMillis))
			}
			if err := writeMessages(b, aiperfStart{t.ID}, t.Turns[i].History, end); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// recordedWaits returns for each turn the recorded time since the end of the
// previous answer, negative if unknown, and the duration of the whole session.
// The recorded delays do not contain the time waited for subagents, so it is
// computed by playing the session as a replay does.
func recordedWaits(t *trajectory.Trajectory) (waits []time.Duration, took time.Duration) {
	ends := make(map[int]time.Duration) // of subagents, by the turn that joins them
	known := make(map[int]bool)
	byTurn := make(map[int][]trajectory.Subagent) // by the turn that they come after
	for _, s := range t.Subagents {
		if s.Join > 0 {
			byTurn[s.After] = append(byTurn[s.After], s)
		}
	}
	start := func(after int, at time.Duration) {
		for _, s := range byTurn[after] {
			_, d := recordedWaits(s.Trajectory)
			ends[s.Join] = max(ends[s.Join], at+s.Delay+d)
			known[s.Join] = true
		}
	}
	start(-1, 0)
	for i := range t.Turns {
		wait := time.Duration(0)
		if i > 0 {
			before := &t.Turns[i-1]
			begin := max(took, ends[i]) + before.ToolDelay + before.HumanDelay
			wait = begin - took
			if took = begin; !before.ToolDelayKnown && before.HumanDelay == 0 && !known[i] {
				wait = -1
			}
		}
		waits = append(waits, wait)
		took += t.Turns[i].ModelTime
		start(i, took)
	}
	return waits, took
}
