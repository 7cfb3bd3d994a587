package chart

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	const name = "8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, chunked prefill"
	if got := Cut(name, 1000, 13); got != name {
		t.Error(got)
	}
	got := Cut(name, 200, 13)
	if Width(got, 13) > 200 || !strings.HasPrefix(got, "8x MI300X") || !strings.HasSuffix(got, "prefill") || !strings.Contains(got, "…") {
		t.Errorf("%q", got)
	}
	if got := Cut(strings.Repeat("W", 1_000_000), 500, 13); Width(got, 13) > 500 {
		t.Error(len(got))
	}
	if got := Cut("", 10, 13); got != "" {
		t.Errorf("%q", got)
	}
}

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		`</script><script>`:    `&lt;/script&gt;&lt;script&gt;`,
		`"><img onerror='x'`:   `&#34;&gt;&lt;img onerror=&#39;x&#39;`,
		"a\u202eb\u200bc\x00d": `a\u202eb\u200bc\u0000d`,
		"\xff":                 "\ufffd",
	} {
		if got := Escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
