package endpoint

import (
	"encoding/json"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
)

// FuzzDelta holds parseDelta against encoding/json: what is not JSON is refused,
// and no count is ever negative or absurd.
func FuzzDelta(f *testing.F) {
	for _, s := range []string{
		`{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}`,
		`{"choices":[{"index":1,"delta":{"content":"no"}},{"delta":{"reasoning":"r","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"finish_reason":"stop"}]}`,
		`{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":4}}}`,
		`{"usage":{"completion_tokens":1e300}}`, `{"usage":null,"error":null}`,
		`{"error":{"message":"m"}}`, `{"object":"error","message":"m"}`, `{"error":"e"}`, `[]`, `{`, `"x"`, `{"choices":{"index":0}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseDelta(data)
		if (err == nil) && !json.Valid(data) {
			t.Fatalf("%q is taken for JSON", data)
		}
		if err != nil && d != (delta{}) {
			t.Fatalf("%q: %v and %+v", data, err, d)
		}
		u := d.usage
		if d.visible < 0 || u.Prompt < 0 || u.Cached < 0 || u.Completion < 0 || u.Reasoning < 0 || u.Reasoning > u.Completion || !d.counted && u != (metrics.Usage{}) {
			t.Fatalf("%q: %+v", data, d)
		}
	})
}
