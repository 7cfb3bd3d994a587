// Package demo holds the small workload that the example programs replay when
// they are given none: a dozen made-up coding sessions, short in context and
// output, with tools that take no time. It shows how things work; it is no
// measure of what coding agents ask of a real system.
package demo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	sessions = 12
	system   = "You are a coding agent at work in a repository. Use the tools to read, search and edit files and to run the tests. Keep changes small and say what you did."
)

var tools = json.RawMessage(`[` +
	`{"type":"function","function":{"name":"read_file","description":"Return the text of a file.","parameters":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}},` +
	`{"type":"function","function":{"name":"run","description":"Run a shell command and return its output.","parameters":{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}}}]`)

// message is a chat message in the order in which its fields are sent.
type message struct {
	Role       string `json:"role"`
	Content    string `json:"content"`
	ToolCalls  []call `json:"tool_calls,omitempty"`
	ToolCallID string `json:"tool_call_id,omitempty"`
}

type call struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// Workload returns the workload, the same each time.
func Workload() *trajectory.Workload {
	w := &trajectory.Workload{Name: "demo", Source: "embedded, made up"}
	b := &builder{rng: rand.New(rand.NewPCG(2026, 11))}
	for i := range sessions {
		w.Trajectories = append(w.Trajectories, b.session(i))
	}
	return w
}

type builder struct {
	store trajectory.Store
	rng   *rand.Rand
}

// session makes one session of 6 to 12 turns with answers of 24 to 64 tokens.
func (b *builder) session(i int) *trajectory.Trajectory {
	t := &trajectory.Trajectory{ID: fmt.Sprintf("demo-%02d", i), Source: "embedded"}
	c := b.add(nil, message{Role: "system", Content: system})
	c = b.add(c, message{Role: "user", Content: fmt.Sprintf("Issue %d: %s Find the cause and mend it.", 100+i, b.text(60))})
	turns := 6 + b.rng.IntN(7)
	for j := range turns {
		turn := trajectory.Turn{History: c, Tools: tools, OutputTokens: 24 + b.rng.IntN(41), ToolDelayKnown: true}
		var use call
		use.ID, use.Type = fmt.Sprintf("call_%d_%d", i, j), "function"
		use.Function.Name = "read_file"
		use.Function.Arguments = fmt.Sprintf(`{"path":"pkg/%s.go"}`, b.word())
		turn.ToolCalls = []trajectory.ToolCall{{ID: use.ID, Name: use.Function.Name}}
		t.Turns = append(t.Turns, turn)
		c = b.add(c, message{Role: "assistant", Content: b.text(15), ToolCalls: []call{use}})
		c = b.add(c, message{Role: "tool", ToolCallID: use.ID, Content: b.text(40 + b.rng.IntN(200))})
	}
	return t
}

func (b *builder) add(c *trajectory.History, m message) *trajectory.History {
	raw, err := json.Marshal(m)
	if err == nil {
		c, err = b.store.Append(c, raw)
	}
	if err != nil {
		panic("demo: " + err.Error()) // made up wrongly
	}
	return c
}

var words = strings.Fields("the test of a cache fails when two readers close one file and then open it again before " +
	"index lock buffer size header offset parse token state queue limit retry value error nil map slice channel " +
	"returns checks writes holds drops leaves expects misses counts")

func (b *builder) word() string { return words[b.rng.IntN(len(words))] }

// text returns n words.
func (b *builder) text(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = b.word()
	}
	return strings.Join(out, " ") + "."
}
