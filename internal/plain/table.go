package plain

import (
	"slices"
	"strings"
)

// A Table aligns cells in columns that are as wide as what is in them, by [Width]. Text of
// others may stand in it: cells are shown as [Text] does, and cut to 120 columns, or to half of
// those that [Table.Fit] names. The zero Table has no columns.
type Table struct {
	heads []string
	left  []bool
	rows  [][]string

	most int // columns of the terminal; 0 for any number
	drop []string
}

// widest is the number of columns that a cell takes at most. What a program writes into one, such
// as a price with its source, is shorter; names of others may be as long as they like, and stand
// elsewhere in full.
const widest = 120

// Numbers adds columns of numbers, which end flush. Their units belong into the head, behind ", ".
func (t *Table) Numbers(heads ...string) { t.columns(false, heads) }

// Words adds columns of words, which begin flush.
func (t *Table) Words(heads ...string) { t.columns(true, heads) }

func (t *Table) columns(left bool, heads []string) {
	for _, h := range heads {
		t.heads, t.left = append(t.heads, Text(h)), append(t.left, left)
	}
}

// Fit narrows a table that is wider than a number of columns: units go under their heads, and
// if that is not enough the columns with the heads in drop are left out, one after the other.
func (t *Table) Fit(columns int, drop ...string) { t.most, t.drop = columns, drop }

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
	shown := make([]int, len(t.heads)) // the columns
	for i := range shown {
		shown[i] = i
	}
	most := widest
	if t.most > 0 {
		most = max(20, t.most/2) // no head of a number is longer
	}
	heads, rows := cut([][]string{t.heads}, most), cut(t.rows, most)
	lines := append(heads, rows...)
	if t.most > 0 && total(lines, shown) > t.most {
		lines = append(cut(t.folded(), most), rows...)
		for _, head := range t.drop {
			if total(lines, shown) <= t.most {
				break
			}
			shown = slices.DeleteFunc(shown, func(i int) bool { return t.heads[i] == head })
		}
	}
	columns := widths(lines, shown)
	var b strings.Builder
	for _, cells := range lines {
		var line strings.Builder
		for k, i := range shown {
			if k > 0 {
				line.WriteString("  ")
			}
			line.WriteString(Pad(cells[i], columns[k], !t.left[i]))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// cut returns lines whose cells take so many columns at most.
func cut(lines [][]string, columns int) [][]string {
	out := make([][]string, len(lines))
	for i, cells := range lines {
		for _, text := range cells {
			out[i] = append(out[i], Cut(text, columns, "…"))
		}
	}
	return out
}

// folded returns the heads in two lines, the second of units.
func (t *Table) folded() [][]string {
	names, units := make([]string, len(t.heads)), make([]string, len(t.heads))
	for i, h := range t.heads {
		names[i], units[i], _ = strings.Cut(h, ", ")
	}
	return [][]string{names, units}
}

// widths returns those of columns.
func widths(lines [][]string, shown []int) []int {
	out := make([]int, len(shown))
	for _, cells := range lines {
		for k, i := range shown {
			out[k] = max(out[k], Width(cells[i]))
		}
	}
	return out
}

// total is the width of lines with the columns that are shown.
func total(lines [][]string, shown []int) int {
	sum := 2 * (len(shown) - 1)
	for _, w := range widths(lines, shown) {
		sum += w
	}
	return sum
}
