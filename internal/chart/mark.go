package chart

import "html/template"

// Colors is the number of series that can be told apart: six colors with a mark each, and the
// same ones again, dashed.
const Colors = 12

// A State says how sure a point is.
type State string

const (
	// Decided is filled: it was measured to a verdict.
	Decided State = "ok"
	// Tentative is hollow: the evidence points one way, or not even that.
	Tentative State = "ten"
	// Invalid is crossed: the phase says nothing about the system. It is not joined to a line
	// and stretches no scale.
	Invalid State = "inv"
)

var shapes = [...]string{"#k-ci", "#k-sq", "#k-tr", "#k-di", "#k-tv", "#k-pe"}

// shape returns the mark of a series.
func shape(color int) string { return shapes[max(0, color)%len(shapes)] }

// Neutral is the color of marks that stand for no series in particular.
const Neutral = -1

// class returns the class that gives a series its color.
func class(color int) string {
	if color < 0 {
		return "n"
	}
	return "s" + pixels(float64(color%Colors))
}

// Definitions are the marks and the hatching that all charts of a page use: it must stand in the
// page before them, once.
const Definitions template.HTML = `<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>` +
	`<path id="k-ci" d="M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"/><path id="k-sq" d="M-3.6-3.6h7.2v7.2h-7.2z"/>` +
	`<path id="k-tr" d="M0-4.8L4.6 3.5H-4.6z"/><path id="k-di" d="M0-5.2L5.2 0 0 5.2-5.2 0z"/>` +
	`<path id="k-tv" d="M0 4.8L4.6-3.5H-4.6z"/><path id="k-pe" d="M0-4.9L4.7-1.5 2.9 4H-2.9L-4.7-1.5z"/>` +
	`<path id="k-x" d="M-4-4L4 4M-4 4L4-4"/>` +
	`<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" class="hatch"/></pattern></defs></svg>`

// mark draws a point. Its tip is what a reader is told who points at it, and key what tells the
// same point elsewhere; both may be empty.
func (b *builder) mark(color int, x Percent, y float64, state State, tip, key string) {
	b.openMark(color, state, tip, key)
	b.symbol(color, x, y, state)
	b.close("g")
}

func (b *builder) openMark(color int, state State, tip, key string) {
	attrs := []any{"class", "m " + class(color) + " " + string(state)}
	if key != "" {
		attrs = append(attrs, "data-k", key)
	}
	b.open("g", attrs...)
	b.tip(tip)
}

func (b *builder) tip(text string) {
	if text != "" {
		b.WriteString("<title>" + lines(text) + "</title>")
	}
}

func (b *builder) symbol(color int, x Percent, y float64, state State) {
	b.empty("use", "href", shape(color), "x", x, "y", y)
	if state == Invalid {
		b.empty("use", "href", "#k-x", "class", "x", "x", x, "y", y)
	}
}

// Key draws a mark for a line of text, with a piece of its line if joined.
func Key(color int, state State, joined bool) template.HTML {
	var b builder
	width := 14
	if joined {
		width = 26
	}
	b.open("svg", "class", "kk "+class(color), "width", width, "height", 12, "aria-hidden", "true")
	if joined {
		b.empty("path", "class", "ln", "d", "M0 6H26")
	}
	b.open("g", "class", string(state))
	b.empty("use", "href", shape(color), "x", width/2, "y", 6)
	if state == Invalid {
		b.empty("use", "href", "#k-x", "class", "x", "x", width/2, "y", 6)
	}
	b.close("g")
	b.close("svg")
	return b.html()
}
