package plain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/plain"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"Qwen3 32B, 東京, é, עברית ✓":      "Qwen3 32B, 東京, é, עברית ✓",
		"a\x1b[31mred":                   `a\u001b[31mred`,
		"two\r\nlines\tof":               `two\r\nlines\tof`,
		"\u009b31m\x7f":                  `\u009b31m\u007f`,
		"gpt\u202e4-\u2066x\u200b\ufeff": `gpt\u202e4-\u2066x\u200b\ufeff`,
		"tag\U000e0041":                  `tag\udb40\udc41`,
		"\u3164\u00ad\u2028\u2029":       `\u3164\u00ad\u2028\u2029`,
		"cut\xe2\x82 \xff\x1b":           "cut\ufffd \ufffd" + `\u001b`,
		"cut\xff":                        "cut\ufffd",
	} {
		if got := plain.Text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := plain.Lines("a\tb\n\x1bc\r\n"); got != "a\tb\n"+`\u001bc\r`+"\n" {
		t.Errorf("%q", got)
	}
}

// A character may come in two writes, and JSON stays what it is.
func TestWriter(t *testing.T) {
	text := "{\"a\":\"\u202e東\U000e0041\u200b\\u001b é\"}\n"
	for cut := range len(text) + 1 {
		var b strings.Builder
		w := plain.NewWriter(&b)
		for _, part := range []string{text[:cut], text[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		var got, want any
		if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		json.Unmarshal([]byte(text), &want)
		if g, w := got.(map[string]any)["a"], want.(map[string]any)["a"]; g != w || strings.ContainsAny(b.String(), "\u202e\u200b") || !strings.Contains(b.String(), "東") {
			t.Errorf("cut at %d: %q", cut, b.String())
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range plain.Text(s) {
			if !plain.Visible(r) {
				t.Fatalf("%q leaves %q", s, r)
			}
		}
	})
}
