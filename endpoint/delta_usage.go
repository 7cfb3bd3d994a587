package endpoint

import (
	"math"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/metrics"
)

// scanUsage scans a usage object, which some servers send with every event.
func (d *delta) scanUsage(t jsonscan.Text, i int) int {
	if t.Is(i, 'n') {
		return t.Literal(i, "null")
	}
	var u metrics.Usage
	d.counted = false
	i, more := t.Open(i, '{')
	for more {
		var name []byte
		var n int
		name, i = t.Name(i)
		switch string(name) {
		case "prompt_tokens":
			u.Prompt, i = scanCount(t, i)
			d.counted = true
		case "completion_tokens":
			u.Completion, i = scanCount(t, i)
			d.counted = true
		case "prompt_tokens_details":
			n, i = scanDetail(t, i, "cached_tokens")
			u.Cached = max(u.Cached, n)
		case "prompt_cache_hit_tokens": // DeepSeek's name
			n, i = scanCount(t, i)
			u.Cached = max(u.Cached, n)
		case "completion_tokens_details":
			u.Reasoning, i = scanDetail(t, i, "reasoning_tokens")
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	d.usage = consistent(u) // nothing, if neither was there
	return i
}

// scanDetail scans an object and returns the first count of the wanted name.
func scanDetail(t jsonscan.Text, i int, wanted string) (n, after int) {
	var seen bool
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		if string(name) == wanted && !seen {
			seen = true
			n, i = scanCount(t, i)
		} else {
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	return n, i
}

func scanCount(t jsonscan.Text, i int) (n, after int) {
	if t.Is(i, 'n') {
		return 0, t.Literal(i, "null")
	}
	return t.Uint(i)
}

// parseUsage reads a usage object. ok is false without a plausible count of output or
// input tokens. An impossible detail, such as more cached tokens than input tokens,
// counts as absent.
func parseUsage(v gjson.Result) (u metrics.Usage, ok bool) {
	good := true
	total := func(v gjson.Result) int {
		n, believable := count(v)
		good = good && believable
		ok = true
		return n
	}
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "prompt_tokens":
			u.Prompt = total(value)
		case "completion_tokens":
			u.Completion = total(value)
		case "prompt_tokens_details":
			n, _ := count(value.Get("cached_tokens"))
			u.Cached = max(u.Cached, n)
		case "prompt_cache_hit_tokens": // DeepSeek's name
			n, _ := count(value)
			u.Cached = max(u.Cached, n)
		case "completion_tokens_details":
			u.Reasoning, _ = count(value.Get("reasoning_tokens"))
		}
		return true
	})
	if !ok || !good {
		return metrics.Usage{}, false
	}
	return consistent(u), true
}

// consistent drops impossible details.
func consistent(u metrics.Usage) metrics.Usage {
	if u.Cached > u.Prompt {
		u.Cached = 0
	}
	if u.Reasoning > u.Completion {
		u.Reasoning = 0
	}
	return u
}

// count reads a number of tokens, 0 for null.
func count(v gjson.Result) (n int, believable bool) {
	if v.Type == gjson.Null {
		return 0, true
	}
	if v.Type != gjson.Number || v.Num < 0 || v.Num > 1e9 || v.Num != math.Trunc(v.Num) {
		return 0, false
	}
	return int(v.Num), true
}
