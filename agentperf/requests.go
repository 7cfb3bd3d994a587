package agentperf

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Request is one line of Config.Requests. Fields that Artificial Analysis' client also
// writes have the same names there. Durations are in seconds and instants in seconds since
// 1970 (UTC). Pointers are nil if the value is unknown.
type Request struct {
	Phase           int      `json:"phase_idx"`
	ID              string   `json:"request_id"`
	Agent           int      `json:"user_id"`
	Trajectory      string   `json:"conversation_id"`
	Subagent        string   `json:"subagent,omitempty"`
	Turn            int      `json:"conversation_idx"` // counted within the subagent, if there is one
	Start           float64  `json:"start_time"`
	End             float64  `json:"end_time"`
	Success         bool     `json:"success"`
	TTFT            *float64 `json:"ttft"`
	InputTokens     *int     `json:"server_input_tokens"`
	OutputTokens    *int     `json:"server_output_tokens"`
	CachedTokens    *int     `json:"server_cached_tokens"`
	Session         string   `json:"session"`
	Measured        bool     `json:"measured"`
	Outcome         string   `json:"outcome"`
	Error           string   `json:"error,omitempty"`
	OutputSpeed     *float64 `json:"output_speed"` // tokens per second; nil if unmeasurable
	MaxTokens       int      `json:"max_tokens"`
	Events          int      `json:"events"`
	Tokens          int      `json:"tokens"`
	TokenSource     string   `json:"token_source,omitempty"`
	FirstTokens     int      `json:"first_tokens"`
	FirstSource     string   `json:"first_tokens_source,omitempty"`
	LatenessSeconds float64  `json:"lateness"`
}

// writeRequests writes the requests of a phase in the order of their records.
func writeRequests(w io.Writer, index int, times phase.Times, all []record) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	counts := make(map[int]int) // requests of each agent
	for i := range all {
		r := &all[i]
		row := Request{
			Phase: index, ID: fmt.Sprintf("%d-%d-%d", index, r.agent, counts[r.agent]), Agent: r.agent,
			Trajectory: r.play.Trajectory.ID, Subagent: r.subagent, Turn: r.turn, Session: r.play.Session,
			Start: seconds(r.timing.Sent), End: seconds(r.timing.Sent.Add(r.timing.E2E)),
			Success: r.outcome == endpoint.OutcomeOK, Measured: times.Measured(r.begin),
			Outcome: string(r.outcome), Error: r.message, MaxTokens: r.maxTokens,
			Events: r.timing.Events, Tokens: r.timing.Tokens, TokenSource: string(r.timing.TokenSource),
			FirstTokens: r.timing.FirstTokens, FirstSource: string(r.timing.FirstSource),
			LatenessSeconds: r.timing.Lateness.Seconds(),
		}
		counts[r.agent]++
		row.fill(&r.timing)
		if r.measurable {
			row.OutputSpeed = new(float64(r.speed))
		}
		if err := enc.Encode(row); err != nil {
			return fmt.Errorf("agentperf: writing requests: %w", err)
		}
	}
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("agentperf: writing requests: %w", err)
	}
	return nil
}

// fill sets what only some responses have.
func (row *Request) fill(t *metrics.Timing) {
	if d, ok := t.TTFT(); ok {
		row.TTFT = new(d.Seconds())
	}
	if t.UsageReported {
		row.InputTokens, row.OutputTokens, row.CachedTokens = new(t.Usage.Prompt), new(t.Usage.Completion), new(t.Usage.Cached)
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
