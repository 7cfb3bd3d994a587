package chart

import "html/template"

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
	// Key ties the row to marks with the same key, and Class is that of the row; both may be
	// empty.
	Key, Class string
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
		b.open("tr", attrs...)
		for i, cell := range r.Cells {
			tag := "td"
			if i == 0 {
				b.WriteString(`<th scope="row">`)
				tag = "th"
			} else {
				b.WriteString("<td>")
			}
			if i < len(r.HTML) && r.HTML[i] != "" {
				b.WriteString(string(r.HTML[i]))
			} else {
				b.WriteString(Escape(cell))
			}
			b.close(tag)
		}
		b.close("tr")
	}
	b.WriteString("</tbody></table></div>")
	return b.html()
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
