package generate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A tool is one that sessions may call.
type tool struct {
	name      string
	parameter string  // its only one, a string
	share     float64 // of all calls
}

// tools are those of a coding agent, with the shares that they have in recorded
// Claude Code sessions.
var tools = [...]tool{
	{"bash", "command", 0.30},
	{"read", "path", 0.25},
	{"edit", "path", 0.21},
	{"grep", "pattern", 0.13},
	{"todo", "list", 0.06},
	{"write", "path", 0.05},
	{"glob", "pattern", 0},
	{"fetch", "url", 0},
}

// parameter returns the name of the parameter of a tool.
func parameter(name string) string {
	for _, t := range tools {
		if t.name == name {
			return t.parameter
		}
	}
	return ""
}

// pick draws the name of a tool.
func pick(rng *rand.Rand) string {
	u := rng.Float64()
	for _, t := range tools {
		if u -= t.share; u < 0 {
			return t.name
		}
	}
	return tools[0].name
}

// A scaffold is what all sessions of one version of an agent begin with.
type scaffold struct {
	tools  json.RawMessage
	prompt *trajectory.History // the system prompt
	tokens int                 // of both
}

// scaffolds makes the scaffolds of a set of sessions.
func (r recipe) scaffolds(seed uint64) []scaffold {
	rng := newRand(seed, -1, purposePlan)
	var store trajectory.Store
	variants := make([]scaffold, between(r.variants, rng))
	for i := range variants {
		text := newRand(seed, -1-i, purposeText)
		var definitions []byte
		if n := between(r.tools, rng); n > 0 {
			definitions = appendTools(nil, n, text)
		}
		system, n := appendMessage(nil, `{"role":"system","content":"`, between(r.system, rng), `"}`, text)
		var list json.RawMessage
		if definitions != nil {
			list = must(store.Raw(definitions))
		}
		variants[i] = scaffold{
			tools:  list,
			prompt: must(store.Append(nil, system)),
			tokens: len(definitions)/filler.BytesPerToken + n,
		}
	}
	return variants
}

// appendTools appends a JSON array of tool definitions of the given length.
func appendTools(dst []byte, tokens int, rng *rand.Rand) []byte {
	from, end := len(dst), len(dst)+tokens*filler.BytesPerToken
	for i, t := range tools {
		start := fmt.Sprintf(`,{"type":"function","function":{"name":%q,"description":"`, t.name)
		if i == 0 {
			start = "[" + start[1:]
		}
		stop := fmt.Sprintf(`","parameters":{"type":"object","properties":{%q:{"type":"string"}},"required":[%[1]q]}}}`, t.parameter)
		if i == len(tools)-1 {
			stop += "]"
		}
		// An equal share of what is left, so that the last one ends in place.
		size := (end - len(dst)) / (len(tools) - i)
		dst = append(dst, start...)
		dst = filler.Append(dst, size-len(start)-len(stop), rng)
		dst = append(dst, stop...)
	}
	if len(dst) != end {
		panic(fmt.Sprintf("generate: tools of %d bytes, expected %d", len(dst)-from, end-from))
	}
	return dst
}

// between draws a whole number from a range, both ends included.
func between(r [2]int, rng *rand.Rand) int { return r[0] + rng.IntN(r[1]-r[0]+1) }

// must returns v. Generated content is well formed, so a store never rejects it.
func must[T any](v T, err error) T {
	if err != nil {
		panic("generate: rejected content: " + err.Error())
	}
	return v
}
