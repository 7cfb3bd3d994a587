package report

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/slt"
)

// unknownSchema says what became of a report of this schema.
func unknownSchema(schema string) error {
	if schema == "" {
		return errors.New("not a report: it has no schema")
	}
	name, _, versioned := strings.Cut(schema, "/")
	for _, known := range []string{agentperf.Schema, slt.Schema} {
		if versioned && strings.HasPrefix(known, name+"/") {
			return fmt.Errorf("schema is %.60q, which another version of this module wrote and this one does not read, expected %q: measure again", schema, known)
		}
	}
	return fmt.Errorf("schema is %.60q, expected %q or %q", schema, agentperf.Schema, slt.Schema)
}
