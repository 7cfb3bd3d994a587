package chart

import (
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Escape returns text as it stands in HTML and in SVG, in an element or between double quotes.
func Escape(text string) string { return html.EscapeString(plain.Text(text)) }

// lines is Escape for the text of a tooltip, which may have several lines.
func lines(text string) string { return html.EscapeString(plain.Lines(text)) }

// A Percent is a position along x: 0 is the left end of the plot and 1 the right one.
type Percent float64

// A builder writes elements. The zero builder is empty.
type builder struct{ strings.Builder }

// open begins an element with attributes, which are pairs of a name and a value: a string, an
// int, a float64 in pixels, or a Percent.
func (b *builder) open(name string, attrs ...any) {
	b.start(name, attrs)
	b.WriteByte('>')
}

// empty writes an element without content.
func (b *builder) empty(name string, attrs ...any) {
	b.start(name, attrs)
	b.WriteString("/>")
}

// text writes an element with text.
func (b *builder) text(name, text string, attrs ...any) {
	b.open(name, attrs...)
	b.WriteString(Escape(text))
	b.close(name)
}

func (b *builder) close(name string) {
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
}

func (b *builder) start(name string, attrs []any) {
	b.WriteByte('<')
	b.WriteString(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		var value string
		switch v := attrs[i+1].(type) {
		case string:
			value = Escape(v)
		case int:
			value = strconv.Itoa(v)
		case float64:
			value = pixels(v)
		case Percent:
			value = percent(v)
		}
		if value == "" && attrs[i] == "class" {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(attrs[i].(string))
		b.WriteString(`="`)
		b.WriteString(value)
		b.WriteByte('"')
	}
}

func (b *builder) html() template.HTML { return template.HTML(b.String()) }

// pixels writes a position to a tenth of a pixel.
func pixels(v float64) string { return strconv.FormatFloat(tenth(v), 'f', -1, 64) }

// percent writes a position to a tenth of a percent: a pixel of a plot of 1,000.
func percent(p Percent) string {
	return strconv.FormatFloat(tenth(float64(p)*100), 'f', -1, 64) + "%"
}

// tenth rounds to a tenth, and bounds what hostile figures may ask for: no browser draws
// 100,000 pixels away.
func tenth(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	v = math.Round(max(-1e5, min(1e5, v))*10) / 10
	return v + 0 // not -0
}

// known reports whether all values can be drawn.
func known(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
