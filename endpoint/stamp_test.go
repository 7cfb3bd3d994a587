package endpoint_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

const event = `data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}` + "\n\n"

// A whole answer that comes at once has no speed.
func TestBufferedAnswerIsUnmeasurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			io.WriteString(w, strings.Repeat(event, 100)+answer)
		}), endpoint.Config{})
		var c metrics.Clock
		if err := conn.Send(t.Context(), "", body(1, ""), &c); err != nil {
			t.Fatal(err)
		}
		if v, ok := c.Timing().OutputSpeed(); ok {
			t.Errorf("speed %v of an answer that came at once", v)
		}
	})
}

// What counts as the first visible output, and what hidden reasoning is.
func TestVisibleOutput(t *testing.T) {
	chunk := func(delta string) string { return `data: {"choices":[{"index":0,"delta":` + delta + `}]}` + "\n\n" }
	for _, tt := range []struct {
		name, text string
		events     int
		hidden     int
	}{
		{"content", chunk(`{"content":"x"}`), 1, 0},
		{"reasoning", chunk(`{"reasoning":"x"}`) + chunk(`{"reasoning_content":"y"}`), 2, 0},
		{"tool name and arguments", chunk(`{"tool_calls":[{"id":"1","function":{"name":"f","arguments":""}}]}`) + chunk(`{"tool_calls":[{"function":{"arguments":"{"}}]}`), 2, 0},
		{"not visible", chunk(`{"role":"assistant"}`) + chunk(`{"content":""}`) + chunk(`{"content":null}`) + chunk(`{"tool_calls":[{"id":"1"}]}`) + `data: {"choices":[],"usage":null}` + "\n\n: comment\n\ndata:\n\n", 0, 0},
		{"second choice", `data: {"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":"stop"}]}` + "\n\n", 0, 0},
		{"second after first", `data: {"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{"content":"x"}}]}` + "\n\n", 1, 0},
		{"hidden reasoning", `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":90,"completion_tokens_details":{"reasoning_tokens":80}}}` + "\n\n", 0, 80},
		{"shown reasoning", chunk(`{"reasoning":"x"}`) + `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":90,"completion_tokens_details":{"reasoning_tokens":80}}}` + "\n\n", 1, 0},
		{"usage that cannot be", `data: {"choices":[],"usage":{"completion_tokens":-5}}` + "\n\n" + `data: {"choices":[],"usage":{"completion_tokens":1.5}}` + "\n\n", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.WriteString(w, tt.text+answer+"data: [DONE]\n\n")
				}), endpoint.Config{})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(1, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				if got.Events != tt.events+1 || got.Usage.Hidden != tt.hidden || got.Tokens < 0 {
					t.Errorf("%d events and %d hidden tokens, want %d and %d", got.Events-1, got.Usage.Hidden, tt.events, tt.hidden)
				}
			})
		})
	}
}

// Recorded streams of real servers, see ../../shared/sse/README.md.
func TestTranscripts(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "sse")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no transcripts beside the repository")
	}
	for file, want := range map[string]struct {
		outcome endpoint.Outcome
		tokens  int
		cached  int
	}{
		"llama-server-tool-call.txt":           {endpoint.OutcomeOK, 8, -1},
		"mock-llm-plain.txt":                   {endpoint.OutcomeOK, 2, 0}, // no usage: events
		"llama-server-error-event-in-200.txt":  {endpoint.OutcomeErrorEvent, -1, -1},
		"llama-server-ping-comments.txt":       {endpoint.OutcomeTruncated, 0, 0},
		"ollama-runner-killed-clean-end.txt":   {endpoint.OutcomeTruncated, -1, 0},
		"llama-server-plain.txt":               {"", 12, -1},
		"llm-d-inference-sim-plain.txt":        {"", -1, 80},
		"llm-d-inference-sim-v0.3.0-plain.txt": {"", -1, 0},
		"llm-d-inference-sim-tool-call.txt":    {"", -1, -1},
		"ollama-plain.txt":                     {"", 12, 0},
		"llama-server-prompt-progress.txt":     {"", -1, -1},
	} {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/event-stream")
					for line := range bytes.Lines(text) { // unpaced lines: events split over writes
						w.Write(line)
						http.NewResponseController(w).Flush()
					}
				})
				alike(t, handler, body(1, ""), false)
				_, conn := connect(t, handler, endpoint.Config{})
				var c metrics.Clock
				err := conn.Send(t.Context(), "", body(1, ""), &c)
				got := c.Timing()
				// In an excerpt the cut may hide the finish_reason: then only
				// the shapes count.
				if want.outcome != "" && outcome(err) != want.outcome || want.outcome == "" && outcome(err) != endpoint.OutcomeOK && outcome(err) != endpoint.OutcomeTruncated {
					t.Errorf("%v, want %s", err, want.outcome)
				}
				if want.tokens >= 0 && got.Tokens != want.tokens || want.cached >= 0 && got.Usage.Cached != want.cached {
					t.Errorf("%d tokens, %d cached; want %d, %d", got.Tokens, got.Usage.Cached, want.tokens, want.cached)
				}
				if want.outcome == "" && got.Events == 0 {
					t.Error("no visible output")
				}
			})
		})
	}
}
