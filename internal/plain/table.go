package plain

import "strings"

// A Table aligns cells in columns that are as wide as what is in them, by [Width]. Text of
// others may stand in it: cells are shown as [Text] does. The zero Table has no columns.
type Table struct {
	heads []string
	left  []bool
	rows  [][]string
}

// Numbers adds columns of numbers, which end flush. Their units belong into the head.
func (t *Table) Numbers(heads ...string) { t.columns(false, heads) }

// Words adds columns of words, which begin flush.
func (t *Table) Words(heads ...string) { t.columns(true, heads) }

func (t *Table) columns(left bool, heads []string) {
	for _, h := range heads {
		t.heads, t.left = append(t.heads, Text(h)), append(t.left, left)
	}
}

// Row adds a row with a cell for each column. An empty cell is one that is not known, and so
// are those that are missing at the end: they are shown as "-".
func (t *Table) Row(cells ...string) {
	row := make([]string, len(t.heads))
	for i := range row {
		row[i] = "-"
		if i < len(cells) && cells[i] != "" {
			row[i] = Text(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// String returns the table, the heads first. Every line ends with its last character and "\n".
func (t *Table) String() string {
	lines := append([][]string{t.heads}, t.rows...)
	widths := make([]int, len(t.heads))
	for _, cells := range lines {
		for i, text := range cells {
			widths[i] = max(widths[i], Width(text))
		}
	}
	var b strings.Builder
	for _, cells := range lines {
		var line strings.Builder
		for i, text := range cells {
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(Pad(text, widths[i], !t.left[i]))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
