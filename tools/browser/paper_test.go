package browser

import (
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

//go:embed shown.js
var shownJS string

// shown returns the distinct texts that are displayed.
func (p *tab) shown() []string { return eval[[]string](p, shownJS) }

func (p *tab) print(on bool) {
	media := ""
	if on {
		media = "print"
	}
	command(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
}

// lostOnPaper returns the texts that some position of the switches shows and paper does not.
func lostOnPaper(p *tab) []string {
	p.t.Helper()
	var screen []string
	p.eachState(func(string) { screen = append(screen, p.shown()...) })
	p.print(true)
	paper := p.shown()
	p.print(false)
	slices.Sort(screen)
	return slices.DeleteFunc(slices.Compact(screen), func(text string) bool { return slices.Contains(paper, text) })
}

// All that any position of the switches shows is on paper, and the closed tables too.
func TestPaper(t *testing.T) {
	for _, file := range pages(t) {
		if !small(file) {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := open(t, file, view{})
			for _, text := range lostOnPaper(p) {
				t.Errorf("lost on paper: %q", text)
			}
			p.print(true)
			for what, selector := range map[string]string{"cells": "td", "charts": "svg[role=img]"} {
				if n := eval[int](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => !e.checkVisibility()).length`, selector)); n > 0 {
					t.Errorf("%d %s are not on paper", n, what)
				}
			}
			if n := eval[int](p, `[...document.querySelectorAll('input,button')].filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 0).length`); n > 0 {
				t.Errorf("%d controls are on paper", n)
			}
			p.print(false)
			everything := p.papers()
			if !eval[bool](p, `!!document.getElementById('paper-short')`) {
				return
			}
			p.choose("paper-short")
			if short := p.papers(); short > everything {
				t.Errorf("%d pages in short, %d of everything", short, everything)
			} else {
				t.Logf("%d pages of paper, %d in short", everything, short)
			}
			p.print(true)
			if n := eval[int](p, `[...document.querySelectorAll('details td')].filter(e => e.checkVisibility()).length`); n > 0 {
				t.Errorf("%d cells of data tables are on paper in short", n)
			}
		})
	}
}

// papers prints the page and returns the number of its sheets.
func (p *tab) papers() int {
	p.t.Helper()
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	p.must(err)
	sheets := bytes.Count(pdf, []byte("/Type /Page\n"))
	if sheets == 0 {
		p.t.Errorf("%d bytes of PDF without a page", len(pdf))
	}
	return sheets
}
