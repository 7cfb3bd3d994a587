package screen

import (
	"cmp"
	"strings"
	"time"
)

// A Look is what a view may use to draw itself.
type Look struct {
	// Width and Height are those of the terminal. Lines are cut to Width; a frame has to be
	// lower than Height.
	Width, Height int
	// Color says whether styles show.
	Color bool
	Marks Marks
	// Now is the time that the frame is drawn for.
	Now time.Time
}

// NewLook returns the look of a terminal of a size, 0 where it is unknown, by its environment.
func NewLook(columns, rows int, getenv func(string) string) Look {
	l := Look{Width: columns, Height: rows, Color: colored(getenv), Marks: marksFor(getenv), Now: time.Now()}
	if l.Width < 1 {
		l.Width = 80 // what was sold for decades
	}
	if l.Height < 1 {
		l.Height = 24
	}
	return l
}

// Marks are the characters that bars are made of.
type Marks struct {
	Full, Maybe, Rail string // holds; the answer may lie here; does not
	Here              string // above the number that is being measured
	Done, Todo        string // of a phase
	Cut               string // where text was cut

	Low, Span, High, Share string // of an interval, and what lies in it
	Limit, Crossed         string // beside an interval, and in one
}

var (
	unicodeMarks = Marks{Full: "█", Maybe: "▒", Rail: "─", Here: "▼", Done: "━", Todo: "╌", Cut: "…", Low: "├", Span: "─", High: "┤", Share: "●", Limit: "│", Crossed: "╋"}
	asciiMarks   = Marks{Full: "#", Maybe: "=", Rail: "-", Here: "v", Done: "#", Todo: ".", Cut: "~", Low: "[", Span: "-", High: "]", Share: "o", Limit: "|", Crossed: "+"}
)

// marksFor returns the marks that a terminal can show by its environment: ASCII without UTF-8,
// and in the languages whose terminals may show the others two columns wide.
func marksFor(getenv func(string) string) Marks {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")))
	if !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8") {
		return asciiMarks
	}
	for _, language := range []string{"ja", "ko", "zh"} {
		if strings.HasPrefix(locale, language) {
			return asciiMarks
		}
	}
	return unicodeMarks
}

// inPlace reports whether a terminal can redraw: one that is dumb, or says nothing of itself,
// gets lines.
func inPlace(getenv func(string) string) bool {
	term := getenv("TERM")
	return term != "" && term != "dumb"
}

// colored reports whether colors are wanted: see no-color.org.
func colored(getenv func(string) string) bool { return getenv("NO_COLOR") == "" }
