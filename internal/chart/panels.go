package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// Panels draws a small chart for each series, with the lines of all others behind it in gray:
// what remains readable where many lines cross. id is unique in the page.
func (c Lines) Panels(id string) template.HTML {
	var b builder
	f := frame{height: c.Height, x: c.X, y: c.Y}
	b.open("svg", "class", "defs", "width", 0, "height", 0, "aria-hidden", "true")
	b.open("defs")
	b.open("g", "id", id)
	for _, s := range c.Series {
		if path := s.path(f); path != "" {
			b.empty("path", "class", join("bg", class(s.Color)), "d", path)
		}
	}
	b.close("g")
	b.close("defs")
	b.close("svg")
	b.open("div", "class", "g panels")
	for _, s := range c.Series {
		one := c
		one.Series, one.Labels, one.behind = []Series{s}, None, id
		one.Title = c.Title + ", " + Cut(s.Label, 500, large)
		one.Desc = describe(s, c.X, c.Y)
		one.X.Title, one.Y.Title = "", "" // those of the whole
		b.open("div", "class", join("w4 pn", class(s.Color)))
		b.open("h4")
		b.WriteString(string(Key(s.Color, Decided, true)))
		b.WriteString(" " + Escape(Cut(s.Label, 250, large)))
		b.close("h4")
		b.WriteString(string(one.HTML()))
		b.close("div")
	}
	b.close("div")
	return b.html()
}

// describe says where a series begins and ends.
func describe(s Series, x, y Axis) string {
	var valid []Point
	for _, p := range s.Points {
		if p.drawn() && p.State != Invalid {
			valid = append(valid, p)
		}
	}
	if len(valid) == 0 {
		return s.Label + ": nothing valid"
	}
	first, last := valid[0], valid[len(valid)-1]
	return fmt.Sprintf("%s: %s at %s, %s at %s", Cut(s.Label, 500, large), y.format(first.Y), x.format(first.X), y.format(last.Y), x.format(last.X))
}

// Describe says in words where each series begins and ends.
func (c Lines) Describe() string {
	var text strings.Builder
	for i, s := range c.Series {
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(describe(s, c.X, c.Y))
	}
	return text.String()
}
