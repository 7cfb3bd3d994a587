package plain_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// The widths that terminals with a current wcwidth give these.
func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"":                       0,
		"8x B200":                7,
		"é":                      1, // one character
		"e\u0301":                1, // two
		"ü\u0308\u0300":          1,
		"東京":                     4,
		"ｗｉｄｅ":                   8,
		"ﾊﾝｶｸ":                   4, // half wide
		"한국":                     4,
		"\u1112\u1161\u11ab":     2, // 한 of its parts
		"😀":                      2,
		"\U0001f1e9\U0001f1ea":   2, // a flag: two narrow ones
		"עברית":                  5,
		"─│┌█▒●▼":                7, // ambiguous
		"Ω≈ç√∫":                  5,
		"\u3000":                 2,
		"🇯🇵東":                    4,
		"a\u20dd":                1, // in a circle
		"\U00020000":             2,
		"½ × 3":                  5,
		"✓":                      1,
		"✅":                      2,
		`a\u001b`:                7,
		"กำ":                     2,
		"नमस्ते":                 4,
		"\ufffd":                 1,
		"line \u2500\u2500 ends": 12,
	} {
		if got := plain.Width(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestCutAndPad(t *testing.T) {
	for _, tt := range []struct {
		text    string
		columns int
		want    string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"abcdef", 1, "…"}, {"abcdef", 0, ""}, {"abcdef", -3, ""},
		{"東京都", 6, "東京都"}, {"東京都", 5, "東京…"}, {"東京都", 4, "東…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"", 0, ""},
	} {
		if got := plain.Cut(tt.text, tt.columns, "…"); got != tt.want || plain.Width(got) > max(0, tt.columns) {
			t.Errorf("%q in %d columns is %q, want %q", tt.text, tt.columns, got, tt.want)
		}
	}
	if got := plain.Pad("東", 4, false) + "|" + plain.Pad("7", 3, true) + "|" + plain.Pad("abc", 2, true); got != "東  |  7|abc" {
		t.Errorf("%q", got)
	}
}

// Columns stand under each other whatever is in them, and nothing in a cell breaks its row.
func TestTable(t *testing.T) {
	var table plain.Table
	table.Words("system")
	table.Numbers("agents", "P25 speed, tok/s")
	table.Words("")
	table.Row("東京", "8", "104.6", "on demand")
	table.Row("e\u0301", "12345678", "", "x")
	table.Row("two\nlines\x1b[2J", "1", "0.5")
	want := strings.Join([]string{
		"system                 agents  P25 speed, tok/s",
		"東京                        8             104.6  on demand",
		"e\u0301                    12345678                 -  x",
		`two\nlines\u001b[2J         1               0.5  -`,
	}, "\n") + "\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var none plain.Table
	if none.Row("x"); none.String() != "\n\n" {
		t.Errorf("%q", none.String())
	}
}

// A table that is too wide has its units under its heads, and then loses the columns that it can
// do without, in their order; no cell is wider than half a terminal.
func TestTableFits(t *testing.T) {
	table := func(columns int) string {
		var table plain.Table
		table.Numbers("n", "speed, tok/s", "time, s", "x")
		table.Row("1", "12.5", "0.1", "4")
		table.Fit(columns, "time, s", "x", "no such")
		return table.String()
	}
	for columns, want := range map[int]string{
		0:  "n  speed, tok/s  time, s  x\n1          12.5      0.1  4\n",
		27: "n  speed, tok/s  time, s  x\n1          12.5      0.1  4\n",
		26: "n  speed  time  x\n   tok/s     s\n1   12.5   0.1  4\n",
		17: "n  speed  time  x\n   tok/s     s\n1   12.5   0.1  4\n",
		16: "n  speed  x\n   tok/s\n1   12.5  4\n",
		10: "n  speed\n   tok/s\n1   12.5\n",
		1:  "n  speed\n   tok/s\n1   12.5\n",
	} {
		if got := table(columns); got != want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
	for columns, most := range map[int]int{0: 120, 80: 40} {
		var long plain.Table
		long.Words(strings.Repeat("head ", 400), "x")
		long.Row(strings.Repeat("東", 1000), "y")
		long.Fit(columns)
		for line := range strings.Lines(long.String()) {
			if n := plain.Width(strings.TrimSuffix(line, "\n")); n > most+3 || n < most || !strings.Contains(line, "…") {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
}
