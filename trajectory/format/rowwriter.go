package format

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// WriteJSONL writes w as rows, one trajectory after the other. Beside the four
// fields of that form each row has the recorded lengths and times, where there
// are any, so that a workload read from it replays alike; only
// [trajectory.Trajectory.ContextTokens] and the workload's name and source
// have no place.
//
// As every row holds the whole context, the output is many times as large as
// the workload in memory. Nothing is written of a workload that could not be
// read again, such as one with two trajectories of the same ID.
func WriteJSONL(out io.Writer, w *trajectory.Workload) error {
	if err := checkWorkload(w); err != nil {
		return err
	}
	b := bufio.NewWriter(out)
	for _, t := range w.Trajectories {
		for i := range t.Turns {
			if err := writeRow(b, rowStart{ConversationID: t.ID, ConversationIdx: i}, &t.Turns[i]); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// writeTrace writes the rows of a manifest's task.
func writeTrace(out io.Writer, t *trajectory.Trajectory) error {
	b := bufio.NewWriter(out)
	for i := range t.Turns {
		start := rowStart{
			Version: 1, TurnID: fmt.Sprintf("%s:%04d", t.ID, i), TaskID: t.ID,
			ConversationID: t.ID, ConversationIdx: i,
		}
		if err := writeRow(b, start, &t.Turns[i]); err != nil {
			return err
		}
	}
	return b.Flush()
}

// rowStart is what stands before the messages of a row.
type rowStart struct {
	Version         int    `json:"version,omitempty"`
	TurnID          string `json:"turn_id,omitempty"`
	TaskID          string `json:"task_id,omitempty"`
	ConversationID  string `json:"conversation_id"`
	ConversationIdx int    `json:"conversation_idx"`
}

// rowEnd is what stands after them. Zero means not recorded throughout, but
// for the delay.
type rowEnd struct {
	Tools            json.RawMessage `json:"tools"`
	OutputTokens     int             `json:"target_output_tokens,omitempty"`
	MaxOutputTokens  int             `json:"max_output_tokens,omitempty"`
	PromptTokens     int             `json:"recorded_prompt_tokens,omitempty"`
	CompletionTokens int             `json:"recorded_completion_tokens,omitempty"`
	ModelTime        float64         `json:"recorded_model_duration_ms,omitempty"`
	ToolDelay        *float64        `json:"simulated_tool_delay_ms_after,omitempty"`
	ToolCalls        []toolCall      `json:"recorded_tool_calls_after,omitempty"`
}

type toolCall struct {
	Duration float64 `json:"duration_ms"`
	ID       string  `json:"tool_call_id,omitempty"`
	Name     string  `json:"tool_name,omitempty"`
}

// writeRow writes one line. The messages are written as they are stored,
// without building the row: it may be megabytes.
func writeRow(b *bufio.Writer, start rowStart, t *trajectory.Turn) error {
	end := rowEnd{
		Tools:            json.RawMessage("[]"),
		OutputTokens:     t.OutputTokens,
		MaxOutputTokens:  t.MaxOutputTokens,
		PromptTokens:     t.PromptTokens,
		CompletionTokens: t.CompletionTokens,
		ModelTime:        millis(t.ModelTime),
	}
	if len(t.Tools) > 0 {
		end.Tools = t.Tools
	}
	if t.ToolDelayKnown {
		end.ToolDelay = new(millis(t.ToolDelay))
	}
	for _, c := range t.ToolCalls {
		end.ToolCalls = append(end.ToolCalls, toolCall{millis(c.Duration), c.ID, c.Name})
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // tools are kept as recorded, to the byte
	if err := e.Encode(start); err != nil {
		return err
	}
	b.Write(bytes.TrimSuffix(buf.Bytes(), []byte("}\n")))
	b.WriteString(`,"messages":[`)
	comma := ""
	for m := range t.Context.All() {
		b.WriteString(comma)
		b.Write(m.JSON())
		comma = ","
	}
	b.WriteString("],")
	buf.Reset()
	if err := e.Encode(end); err != nil {
		return err
	}
	_, err := b.Write(bytes.TrimPrefix(buf.Bytes(), []byte("{")))
	return err
}

// millis returns d in milliseconds. Up to a day it is read back as the same d.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
