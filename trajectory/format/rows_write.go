package format

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/agentperf/agentperf-go/trajectory"
)

// WriteJSONL writes w as rows, one trajectory after another. Beside the four
// fields of the format, each row has the recorded token counts and times, their
// origins and the place of a subagent, so that the workload replays the same when
// it is read back. The format has no place for
// [trajectory.Trajectory.ContextTokens], findings, and the name and source of the
// workload. Synthetic text is written out.
//
// Since every row holds the whole context, the output is many times as large as
// the workload in memory. Nothing is written of a workload that could not be read
// back, such as one with two trajectories of the same ID.
func WriteJSONL(out io.Writer, w *trajectory.Workload) error {
	if err := checkWorkload(w); err != nil {
		return err
	}
	b := bufio.NewWriter(out)
	for _, t := range threads(w) {
		for i := range t.Turns {
			start := rowStart{ConversationID: t.ID, ConversationIdx: i}
			start.link(t)
			if err := writeRow(b, start, &t.Turns[i]); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// writeTrace writes the rows of one task.
func writeTrace(out io.Writer, t thread) error {
	b := bufio.NewWriter(out)
	for i := range t.Turns {
		start := rowStart{
			Version: 1, TurnID: fmt.Sprintf("%s:%04d", t.ID, i), TaskID: t.ID,
			ConversationID: t.ID, ConversationIdx: i,
		}
		start.link(t)
		if err := writeRow(b, start, &t.Turns[i]); err != nil {
			return err
		}
	}
	return b.Flush()
}

// rowStart holds the fields before the messages of a row.
type rowStart struct {
	Version         int    `json:"version,omitempty"`
	TurnID          string `json:"turn_id,omitempty"`
	TaskID          string `json:"task_id,omitempty"`
	ConversationID  string `json:"conversation_id"`
	ConversationIdx int    `json:"conversation_idx"`

	ParentID string  `json:"parent_conversation_id,omitempty"`
	After    *int    `json:"subagent_after,omitempty"`
	Delay    float64 `json:"subagent_delay_ms,omitempty"`
	Join     int     `json:"subagent_join,omitempty"`
}

// link sets parent and place on the first row of a subagent.
func (r *rowStart) link(t thread) {
	if t.parent != "" && r.ConversationIdx == 0 {
		r.ParentID, r.After, r.Delay, r.Join = t.parent, &t.place.After, millis(t.place.Delay), t.place.Join
	}
}

// rowEnd holds the fields after the messages. Zero means not recorded, except for
// the tool delay, which is nil then.
type rowEnd struct {
	Tools            json.RawMessage `json:"tools"`
	OutputTokens     int             `json:"target_output_tokens,omitempty"`
	MaxOutputTokens  int             `json:"max_output_tokens,omitempty"`
	PromptTokens     int             `json:"recorded_prompt_tokens,omitempty"`
	CompletionTokens int             `json:"recorded_completion_tokens,omitempty"`
	ModelTime        float64         `json:"recorded_model_duration_ms,omitempty"`
	ToolDelay        *float64        `json:"simulated_tool_delay_ms_after,omitempty"`
	ToolCalls        []toolCall      `json:"recorded_tool_calls_after,omitempty"`
	HumanDelay       float64         `json:"human_delay_ms_after,omitempty"`
	Origins          originsJSON     `json:"origins,omitzero"`
}

// originsJSON are the origins of a row; recorded is left out.
type originsJSON struct {
	Text   string `json:"text,omitempty"`
	Input  string `json:"input,omitempty"`
	Output string `json:"output,omitempty"`
	Delay  string `json:"delay,omitempty"`
}

func originName(o trajectory.Origin) string {
	if o == trajectory.Recorded {
		return ""
	}
	return o.String()
}

type toolCall struct {
	Duration float64 `json:"duration_ms"`
	ID       string  `json:"tool_call_id,omitempty"`
	Name     string  `json:"tool_name,omitempty"`
}

// writeRow writes one line.
func writeRow(b *bufio.Writer, start rowStart, t *trajectory.Turn) error {
	end := rowEnd{
		Tools:            json.RawMessage("[]"),
		OutputTokens:     t.OutputTokens,
		MaxOutputTokens:  t.MaxOutputTokens,
		PromptTokens:     t.PromptTokens,
		CompletionTokens: t.CompletionTokens,
		ModelTime:        millis(t.ModelTime),
		HumanDelay:       millis(t.HumanDelay),
		Origins: originsJSON{
			originName(t.Origins.Text), originName(t.Origins.Input), originName(t.Origins.Output), originName(t.Origins.Delay),
		},
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
	return writeMessages(b, start, t.History, end)
}
