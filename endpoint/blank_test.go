package endpoint

import (
	"strings"
	"testing"
	"unicode"
)

// The characters are checked against the tables of Unicode that the standard library has.
func TestInvisible(t *testing.T) {
	ignorable := []*unicode.RangeTable{unicode.White_Space, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Cf}
	// These are of class Cf and have a glyph: signs of Arabic, Syriac, Kaithi and hieroglyphs.
	shown := func(r rune) bool {
		return r >= 0x600 && r <= 0x605 || r == 0x6dd || r == 0x70f || r == 0x890 || r == 0x891 || r == 0x8e2 || r == 0x110bd || r == 0x110cd || r >= 0x13430 && r <= 0x1345f
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := unicode.IsOneOf(ignorable, r) && !shown(r) || r == 0x2800
		if r >= 0xfff0 && r <= 0xfffb || r >= 0xd800 && r < 0xe000 {
			continue // unassigned, or no character
		}
		if got := invisible(r); got != want {
			t.Errorf("%U: %v, want %v", r, got, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for _, text := range []string{
		` `, `\n\t\r `, `\u0020`, `\u00ad`, `\u180e`, `\u200B`, `\u2060\ufeff`, `\u3164`, "\u00a0", "\u200b\u200b", "\u3000", `\udb40\udc20`, "\U000e0020",
		`<think>`, `</think>`, ` <THINK>\n`, `<thinking>`, `\u003c/think\u003e`, `<think></think>\n\n`, `[THINK]`, `[/THINK]`, "◁think▷", `\u25c1think\u25b7`, `<seed:think>`,
		`<|channel|>`, `<|channel|>analysis`, `<|start|>assistant<|channel|>final<|message|>`, `\b\f`,
	} {
		if !blank(text) || !blank([]byte(text)) {
			t.Errorf("%q is not blank", text)
		}
	}
	for _, text := range []string{
		`a`, ` a`, `\u200ba`, `\"`, `\\`, `\/`, `\u0041`, `<`, `<a`, `<html>`, `<think`, `<think>so`, `think`, `[`, `[1]`, `[]`, `<|`, `<|a`, `{`, `é`, `\u00e9`, "\u4e2d", "\xff", "\xe2\x80", `\ud800`, `\u20`, `\`,
		`<|channel|>analysis we`, `<|` + strings.Repeat("a", 40) + `|>`, "◁", "⠁", `\ud83d\ude00`, "<thi\u200bnk>",
	} {
		if blank(text) || blank([]byte(text)) {
			t.Errorf("%q is blank", text)
		}
	}
}

func TestBlankAllocatesNothing(t *testing.T) {
	texts := [][]byte{[]byte(`<think>\n`), []byte("\u200b"), []byte(`\udb40\udc20`), []byte(`<|channel|>analysis`), []byte(" word"), []byte("中")}
	if n := testing.AllocsPerRun(100, func() {
		for _, text := range texts {
			blank(text)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
