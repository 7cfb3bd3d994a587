package cli

import (
	"fmt"
	"slices"
	"strings"
)

// CheckSchema returns nil if a report's schema is one of those wanted, such as
// "slt.report/2", and otherwise an error that says what became of it.
func CheckSchema(schema string, wanted ...string) error {
	if slices.Contains(wanted, schema) {
		return nil
	}
	name, _, versioned := strings.Cut(schema, "/")
	for _, w := range wanted {
		if versioned && strings.HasPrefix(w, name+"/") {
			return fmt.Errorf("schema is %q, which another version of this program wrote and this one does not read, expected %q: measure again", schema, w)
		}
	}
	return fmt.Errorf(`schema is %q, expected "%s"`, schema, strings.Join(wanted, `" or "`))
}
