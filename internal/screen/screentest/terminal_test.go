package screentest

import "testing"

// What a terminal does with these, worked out by hand from ECMA-48.
func TestTerminal(t *testing.T) {
	for _, tt := range []struct{ name, written, seen, wrong string }{
		{"lines", "one\r\ntwo\r\n", "one\ntwo\n", ""},
		{"no end", "one", "one\n", `the cursor is at column 3 of "one"`},
		{"over each other", "one\rtw\r\n", "twe\n", ""},
		{"up, and erase the line", "one\r\ntwo\r\n\x1b[2A\x1b[Kx\r\n\x1b[J", "x\n", ""},
		{"up, and one is left", "one\r\ntwo\r\n\x1b[2A\x1b[Kx\r\n", "x\ntwo\n", `the cursor is at column 0 of "two"`},
		{"up too far", "one\r\ntwo\r\nthree\r\nfour\r\n\x1b[9Ax\r\n\x1b[J", "one\nxwo\n", ""}, // 4 rows: one has scrolled off
		{"not at the end", "one\r\n\r\nx\r\n\x1b[2A", "one\n\nx\n", "the cursor is 2 lines above the end"},
		{"wraps", "0123456789ab\r\n", "0123456789ab\n", ""},
		{"just full", "0123456789\r\nx\r\n", "0123456789\nx\n", ""},
		{"wide", "東京東京東京\r\n", "東京東京東京\n", ""},
		{"combining", "e\u0301\r\n", "e\u0301\n", ""},
		{"styles", "\x1b[1mone\x1b[0m\r\n", "one\n", ""},
		{"style left", "\x1b[1mone\r\n", "one\n", "text would not be in the normal style"},
		{"hidden", "\x1b[?25lone\r\n", "one\n", "the cursor is hidden"},
		{"hidden and shown", "\x1b[?25lone\x1b[?25h\r\n", "one\n", ""},
		{"another screen", "\x1b[?1049h\r\n", "\n", `strange: "[?1049h"`},
		{"control", "a\ab\r\n", "ab\n", `strange: '\a'`},
		{"half a sequence", "a\r\n\x1b[", "a\n", `"\x1b[" is not whole`},
	} {
		for _, at := range []int{len(tt.written), 1} { // whole, and byte by byte
			terminal := New(10, 4)
			for rest := tt.written; rest != ""; rest = rest[min(at, len(rest)):] {
				terminal.Write([]byte(rest[:min(at, len(rest))]))
			}
			if got := terminal.Text(); got != tt.seen || terminal.Wrong() != tt.wrong {
				t.Errorf("%s: to be seen is %q, want %q; %q is wrong, want %q", tt.name, got, tt.seen, terminal.Wrong(), tt.wrong)
			}
		}
	}
}

// Lines are broken anew, and the cursor stays where it was among them.
func TestResize(t *testing.T) {
	terminal := New(10, 5)
	terminal.Write([]byte("$\r\n0123456789\r\n"))
	terminal.Resize(4, 5)
	if n := len(terminal.lines); n != 5 || terminal.row != 4 || terminal.Text() != "$\n0123456789\n" {
		t.Errorf("%d lines, row %d, %q", n, terminal.row, terminal.Text())
	}
	terminal.Write([]byte("\x1b[3Ax\r\n\x1b[J"))
	if got := terminal.Text(); got != "$\nx123\n" && got != "$\nx123" {
		t.Errorf("%q", got)
	}
	terminal.Resize(20, 5)
	terminal.Write([]byte("y\r\n"))
	if terminal.Wrong() != "" {
		t.Errorf("%s: %q", terminal.Wrong(), terminal.Text())
	}
}
