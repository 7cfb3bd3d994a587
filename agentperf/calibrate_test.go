package agentperf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A tokenizer is a server that counts a token for so many bytes of what messages say, and 30
// for its template; 0 states no usage. It answers 100 tokens a second.
type tokenizer struct {
	bytes int
	// cached, if set, returns how many of the tokens of a prompt it says are cached.
	cached func(text string, tokens int) int

	mu    sync.Mutex
	texts []string // of all prompts, messages joined
}

func (s *tokenizer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		io.WriteString(w, `{"data":[{"id":"m"}]}`)
		return
	}
	var q struct {
		MaxTokens int `json:"max_tokens"`
		Messages  []struct{ Content string }
	}
	json.NewDecoder(r.Body).Decode(&q)
	var texts []string
	for _, m := range q.Messages {
		texts = append(texts, m.Content)
	}
	text := strings.Join(texts, "")
	s.mu.Lock()
	s.texts = append(s.texts, text)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	for range q.MaxTokens {
		time.Sleep(10 * time.Millisecond)
		io.WriteString(w, event(`{"content":" word"}`))
		http.NewResponseController(w).Flush()
	}
	io.WriteString(w, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`+"\n\n")
	if s.bytes > 0 {
		prompt, details := 30+len(text)/s.bytes, ""
		if s.cached != nil {
			details = fmt.Sprintf(`,"prompt_tokens_details":{"cached_tokens":%d}`, s.cached(text, prompt))
		}
		fmt.Fprintf(w, `data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d%s}}`+"\n\n", prompt, q.MaxTokens, details)
	}
	io.WriteString(w, "data: [DONE]\n\n")
}

// hashed returns sessions without text: all begin with the same 2,048 tokens, the first turn
// has 2,048 more, and each turn after it 512.
func hashed(t *testing.T, sessions, turns int) *trajectory.Workload {
	t.Helper()
	var store trajectory.Store
	w := &trajectory.Workload{Name: "hashed"}
	for i := range sessions {
		tr := &trajectory.Trajectory{ID: fmt.Sprint("s", i)}
		var h *trajectory.History
		tokens := 0
		add := func(role string, blocks ...trajectory.Block) {
			var err error
			if h, err = store.AppendSynthetic(h, []byte(`{"role":"`+role+`","content":""}`), blocks); err != nil {
				t.Fatal(err)
			}
			for _, b := range blocks {
				tokens += b.Tokens
			}
		}
		own := func(k, tokens int) trajectory.Block {
			return trajectory.Block{Seed: uint64(100*i + k), Tokens: tokens}
		}
		for k := range turns {
			if k == 0 {
				add("user", trajectory.Block{Seed: 1e6, Tokens: 2048}, own(0, 2048))
			} else {
				add("assistant", own(2*k, 16))
				add("user", own(2*k+1, 496))
			}
			tr.Turns = append(tr.Turns, trajectory.Turn{
				History: h, OutputTokens: 20, PromptTokens: tokens, ToolDelayKnown: true,
				Origins: trajectory.Origins{Text: trajectory.Synthetic},
			})
		}
		w.Trajectories = append(w.Trajectories, tr)
	}
	w.ShareBlocks()
	return w
}

// checked checks 2 agents against a server in virtual time.
func checked(t *testing.T, server http.Handler, change func(*agentperf.Config)) (report *agentperf.Report, requests []agentperf.Request) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := memnet.Serve(server)
		t.Cleanup(net.Close)
		var lines bytes.Buffer
		cfg := agentperf.Config{
			Workload: hashed(t, 3, 6), Tiers: floor(10), Requests: &lines,
			Rule: agentperf.Point{SpawnRate: -1, Settle: time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Second},
		}
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", net.Dial
		if change != nil {
			change(&cfg)
		}
		var err error
		if report, err = agentperf.Check(t.Context(), cfg, 2); err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(lines.Bytes()) {
			var r agentperf.Request
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			if r.Trajectory != "" {
				requests = append(requests, r)
			}
		}
	})
	return report, requests
}

// warned returns what the warnings with a code say.
func warned(warnings []metrics.Warning, code string) string {
	return texts(slices.DeleteFunc(slices.Clone(warnings), func(w metrics.Warning) bool { return w.Code != code }))
}

// What was recorded with so many tokens has as many by the count of the endpoint, whatever
// its tokenizer: more than that are only the template's 30 and the prefix of the play. What
// sessions share stays the same text.
func TestSyntheticTextIsCalibrated(t *testing.T) {
	for bytesPerToken, want := range map[int]float64{3: 0.75, 4: 1, 6: 1.5} {
		server := &tokenizer{bytes: bytesPerToken}
		report, requests := checked(t, server, nil)
		if got := report.Config.SyntheticFactor; math.Abs(got-want) > 0.001 {
			t.Errorf("%d bytes a token: factor %v, want %v", bytesPerToken, got, want)
		}
		if text := warned(report.Warnings, "not_calibrated"); text != "" {
			t.Error(text)
		}
		if len(requests) < 50 {
			t.Fatalf("%d requests", len(requests))
		}
		for _, r := range requests {
			if r.InputTokens == nil { // cut at the end
				continue
			}
			// A prefix has at most 64 tokens of about four bytes.
			if more := *r.InputTokens - *r.Recorded; more < 28 || more > 30+64*6/bytesPerToken {
				t.Fatalf("%d bytes a token: turn %d has %d tokens, recorded %d", bytesPerToken, r.Turn, *r.InputTokens, *r.Recorded)
			}
		}
		// The first two of each kind are the preflight's and the calibration's.
		shared := server.texts[len(server.texts)-1][:2048*bytesPerToken-100]
		for i, text := range server.texts {
			if len(text) > 4096*bytesPerToken && !strings.HasPrefix(text, shared) && i > 4 {
				t.Fatalf("request %d begins with other text", i)
			}
		}
	}
}

func TestNotCalibrated(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bytes  int
		change func(*agentperf.Config)
		factor float64
		want   string // in the warning; empty for none
		asked  int    // prompts of the calibration
	}{
		{"no usage", 0, nil, 1, "does not state how many tokens", 2},
		{"a tokenizer of bytes", 1, nil, 1, "differ by 2048 short words have 542 and 8734 tokens", 2},
		{"two bytes", 2, nil, 0.5, "", 2},
		{"sixteen bytes", 16, nil, 1, "differ by 2048 short words have 62 and 574 tokens", 2},
		{"a constant count", 1 << 30, nil, 1, "have 30 and 30 tokens", 2},
		{"given", 3, func(c *agentperf.Config) { c.Policy.SyntheticFactor = 0.5 }, 0.5, "", 0},
		{"recorded text", 3, func(c *agentperf.Config) { c.Workload = workload(t, 3, []int{20, 20}, 0) }, 0, "", 0},
		{"a small window", 4, func(c *agentperf.Config) { c.ContextTokens, c.Workload = 1024, smaller(t) }, 1, "", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := &tokenizer{bytes: tt.bytes}
			report, _ := checked(t, server, tt.change)
			if got := report.Config.SyntheticFactor; got != tt.factor {
				t.Errorf("factor %v, want %v", got, tt.factor)
			}
			if small := warned(report.Warnings, "small_tokens"); (small != "") != (tt.bytes == 2) {
				t.Errorf("warning %q", small)
			}
			if text := warned(report.Warnings, "not_calibrated"); !strings.Contains(text, tt.want) || (text == "") != (tt.want == "") {
				t.Errorf("warning %q, want %q", text, tt.want)
			}
			asked := 0
			for _, text := range server.texts {
				if words := strings.Fields(text); len(words)%128 == 0 && len(words) > 0 && len(text) == 4*len(words) {
					asked++
				}
			}
			if asked != tt.asked {
				t.Errorf("%d prompts asked, want %d", asked, tt.asked)
			}
		})
	}
}

// smaller returns a session of 512 tokens.
func smaller(t *testing.T) *trajectory.Workload {
	var store trajectory.Store
	h, err := store.AppendSynthetic(nil, []byte(`{"role":"user","content":""}`), []trajectory.Block{{Seed: 1, Tokens: 511}})
	if err != nil {
		t.Fatal(err)
	}
	return &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "a", Turns: []trajectory.Turn{{
		History: h, OutputTokens: 20, PromptTokens: 511, Origins: trajectory.Origins{Text: trajectory.Synthetic},
	}}}}}
}

// A run that is resumed keeps the factor of its journal, and says so where the endpoint now
// counts otherwise; another one that is asked for is another measurement.
func TestResumeKeepsTheFactor(t *testing.T) {
	dir := t.TempDir()
	journal := func(c *agentperf.Config) { c.Journal, c.Rule = dir, brief(); c.MaxPhases = 1 }
	run := func(bytesPerToken int, change func(*agentperf.Config)) (report *agentperf.Report, err error) {
		synctest.Test(t, func(t *testing.T) {
			net := memnet.Serve(&tokenizer{bytes: bytesPerToken})
			t.Cleanup(net.Close)
			cfg := agentperf.Config{Workload: hashed(t, 3, 6), Tiers: floor(10)}
			cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", net.Dial
			journal(&cfg)
			change(&cfg)
			report, err = agentperf.Run(t.Context(), cfg)
		})
		return report, err
	}
	first, _ := run(3, func(*agentperf.Config) {})
	text, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil || len(first.Phases) != 1 || !strings.Contains(string(text), fmt.Sprintf(`"synthetic_tokens_factor":%v`, first.Config.SyntheticFactor)) {
		t.Fatalf("%v, %d phases, %.300s", err, len(first.Phases), text)
	}
	again, _ := run(3, func(c *agentperf.Config) { c.MaxPhases = 2 })
	if again.Resumed != 1 || len(again.Phases) != 2 || again.Config.SyntheticFactor != first.Config.SyntheticFactor || warned(again.Warnings, "calibration") != "" {
		t.Errorf("resumed %d of %d phases with %v, want %v: %v", again.Resumed, len(again.Phases), again.Config.SyntheticFactor, first.Config.SyntheticFactor, again.Warnings)
	}
	other, _ := run(6, func(c *agentperf.Config) { c.MaxPhases = 3 })
	if got := warned(other.Warnings, "calibration"); other.Config.SyntheticFactor != first.Config.SyntheticFactor || !strings.Contains(got, "0.750 words for each token that was recorded, as in the journal; now it would be 1.500") {
		t.Errorf("factor %v, warning %q", other.Config.SyntheticFactor, got)
	}
	if _, err := run(3, func(c *agentperf.Config) { c.Policy.SyntheticFactor = 1.2 }); err == nil || !strings.Contains(err.Error(), "synthetic_tokens_factor") {
		t.Errorf("another factor: %v", err)
	}
	// As evidence of another run the phases count only at the same factor.
	earlier := func(c *agentperf.Config) { c.Earlier, c.Journal = []string{dir}, "" }
	if got, err := run(3, earlier); strings.Contains(fmt.Sprint(err), "Earlier") || warned(got.Warnings, "earlier") == "" {
		t.Errorf("as evidence: %v, %v", err, got.Warnings)
	}
	if _, err := run(6, earlier); err == nil || !strings.Contains(err.Error(), "synthetic_tokens_factor") {
		t.Errorf("as evidence of another tokenizer: %v", err)
	}
}
