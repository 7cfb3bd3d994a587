package format

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// harBody returns the body of a request, which must be JSON. It may be encoded, with or
// without a word about it.
func harBody(post gjson.Result) (string, error) {
	text := post.Get("text").Str
	err := checkJSON([]byte(text))
	if err == nil {
		return text, nil
	}
	data, ok := fromBase64(text)
	if !ok {
		if text == "" {
			err = errors.New("empty")
		}
		return "", err
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if z, zerr := gzip.NewReader(bytes.NewReader(data)); zerr == nil {
			plain, zerr := io.ReadAll(io.LimitReader(z, maxDocument))
			if zerr == nil {
				data = plain
			}
		}
	}
	if post.Get("encoding").Str == "base64" || checkJSON(data) == nil {
		return string(data), checkJSON(data)
	}
	return "", err
}

// fromBase64 decodes any of the usual forms of base64.
func fromBase64(text string) (data []byte, ok bool) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(text)
	data, err := base64.RawStdEncoding.DecodeString(text)
	return data, err == nil && len(data) > 0
}

// harUsage returns the token counts of a response, streamed or not, 0 if unknown. A
// stream may state each of them several times, together or apart: the last that is not
// 0 counts, unless the parts of the input were more together in one place.
func harUsage(content gjson.Result) (u counts) {
	text := content.Get("text").Str
	if content.Get("encoding").Str == "base64" {
		if data, ok := fromBase64(text); ok {
			text = string(data)
		}
	}
	var apart struct{ input, written, read, output int } // as Anthropic counts
	most := 0                                            // input in one place
	take := func(usage gjson.Result) {
		set := func(n *int, name string) {
			if v := tokens(usage.Get(name)); v > 0 {
				*n = v
			}
		}
		set(&apart.input, "input_tokens")
		set(&apart.written, "cache_creation_input_tokens")
		set(&apart.read, "cache_read_input_tokens")
		set(&apart.output, "output_tokens")
		if n, _ := anthropicInput(usage); n <= maxPrompt {
			most = max(most, n)
		}
		if c := chatCounts(usage); c.input > 0 || c.output > 0 {
			u = c
		}
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if checkJSON([]byte(text)) == nil {
			take(gjson.Get(text, "usage"))
		}
	} else {
		for line := range strings.Lines(text) {
			data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:")
			if !ok || !strings.Contains(data, `"usage"`) || checkJSON([]byte(data)) != nil {
				continue
			}
			event := gjson.Parse(data)
			take(event.Get("usage"))
			take(event.Get("message.usage"))
		}
	}
	if u.input == 0 {
		u.input = min(max(most, apart.input+apart.written+apart.read), maxPrompt)
	}
	if u.output == 0 {
		u.output = apart.output
	}
	return u
}

// chatCounts returns the counts of a usage in the form of chat completions.
func chatCounts(usage gjson.Result) counts {
	return counts{
		input: tokens(usage.Get("prompt_tokens")), cached: tokens(usage.Get("prompt_tokens_details.cached_tokens")),
		output: tokens(usage.Get("completion_tokens")), reasoning: tokens(usage.Get("completion_tokens_details.reasoning_tokens")),
		total: tokens(usage.Get("total_tokens")),
	}
}
