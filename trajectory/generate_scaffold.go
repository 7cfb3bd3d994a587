package trajectory

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/filler"
)

// A generatedTool is a tool that generated sessions may call.
type generatedTool struct {
	name     string
	argument string  // its one parameter, a string
	share    float64 // of all calls
}

// generatedTools are the tools of a coding agent. The shares are those of
// recorded Claude Code sessions.
func generatedTools() []generatedTool {
	return []generatedTool{
		{"bash", "command", 0.30},
		{"read", "path", 0.25},
		{"edit", "path", 0.21},
		{"grep", "pattern", 0.13},
		{"todo", "list", 0.06},
		{"write", "path", 0.05},
		{"glob", "pattern", 0},
		{"fetch", "url", 0},
	}
}

// pick draws a tool.
func pick(tools []generatedTool, rng *rand.Rand) generatedTool {
	u := rng.Float64()
	for _, t := range tools {
		if u -= t.share; u < 0 {
			return t
		}
	}
	return tools[0]
}

// A scaffold is what all sessions of one agent version begin with.
type scaffold struct {
	tools   json.RawMessage
	context *Context // the system prompt
	tokens  int      // of both
}

// scaffolds makes the variants of a shape.
func (s shape) scaffolds(seed uint64) []scaffold {
	rng := newRand(seed, -1, purposePlan)
	var store Store
	variants := make([]scaffold, between(s.variants, rng))
	for i := range variants {
		text := newRand(seed, -1-i, purposeText)
		var tools []byte
		if n := between(s.tools, rng); n > 0 {
			tools = appendTools(nil, n, text)
		}
		system, n := appendMessage(nil, `{"role":"system","content":"`, between(s.system, rng), `"}`, text)
		var list json.RawMessage
		if tools != nil {
			list = must(store.Raw(tools))
		}
		variants[i] = scaffold{
			tools:   list,
			context: must(store.Append(nil, system)),
			tokens:  len(tools)/filler.BytesPerToken + n,
		}
	}
	return variants
}

// appendTools appends a JSON array of tool definitions of the given length.
func appendTools(dst []byte, tokens int, rng *rand.Rand) []byte {
	tools := generatedTools()
	from, end := len(dst), len(dst)+tokens*filler.BytesPerToken
	for i, t := range tools {
		start := fmt.Sprintf(`,{"type":"function","function":{"name":%q,"description":"`, t.name)
		if i == 0 {
			start = "[" + start[1:]
		}
		stop := fmt.Sprintf(`","parameters":{"type":"object","properties":{%q:{"type":"string"}},"required":[%[1]q]}}}`, t.argument)
		if i == len(tools)-1 {
			stop += "]"
		}
		// An equal share of what is left, so that the last ends where it must.
		size := (end - len(dst)) / (len(tools) - i)
		dst = append(dst, start...)
		dst = filler.Append(dst, size-len(start)-len(stop), rng)
		dst = append(dst, stop...)
	}
	if len(dst) != end {
		panic(fmt.Sprintf("trajectory: tools of %d bytes, expected %d", len(dst)-from, end-from))
	}
	return dst
}

// appendMessage appends a message of filler between two pieces of JSON. It is
// as long as the tokens given, or as the shortest that is a whole number of
// tokens; which, it returns.
func appendMessage(dst []byte, start string, tokens int, stop string, rng *rand.Rand) (_ []byte, made int) {
	made = max(tokens, (len(start)+len(stop)+filler.BytesPerToken-1)/filler.BytesPerToken)
	dst = append(dst, start...)
	dst = filler.Append(dst, made*filler.BytesPerToken-len(start)-len(stop), rng)
	return append(dst, stop...), made
}

// between draws from the whole numbers of a range, both ends included.
func between(r [2]int, rng *rand.Rand) int { return r[0] + rng.IntN(r[1]-r[0]+1) }

// must unwraps what a Store says to generated content, which is well formed.
func must[T any](v T, err error) T {
	if err != nil {
		panic("trajectory: generated content: " + err.Error())
	}
	return v
}
