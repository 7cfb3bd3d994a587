package format_test

import (
	"fmt"
	"testing/fstest"

	"github.com/agentperf/agentperf-go/trajectory/format"
)

// A chat, from which each assistant's message becomes a request.
func ExampleOpenFS() {
	fsys := fstest.MapFS{"chat.jsonl": {Data: []byte(
		`{"id": "greeting", "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello!"}]}`)}}
	w, err := format.OpenFS(fsys, "chat.jsonl")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range w.Trajectories {
		fmt.Printf("%s: %d request, answered with %d tokens (%v)\n", t.ID, len(t.Turns), t.Turns[0].OutputTokens, t.Turns[0].Origins.Output)
	}
	// Output: greeting: 1 request, answered with 2 tokens (estimated)
}

// Mistakes are reported together, each with its line and field.
func ExampleOpenFS_mistakes() {
	fsys := fstest.MapFS{"session.jsonl": {Data: []byte(
		`{"conversation_id": "s", "conversation_idx": 0, "messages": [{"role": "user", "content": "hi"}], "tools": null}
		 {"conversation_id": "s", "conversation_idx": 2, "messages": "hi"}`)}}
	_, err := format.OpenFS(fsys, "session.jsonl")
	fmt.Println(err)
	// Output:
	// session.jsonl:2: messages: a string, expected an array
	// session.jsonl:2: conversation_idx: 2, expected 1
}
