package chart

import (
	"html/template"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// A Table holds the figures behind a chart. Its cells are text, but for those of HTML.
type Table struct {
	Caption string
	Head    []string
	Rows    []Row
	// Class is one more class of the table; empty for none.
	Class string
}

// A Row is a line of a table. Its first cell names it.
type Row struct {
	Cells []string
	// HTML has for some cells what stands in place of their text; it may be shorter than Cells.
	HTML []template.HTML
	// Key ties the row to marks with the same key, and Group to those of the point that it is a
	// part of; Class is that of the row. All may be empty.
	Key, Group, Class string
}

// HTML draws the table in a box of its own that scrolls. The box is no landmark: tables of several
// systems have the same caption.
func (t Table) HTML() template.HTML {
	var b builder
	b.open("div", "class", "tw", "tabindex", 0, "role", "group", "aria-label", t.Caption)
	b.open("table", "class", t.Class)
	b.text("caption", t.Caption, "class", "vh")
	b.WriteString("<thead><tr>")
	for i, h := range t.Head {
		h = Cut(h, cellWidth, large)
		if i == 0 {
			b.text("th", h, "scope", "col", "class", "l")
		} else {
			b.text("th", h, "scope", "col")
		}
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range t.Rows {
		attrs := []any{"class", r.Class}
		if r.Key != "" {
			attrs = append(attrs, "data-k", r.Key)
		}
		if r.Group != "" {
			attrs = append(attrs, "data-g", r.Group)
		}
		b.open("tr", attrs...)
		for i, cell := range r.Cells {
			tag, scope := "td", ""
			if i == 0 {
				tag, scope = "th", "row"
			}
			html := template.HTML("")
			if i < len(r.HTML) {
				html = r.HTML[i]
			}
			b.cell(tag, scope, cell, html)
		}
		b.close("tr")
	}
	b.WriteString("</tbody></table></div>")
	return b.html()
}

// Text in cells is cut to so many pixels, which bounds every name of others in every table. More
// of it is in the title of the cell: names of a few hundred characters in full.
const cellWidth, cellTitle = 260, 2600

// cell writes a cell of text, or of HTML if there is any.
func (b *builder) cell(tag, scope, text string, html template.HTML) {
	short := Cut(text, cellWidth, large)
	b.WriteString("<" + tag)
	if scope != "" {
		b.WriteString(` scope="` + scope + `"`)
	}
	if html == "" && short != plain.Text(text) {
		b.WriteString(` title="` + Escape(Cut(text, cellTitle, large)) + `"`)
	}
	b.WriteString(">")
	if html != "" {
		b.WriteString(string(html))
	} else {
		b.WriteString(Escape(short))
	}
	b.close(tag)
}

// Data draws the table so that it opens on request.
func (t Table) Data() template.HTML {
	var b builder
	b.WriteString(`<details class="tb"><summary>Data<span class="vh">: `)
	b.WriteString(Escape(t.Caption))
	b.WriteString("</span></summary>")
	b.WriteString(string(t.HTML()))
	b.close("details")
	return b.html()
}
