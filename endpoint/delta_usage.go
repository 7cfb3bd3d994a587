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
	cached, total := -1, 0
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
			cached = max(cached, n)
		case "prompt_cache_hit_tokens": // DeepSeek's name
			n, i = scanStated(t, i)
			cached = max(cached, n)
		case "completion_tokens_details":
			n, i = scanDetail(t, i, "reasoning_tokens")
			u.Reasoning = max(0, n)
		case "total_tokens":
			total, i = scanCount(t, i)
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	if d.usage = (metrics.Usage{}); d.counted {
		d.usage = consistent(u, cached, total)
	}
	return i
}

// scanDetail scans an object and returns the first count of the wanted name; -1 without
// one.
func scanDetail(t jsonscan.Text, i int, wanted string) (n, after int) {
	var seen bool
	n = -1
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		if string(name) == wanted && !seen {
			seen = true
			n, i = scanStated(t, i)
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

// scanStated scans a count, -1 for null.
func scanStated(t jsonscan.Text, i int) (n, after int) {
	if t.Is(i, 'n') {
		return -1, t.Literal(i, "null")
	}
	return t.Uint(i)
}

// usageNames are what an API calls the counts of its usage.
type usageNames struct{ input, inputDetails, output, outputDetails string }

var (
	chatUsage      = usageNames{"prompt_tokens", "prompt_tokens_details", "completion_tokens", "completion_tokens_details"}
	responsesUsage = usageNames{"input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details"}
)

// parseUsage reads a usage object. ok is false without a plausible count of output or
// input tokens. An impossible detail, such as more cached tokens than input tokens,
// counts as absent.
func parseUsage(v gjson.Result, names usageNames) (u metrics.Usage, ok bool) {
	good := true
	cached, all := -1, 0
	total := func(v gjson.Result) int {
		n, believable := count(v)
		good = good && believable
		ok = true
		return n
	}
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case names.input:
			u.Prompt = total(value)
		case names.output:
			u.Completion = total(value)
		case names.inputDetails:
			cached = max(cached, stated(value.Get("cached_tokens")))
		case "prompt_cache_hit_tokens": // DeepSeek's name
			cached = max(cached, stated(value))
		case "total_tokens":
			all, _ = count(value)
		case names.outputDetails:
			u.Reasoning, _ = count(value.Get("reasoning_tokens"))
		}
		return true
	})
	if !ok || !good {
		return metrics.Usage{}, false
	}
	return consistent(u, cached, all), true
}

// consistent completes a usage with the number of cached tokens, -1 where it is not stated,
// and drops impossible details. total is the number of all tokens; 0 where it is not
// stated.
func consistent(u metrics.Usage, cached, total int) metrics.Usage {
	if cached >= 0 && cached <= u.Prompt {
		u.Cached, u.CachedStated = cached, true
	}
	switch {
	case u.Reasoning > 0 && total == u.Prompt+u.Completion+u.Reasoning:
		// xAI and gateways to Gemini count reasoning beside the completion.
		u.Completion += u.Reasoning
	case u.Reasoning > u.Completion:
		u.Reasoning = 0
	}
	return u
}

// usageAfter returns the usage of a response of which an earlier event had one already. The
// later counts for all that it states: zeros do not replace a count.
func (d *delta) usageAfter(before metrics.Usage) metrics.Usage {
	u := d.usage
	if u.Completion == 0 && before.Completion > 0 {
		u.Completion, u.Reasoning = before.Completion, before.Reasoning
	}
	if _, ok := u.CachedTokens(); u.Prompt == 0 && before.Prompt > 0 || !ok && u.Prompt == before.Prompt {
		u.Prompt, u.Cached, u.CachedStated = before.Prompt, before.Cached, before.CachedStated
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

// stated reads a number of tokens, -1 where there is none.
func stated(v gjson.Result) int {
	if n, believable := count(v); believable && v.Type == gjson.Number {
		return n
	}
	return -1
}
