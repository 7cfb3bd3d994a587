package agentperf

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables in the documentation")

// docTables are the tables in doc.go: rows and columns of files that simulations write.
var docTables = []struct {
	before  string // the line above the table
	file    string
	columns []string // of the file, and their names in the documentation after a colon
	rows    func(row map[string]string) bool
}{{
	before: "// intervals after 160 blocks. All are in % of 1,000 samples:",
	file:   "../internal/confseq/testdata/coverage.txt",
	columns: []string{
		"share", "dependence", "agents", "at 10", "at 20", "at 40", "at 160", "all looks", "binomial at 160:binomial", "by agent at 160:by agent",
	},
	rows: func(row map[string]string) bool {
		return slices.Contains([]string{
			"0.25 none 16",
			"0.25 10 s spells, 30 % 16",
			"0.25 10 s spells, 60 % 16",
			"0.25 10 s spells, 60 % 64",
			"0.25 10 s spells, 100 % 64",
			"0.25 30 s spells, 60 % 16",
			"0.25 30 s spells, 60 % 64",
			"0.25 plays, 0.2 4",
			"0.25 plays, 0.2 16",
			"0.25 plays, 0.5 16",
			"0.25 10 s spells, 60 %, and plays, 0.2 16",
			"0.05 none 16",
			"0.05 10 s spells, 60 % 16",
			"0.05 10 s spells, 100 % 64",
			"0.05 30 s spells, 60 % 64",
			"0.05 plays, 0.2 16",
			"0.05 10 s spells, 60 %, and plays, 0.2 16",
		}, row["share"]+" "+row["dependence"]+" "+row["agents"])
	},
}, {
	before: "// medians:",
	file:   "../internal/decide/testdata/searches.txt",
	columns: []string{
		"shares are:distance", "limit", "searches", "within", "neighbors", "wrong", "fixed rule wrong:point rule wrong", "minutes", "all minutes", "time ratio:ratio",
	},
	rows: func(row map[string]string) bool {
		return row["binding"] == "all" && (row["limit"] == "all" || row["shares are"] == "10 points and more" || row["shares are"] == "10 points, few agents")
	},
}}

// TestDocTables holds the tables in the documentation against the files that the
// simulations wrote. To rewrite them:
//
//	go test ./agentperf -run DocTables -update
func TestDocTables(t *testing.T) {
	const file = "doc.go"
	source := readFile(t, file)
	for _, d := range docTables {
		head, rest, ok := strings.Cut(source, d.before+"\n//\n")
		if !ok {
			t.Fatalf("%s has no line %q above a table", file, d.before)
		}
		end := 0
		for line := range strings.Lines(rest) {
			if !strings.HasPrefix(line, "//\t") {
				break
			}
			end += len(line)
		}
		table := docTable(readFile(t, d.file), d.columns, d.rows)
		if *update {
			source = head + d.before + "\n//\n" + table + rest[end:]
		} else if diff := cmp.Diff(table, rest[:end]); diff != "" {
			t.Errorf("%s is not what %s has; run with -update (-measured +documented):\n%s", file, d.file, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// docTable returns columns and rows of a table in which two spaces or more separate
// columns, as a comment. Numbers are aligned to the right.
func docTable(text string, columns []string, keep func(row map[string]string) bool) string {
	var table [][]string
	var names, head []string
	for _, c := range columns {
		name, short, ok := strings.Cut(c, ":")
		if !ok {
			short = name
		}
		names, head = append(names, name), append(head, short)
	}
	table = append(table, head)
	var all []string
	for line := range strings.Lines(text) {
		cells := regexp.MustCompile(`\s{2,}`).Split(strings.TrimSpace(line), -1)
		if all == nil {
			all = cells
			continue
		}
		row := make(map[string]string)
		for i, cell := range cells {
			row[all[i]] = cell
		}
		if keep(row) {
			var cells []string
			for _, name := range names {
				cells = append(cells, row[name])
			}
			table = append(table, cells)
		}
	}
	var comment strings.Builder
	for _, row := range table {
		var line strings.Builder
		for j, cell := range row {
			width := 0
			for _, other := range table {
				width = max(width, utf8.RuneCountInString(other[j]))
			}
			if _, err := strconv.ParseFloat(table[1][j], 64); err == nil {
				fmt.Fprintf(&line, "  %*s", width, cell)
			} else {
				fmt.Fprintf(&line, "  %-*s", width, cell)
			}
		}
		comment.WriteString("//\t" + strings.TrimSpace(line.String()) + "\n")
	}
	return comment.String()
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
