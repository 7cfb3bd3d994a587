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

// Texts are cut between words, if that leaves enough of them.
func TestCutBetweenWords(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		want  string
	}{
		{"8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, expert parallel, chunked prefill", 270, "8x MI300X OAM, SGLang…prefill"},
		{"8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, expert parallel, chunked prefill", 100, "8x MI300X…"},
		{"8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, expert parallel, chunked prefill", 80, "8x MI300X…"},
		{"a " + strings.Repeat("b", 40), 100, "a bbbbbb…bbbb"}, // one long word
		{strings.Repeat("b", 40), 100, "bbbbbbb…bbbb"},
	} {
		if got := Cut(tt.text, tt.width, large); got != tt.want || Width(got, large) > tt.width {
			t.Errorf("in %v: %q, want %q", tt.width, got, tt.want)
		}
	}
}

// Names that have no room lose the words that all begin with before they lose what tells them
// apart.
func TestAbbreviate(t *testing.T) {
	for _, tt := range []struct {
		width       float64
		names, want string
	}{
		{150, "8x H100|8x H200, max thr.", "8x H100|8x H200, max thr."},
		{86, "8x H100|8x H200, max thr.|8x H200, min. lat.|8x H200, optimal|8x B200", "H100|H200, max thr.|H200, min. lat.|H200, optimal|B200"},
		{86, "8x B200|8x MI300X OAM, SGLang 0.5.4", "8x B200|8x MI300X…"}, // nothing is won
		{86, "8x MI300X OAM, SGLang", "8x MI300X…"},
		{86, "8x|8x H200 and more words", "8x|8x H200…"}, // nothing would be left of the first
		{86, "a system with the name one|a system with the name two", "one|two"},
		{86, "4x system with the name one|8x system with the name one", "4x system…|8x system…"},
		{86, "alphabet soup one beta gamma|alphabet soup two beta gamma|other", "…one beta…|…two beta…|other"},
	} {
		names := strings.Split(tt.names, "|")
		got := abbreviate(names, tt.width, medium)
		if strings.Join(got, "|") != tt.want {
			t.Errorf("in %v: %q, want %q", tt.width, got, tt.want)
		}
		for _, s := range got {
			if Width(s, medium) > tt.width {
				t.Errorf("%q is %v wide", s, Width(s, medium))
			}
		}
	}
}

// No text of others makes a table wide or a page large: what is cut is in the title.
func TestLongCells(t *testing.T) {
	long := strings.Repeat("name ", 400)
	got := string(Table{Caption: "x", Head: []string{"a", "b"}, Rows: []Row{{Cells: []string{long, long}}, {Cells: []string{"short", "1"}}}}.HTML())
	if n := strings.Count(got, "title="); n != 2 || len(got) > 1600 || !strings.Contains(got, "<th scope=\"row\">short</th><td>1</td>") || strings.Contains(got, strings.Repeat("name ", 80)) {
		t.Errorf("%d titles in %d bytes: %s", n, len(got), got)
	}
}
