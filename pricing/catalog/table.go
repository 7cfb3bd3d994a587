package catalog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// mostMistakes is how many bad rows of a file are reported: enough to see a pattern.
const mostMistakes = 10

// row is one row of a CSV file whose first names the columns.
type row struct {
	file    string
	line    int
	columns map[string]int
	fields  []string
}

// get returns a field, empty when the file has no such column.
func (r *row) get(column string) string {
	if i, ok := r.columns[column]; ok {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

// bad returns the error of an unexpected field.
func (r *row) bad(column, expected string) error {
	return fmt.Errorf("catalog: %s:%d: %s is %.60q, expected %s", r.file, r.line, column, r.get(column), expected)
}

// number returns a field that is a finite number, 0 or more; nil if it is empty.
func (r *row) number(column string) (*float64, error) {
	text := r.get(column)
	if text == "" {
		return nil, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= 1e12) {
		return nil, r.bad(column, "a number, 0 or more")
	}
	return &v, nil
}

// count returns a field that is a whole number, 0 or more; 0 if it is empty.
func (r *row) count(column string) (int, error) {
	text := r.get(column)
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseInt(text, 10, 32)
	if err != nil || v < 0 {
		return 0, r.bad(column, "a whole number, 0 or more")
	}
	return int(v), nil
}

// readTable calls f with each row of a CSV file. Columns are found by their names in the
// first row, in any order and case. The error joins those of f, up to mostMistakes.
func readTable(name string, r io.Reader, required []string, f func(r *row) error) error {
	text, err := readText(name, r)
	if err != nil {
		return err
	}
	c := csv.NewReader(bytes.NewReader(text))
	header, err := c.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("catalog: %s is empty, expected a row with the names of columns", name)
	} else if err != nil {
		return fmt.Errorf("catalog: %s: %w", name, err)
	}
	columns := make(map[string]int)
	for i, column := range header {
		column = strings.ToLower(strings.TrimSpace(column))
		if _, twice := columns[column]; twice {
			return fmt.Errorf("catalog: %s:1: there are two columns named %.60q", name, column)
		}
		columns[column] = i
	}
	for _, column := range required {
		if _, ok := columns[column]; !ok {
			if strings.ContainsAny(header[0], ";\t") {
				return fmt.Errorf("catalog: %s:1: there are no commas between the names of columns; expected comma-separated values", name)
			}
			return fmt.Errorf("catalog: %s:1: there is no column %s; expected at least %s", name, column, strings.Join(required, ", "))
		}
	}
	var errs []error
	for len(errs) < mostMistakes {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // where a row ends is not certain any more
			errs = append(errs, fmt.Errorf("catalog: %s: %w", name, err))
			break
		}
		line, _ := c.FieldPos(0)
		if err := f(&row{file: name, line: line, columns: columns, fields: fields}); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// writeTable writes a CSV file.
func writeTable(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	return nil
}
