package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Numbers stand where they belong on the bar: worked out by hand.
func TestBracket(t *testing.T) {
	look := NewLook(80, 24, env("NO_COLOR", "1"))
	for _, tt := range []struct {
		s            Scale
		holds, fails int
		want         string
	}{
		{Scale{16, 16}, 14, 15, "##############--"},
		{Scale{16, 16}, 8, 13, "########====----"},
		{Scale{16, 16}, 0, 0, "================"},
		{Scale{16, 16}, 0, 4, "===-------------"},
		{Scale{16, 16}, 0, 1, "----------------"},
		{Scale{16, 16}, 16, 0, "################"},
		{Scale{16, 16}, 2, 0, "##=============="},
		{Scale{1, 16}, 1, 0, "#==============="},
		{Scale{64, 13}, 8, 16, "#######=-----"},  // log 2: 1, 2, 4, ... 64 are two columns apart
		{Scale{64, 13}, 11, 12, "########-----"}, // neighbors in one column: what holds is shown
		{Scale{1000, 10}, 999, 1000, "##########"},
		{Scale{16, 16}, 15, 3, "###############-"}, // they contradict each other
	} {
		if got := look.Render([]Line{look.Bracket(tt.s, tt.holds, tt.fails)})[0]; got != tt.want {
			t.Errorf("%+v, %d hold, %d do not: %q, want %q", tt.s, tt.holds, tt.fails, got, tt.want)
		}
	}
	if got := look.Render([]Line{look.Here(Scale{16, 16}, 14), look.Progress(0.5, 8), look.Progress(7, 4), look.Progress(-1, 4), look.Bar(Blue, 0.25, 8)}); strings.Join(got, "|") != "             v 14|####....|####|....|##" {
		t.Errorf("%q", got)
	}
}

func TestRender(t *testing.T) {
	look := NewLook(10, 24, env("LANG", "C.UTF-8"))
	for _, tt := range []struct {
		line Line
		want string
	}{
		{nil, ""},
		{Text(Normal, "plain"), "plain"},
		{Text(Bold, "bold").And(Normal, "  ").And(Blue, "x  "), "\x1b[1mbold\x1b[0m  \x1b[34mx\x1b[0m"},
		{Text(Dim, "0123456789"), "\x1b[2m0123456789\x1b[0m"},
		{Text(Dim, "0123456").And(Bold, "789a"), "\x1b[2m0123456\x1b[0m\x1b[1m78…\x1b[0m"},
		{Text(Normal, "0123456789").And(Bold, "a"), "012345678…"},
		{Text(Normal, "\x1b[0m東京"), `\u001b[0m…`},
	} {
		if got := look.render(tt.line); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	look.Color = false
	if got := look.render(Text(Bold, "bold")); got != "bold" {
		t.Errorf("%q", got)
	}
	for _, tt := range []struct{ left, right, want string }{
		{"left", "rt", "left    rt"}, {"a longer one", "rt", "a lon…  rt"}, {"x", "0123456789", "0123456789"}, {"x", "0123456789a", "012345678…"},
	} {
		if got := look.render(look.Ends(Text(Normal, "%s", tt.left), Text(Normal, "%s", tt.right))); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestStack(t *testing.T) {
	section := func(texts ...string) (lines []Line) {
		for _, s := range texts {
			lines = append(lines, Text(Normal, "%s", s))
		}
		return lines
	}
	var table plain.Table
	table.Numbers("a", "b")
	table.Row("1", "")
	for height, want := range map[int]string{24: "1|2||3||a  b|1  -", 8: "1|2||3||a  b|1  -", 7: "1|2||3", 5: "1|2||3", 4: "1|2", 1: "1|2"} {
		look := Look{Width: 80, Height: height}
		if got := strings.Join(look.Render(look.Stack(section("1", "2"), nil, section("3"), Table(&table))), "|"); got != want {
			t.Errorf("height %d: %q, want %q", height, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", -time.Second: "0:00", 51600 * time.Millisecond: "0:52", 12*time.Minute + 5*time.Second: "12:05", 3723 * time.Second: "1:02:03", 3599600 * time.Millisecond: "1:00:00"} {
		if got := Clock(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 4201: "4,201", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := Count(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// The rate is that of the window alone, and none is left of another phase.
func TestMeter(t *testing.T) {
	var m Meter
	for i, step := range []struct {
		measuring bool
		seconds   int
		tokens    int64
		want      float64 // 0 for none
	}{
		{false, 1, 100, 0}, {true, 2, 300, 0}, {true, 3, 500, 200}, {true, 4, 500, 100}, {false, 5, 900, 0},
		{true, 2, 50, 0}, {true, 4, 150, 50}, // another phase
		{true, 3, 10, 0}, {true, 4, 20, 10}, // and one that begins at once
	} {
		got := m.Rate(step.measuring, time.Duration(step.seconds)*time.Second, step.tokens)
		if (got != nil) != (step.want > 0) || got != nil && *got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

// Where the share of a promise lies on a scale of 0 to twice its limit: worked out by hand.
func TestPromises(t *testing.T) {
	look := NewLook(100, 24, env("NO_COLOR", "1"))
	for _, tt := range []struct {
		p    Promise
		want string
	}{
		{Promise{Low: 0.1, Share: 0.2, High: 0.3, Limit: 0.25}, "    [---o-+-]        "},
		{Promise{Low: 0, Share: 0, High: 0.1, Limit: 0.25}, "o---]     |          "},
		{Promise{Low: 0.3, Share: 0.4, High: 0.45, Limit: 0.25}, "          | [---o-]  "},
		{Promise{Low: 0.2, Share: 0.25, High: 0.3, Limit: 0.25}, "        [-+-]        "}, // the limit hides the share
		{Promise{Low: 0.4, Share: 0.6, High: 0.9, Limit: 0.25}, "          |     [----"},  // beyond the scale
		{Promise{Low: 0.6, Share: 0.8, High: 1, Limit: 0.25}, "          |          "},
		{Promise{High: 1}, "o         |          "}, // no limit
	} {
		if got := look.Render([]Line{look.interval(tt.p, 21).And(Normal, "!")})[0]; got != tt.want+"!" {
			t.Errorf("%+v: %q, want %q", tt.p, got, tt.want+"!")
		}
	}
	for share, want := range map[float64]string{0: "0 %", 0.254: "25.4 %", 0.05: "5 %", 0.0123: "1.2 %", 1: "100 %"} {
		if got := Percent(share); got != want {
			t.Errorf("%v is %q, want %q", share, got, want)
		}
	}
}

// A phase that takes longer than was estimated says so, and one that is over how long it took.
func TestPhaseTimes(t *testing.T) {
	for _, tt := range []struct {
		p           Phase
		wide, short string
	}{
		{Phase{Elapsed: 1500 * time.Millisecond, Estimate: 4500 * time.Millisecond}, "1.5 s of 4.5 s", "1.5 of 4.5 s"},
		{Phase{Elapsed: 6 * time.Second, Estimate: 4500 * time.Millisecond}, "6.0 s, 1.5 s more than 4.5 s", "6.0 s > 4.5 s"},
		{Phase{Elapsed: 6 * time.Second, Estimate: 4500 * time.Millisecond, Over: true}, "took 6.0 s", "6.0 s"},
		{Phase{Elapsed: 11 * time.Second, Estimate: 18 * time.Second, About: "about "}, "11.0 s of about 18 s", "11 of ~18 s"},
		{Phase{Elapsed: 11 * time.Second, Estimate: 18 * time.Second, Longest: 30 * time.Second}, "11.0 s of 18 s, at most 30 s", "11 of 18 s"},
		{Phase{Elapsed: 11 * time.Second, Estimate: 18 * time.Second, Longest: 19 * time.Second}, "11.0 s of 18 s", "11 of 18 s"},
		{Phase{Elapsed: 11 * time.Second, Estimate: 20 * time.Minute, Longest: time.Hour}, "11.0 s of 20 min, at most 60 min", "11 of 20 min"},
	} {
		if tt.p.took() != tt.wide || tt.p.tookShort() != tt.short {
			t.Errorf("%+v: %q, %q", tt.p, tt.p.took(), tt.p.tookShort())
		}
	}
}
