package format

import (
	"encoding/json"
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// append appends a message to a context, redacted.
func (rd *reader) append(c *trajectory.Context, message []byte) (*trajectory.Context, error) {
	if rd.Redact != nil {
		message = rd.Redact(message)
		if !json.Valid(message) {
			return nil, fmt.Errorf("Redact returned what is not JSON: %s", clip(string(message)))
		}
	}
	return rd.store.Append(c, message)
}

// raw returns the shared copy of a tool list, redacted.
func (rd *reader) raw(value []byte) (json.RawMessage, error) {
	if rd.Redact != nil {
		value = rd.Redact(value)
	}
	return rd.store.Raw(value)
}
