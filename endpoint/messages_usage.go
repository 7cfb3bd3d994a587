package endpoint

import (
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/metrics"
)

// tokens are the counts of one event of [APIMessages]. The prompt has three parts that do
// not overlap: what came from a cache, what went into it, and the rest. Each count is one
// higher than it was stated, so that 0 means not stated.
//
// SGLang counts the cached part in the rest as well. That has the same shape, so that its
// prompts look too long by what was cached.
type tokens struct{ input, read, written, output int }

func parseTokens(v gjson.Result) (k tokens) {
	good := true
	v.ForEach(func(key, value gjson.Result) bool {
		if to := k.field(key.Str); to != nil {
			n, believable := count(value)
			good = good && believable
			if *to = 0; value.Type == gjson.Number {
				*to = n + 1
			}
		}
		return true
	})
	if !good || !v.IsObject() {
		return tokens{}
	}
	return k
}

func (k *tokens) scan(t jsonscan.Text, i int) int {
	if t.Is(i, 'n') {
		return t.Literal(i, "null")
	}
	*k = tokens{}
	i, more := t.Open(i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		if to := k.field(string(name)); to != nil {
			var n int
			n, i = scanStated(t, i)
			*to = n + 1
		} else {
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	return i
}

func (k *tokens) field(name string) *int {
	switch name {
	case "input_tokens":
		return &k.input
	case "cache_read_input_tokens":
		return &k.read
	case "cache_creation_input_tokens":
		return &k.written
	case "output_tokens":
		return &k.output
	}
	return nil
}

// tokens takes in the counts of an event.
func (d *delta) tokens(k tokens) {
	stated := func(n int) int { return max(0, n-1) }
	const most = 1_000_000_000 // what count believes
	prompt := stated(k.input) + stated(k.read) + stated(k.written)
	if k == (tokens{}) || prompt > most {
		return
	}
	d.counted, d.fresh = true, stated(k.input)
	d.usage = metrics.Usage{Prompt: prompt, Completion: stated(k.output)}
	if k.read > 0 && prompt > 0 { // no prompt is empty: LiteLLM writes 0 for what it does not know yet
		d.usage.Cached, d.usage.CachedStated = stated(k.read), true
	}
}

// inputSeen is what an event with counts of cached input said of the input.
type inputSeen struct {
	usage metrics.Usage
	fresh int
}

// complete adds what an event leaves out that repeats the input of an earlier one, but not
// which parts of the prompt came from a cache or went into it. Other than that, counts of
// two events are never mixed: what one calls the input is the whole prompt for another.
func (s *inputSeen) complete(d *delta) {
	switch u := d.usage; {
	case u.CachedStated || u.Prompt > d.fresh:
		*s = inputSeen{u, d.fresh}
	case d.fresh > 0 && d.fresh == s.fresh:
		d.usage.Prompt, d.usage.Cached, d.usage.CachedStated = s.usage.Prompt, s.usage.Cached, s.usage.CachedStated
	}
}
