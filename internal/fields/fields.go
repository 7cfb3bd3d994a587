// Package fields checks and encodes the extra fields that users add to request bodies,
// such as reasoning_effort, for the replay of trajectories and the System Load Test.
package fields

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reserved are the fields beside model, messages and stream that each request to an API sets:
// "messages", "responses" or any other.
func Reserved(api string) []string {
	switch api {
	case "messages":
		return []string{"system"}
	case "responses":
		return []string{"input", "instructions", "previous_response_id"}
	}
	return nil
}

// Validate reports every field that cannot be added. owner is the package named in the
// errors; reserved are those of the API in use.
func Validate(owner string, fields map[string]json.RawMessage, reserved ...string) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch {
		case name == "model" || name == "messages" || name == "stream" || slices.Contains(reserved, name):
			errs = append(errs, fmt.Errorf("%s: body field %q is set for each request", owner, name))
		case name == "n" && strings.TrimSpace(string(fields[name])) != "1":
			errs = append(errs, fmt.Errorf("%s: body field n is %s: with several choices a request has several speeds", owner, fields[name]))
		case !json.Valid(fields[name]) || !utf8.Valid(fields[name]):
			errs = append(errs, fmt.Errorf("%s: body field %q is not JSON: %.60s", owner, name, fields[name]))
		}
	}
	return errors.Join(errs...)
}

// ForOneToken returns the fields of a request for one token: without thinking that has a
// budget, for which such an answer has no room, so that Messages refuses it.
func ForOneToken(fields map[string]json.RawMessage) map[string]json.RawMessage {
	var thinking struct {
		Budget *float64 `json:"budget_tokens"`
	}
	if json.Unmarshal(fields["thinking"], &thinking) != nil || thinking.Budget == nil {
		return fields
	}
	fields = maps.Clone(fields)
	delete(fields, "thinking")
	return fields
}

// Tail returns the end of a JSON object: the fields, which must be valid, in the order of
// their names with a comma before each, and the closing brace.
func Tail(fields map[string]json.RawMessage) []byte {
	var tail bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key, _ := json.Marshal(name) // a string cannot fail
		tail.WriteByte(',')
		tail.Write(key)
		tail.WriteByte(':')
		json.Compact(&tail, fields[name]) // valid
	}
	tail.WriteByte('}')
	return tail.Bytes()
}
