package slt

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// counter answers every request with one token and counts its prompt as it
// likes, given the number of words; a negative count is none.
func counter(t *testing.T, bodies *[]string, count func(words int) int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var body struct {
			Messages  []struct{ Content string }
			MaxTokens int `json:"max_tokens"`
		}
		if err := json.Unmarshal(text, &body); err != nil || len(body.Messages) != 1 || body.MaxTokens != 1 {
			t.Errorf("%v: %s", err, text)
			return
		}
		*bodies = append(*bodies, body.Messages[0].Content)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"delta":{"content":"x"},"finish_reason":"length"}]}`+"\n\n")
		if n := count(len(strings.Fields(body.Messages[0].Content))); n >= 0 {
			fmt.Fprintf(w, `data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":1}}`+"\n\n", n)
		}
		fmt.Fprint(w, "data: [DONE]\n\n")
	})
}

func TestCalibrate(t *testing.T) {
	const instruction = 12 // words behind the filler
	for _, tt := range []struct {
		name   string
		want   int
		count  func(words int) int
		got    int    // of tokens
		within int    // of that
		warns  string // a part of the warning
	}{
		{"a token a word", 1000, func(n int) int { return n }, 1000, 0, ""},
		{"and a template", 1000, func(n int) int { return n + 73 }, 1000, 0, ""},
		{"three tokens for two words", 1000, func(n int) int { return 200 + n*3/2 }, 1000, 1, ""},
		{"a token for two words", 1000, func(n int) int { return n / 2 }, 1000, 0, ""},
		{"nine tokens a word", 1000, func(n int) int { return 9 * n }, 1000, 10, ""},
		{"not a line", 1000, func(n int) int { return int(math.Pow(float64(n), 1.2)) }, 1000, 10, ""},
		{"long", 100_000, func(n int) int { return 5 + n*11/10 }, 100_000, 1000, ""},
		{"the template is longer", 20, func(n int) int { return n + 80 }, instruction + 1 + 80, 0, "the nearest that the server counts is 93"},
		{"the count is constant", 1000, func(int) int { return 7 }, 7, 0, "the nearest that the server counts is 7"},
		{"fewer for more words", 1000, func(n int) int { return max(0, 400-n) + 1 }, 1, 400, "the nearest"},
		{"no count", 1000, func(int) int { return -1 }, 0, 0, "does not count prompt tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var bodies []string
			server := memnet.Serve(counter(t, &bodies, tt.count))
			defer server.Close()
			client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
			if err != nil {
				t.Fatal(err)
			}
			sender := load.HTTPSender(client.Conn())
			defer load.Close(sender)
			words, got, warning, err := calibrate(t.Context(), sender, shape{model: "m", wanted: 1000, tokens: 1000, ignoreEOS: true}, 1, tt.want)
			if err != nil || math.Abs(float64(got-tt.got)) > float64(tt.within) || (warning == "") != (tt.warns == "") || !strings.Contains(warning, tt.warns) {
				t.Errorf("%d words are %d tokens, %q, %v; want %d tokens and %q", words, got, warning, err, tt.got, tt.warns)
			}
			if again := tt.count(words + instruction); got > 0 && again != got {
				t.Errorf("%d words are %d tokens, not %d", words, again, got)
			}
			if len(bodies) > probes {
				t.Errorf("%d probes, want at most %d", len(bodies), probes)
			}
			for i, b := range bodies[1:] {
				if b[:40] == bodies[i][:40] {
					t.Errorf("two probes begin alike: %.40q", b)
				}
			}
		})
	}
}

// A probe for one token does not ask for thinking with a budget, for which it has no room.
func TestCalibrateWithoutThinking(t *testing.T) {
	s := shape{model: "m", fields: map[string]json.RawMessage{"thinking": json.RawMessage(`{"type":"enabled","budget_tokens":1024}`)}}
	sender := trajectory.SenderFunc(func(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
		clock.Sent(time.Now())
		defer func() { clock.Done(time.Now()) }()
		if c, err := r.Chat(); err != nil || c.Fields["thinking"] != nil || r.MaxTokens != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		clock.Arrived(time.Now(), 1, 1)
		clock.Usage(metrics.Usage{Prompt: 50, Completion: 1})
		return nil
	})
	if _, got, warning, err := calibrate(t.Context(), sender, s, 1, 50); got != 50 || warning != "" || err != nil {
		t.Errorf("%d, %q, %v", got, warning, err)
	}
}

func TestPrompts(t *testing.T) {
	s := shape{
		model: `a "model"`, words: 50, tokens: 1000, ignoreEOS: true,
		fields: map[string]json.RawMessage{"ignore_eos": json.RawMessage("false"), "top_p": json.RawMessage("0.8")},
	}
	if s.forced() {
		t.Error("answers are forced although the user's field says otherwise")
	}
	seen := make(map[string]bool)
	for worker := range 20 {
		p := s.prompter(random(7, 3, worker))
		again := s.prompter(random(7, 3, worker))
		for range 20 {
			text := string(p.next())
			if text != string(again.next()) {
				t.Fatal("one seed gives two prompts")
			}
			var body struct {
				Model         string
				Messages      []struct{ Role, Content string }
				Stream        bool
				StreamOptions struct {
					IncludeUsage bool `json:"include_usage"`
				} `json:"stream_options"`
				MaxTokens int     `json:"max_tokens"`
				IgnoreEOS *bool   `json:"ignore_eos"`
				TopP      float64 `json:"top_p"`
			}
			if err := json.Unmarshal([]byte(text), &body); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			if body.Model != `a "model"` || !body.Stream || !body.StreamOptions.IncludeUsage || body.MaxTokens != 1000 || *body.IgnoreEOS || body.TopP != 0.8 || strings.Count(text, "ignore_eos") != 1 {
				t.Fatalf("%+v", body)
			}
			// The first nine words tell queries apart, and a cache has blocks
			// of 16 and more.
			head := body.Messages[0].Content[:4*9]
			if seen[head] {
				t.Fatalf("two queries begin with %q", head)
			}
			seen[head] = true
		}
	}
}
