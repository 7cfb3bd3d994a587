package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// errTable reports a trace in the form of a table.
var errTable = fmt.Errorf("%w: a table of arrival times and token counts, without sessions and without text, of which no session can be made", errUnknown)

// knownTable returns an error for the head of a published trace that is a table, nil
// for any other file.
func knownTable(head []byte) error {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	columns := strings.Split(strings.ToLower(strings.ReplaceAll(string(line[:min(len(line), 200)]), `"`, "")), ",")
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	for _, t := range []struct {
		name    string
		columns []string
	}{
		{"Azure's LLM inference trace", []string{"timestamp", "contexttokens", "generatedtokens"}},
		{"BurstGPT", []string{"timestamp", "model", "request tokens", "response tokens"}},
	} {
		if !slices.ContainsFunc(t.columns, func(c string) bool { return !slices.Contains(columns, c) }) {
			return fmt.Errorf("%w (%s)", errTable, t.name)
		}
	}
	return nil
}
