package chart

import (
	"html/template"
	"strings"
)

// A Figure is a chart with its title, what it says, and the table behind it.
type Figure struct {
	// Span is how many of the 12 columns of a wide page it takes: 12, 7, 6, 5 or 4.
	Span  int
	Class string
	// Mark stands before the title; empty for none.
	Mark template.HTML
	// Title is a noun; Sub says what is drawn and which way is better.
	Title, Sub string
	// Body holds the charts and their switches.
	Body template.HTML
	// Caption says the states, the rule and the sources.
	Caption template.HTML
	// Table is behind the chart; it is left out if it has no rows.
	Table Table
}

// HTML draws the figure.
func (f Figure) HTML() template.HTML {
	var b builder
	b.open("figure", "class", join("w"+pixels(float64(f.Span)), f.Class))
	b.WriteString("<figcaption>")
	b.open("h3")
	b.WriteString(string(f.Mark))
	b.WriteString(Escape(f.Title))
	b.close("h3")
	if f.Sub != "" {
		b.text("p", f.Sub, "class", "sub")
	}
	b.WriteString("</figcaption>")
	b.WriteString(string(f.Body))
	if f.Caption != "" {
		b.WriteString(`<p class="cap">` + string(f.Caption) + "</p>")
	}
	if len(f.Table.Rows) > 0 {
		b.WriteString(string(f.Table.Data()))
	}
	b.close("figure")
	return b.html()
}

// An Option is one position of a switch. Its ID is unique in the page.
type Option struct{ ID, Label string }

// Switch draws radio buttons, of which the first is chosen. What they do is in the style sheet
// of the page, by their ids.
func Switch(name, legend string, options []Option) template.HTML {
	var b builder
	b.WriteString(`<fieldset class="seg">`)
	b.text("legend", legend)
	b.WriteString("<div>")
	for i, o := range options {
		attrs := []any{"type", "radio", "name", name, "id", o.ID}
		if i == 0 {
			attrs = append(attrs, "checked", "")
		}
		b.WriteString("<label>")
		b.start("input", attrs)
		b.WriteString(">")
		b.text("span", o.Label)
		b.WriteString("</label>")
	}
	b.WriteString("</div></fieldset>")
	return b.html()
}

// Text returns text as HTML.
func Text(text string) template.HTML { return template.HTML(Escape(text)) }

// join joins words that are not empty.
func join(words ...string) string {
	out := words[:0:0]
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}
