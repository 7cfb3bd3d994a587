package format

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// append appends a message to a context, redacted and mended.
func (rd *reader) append(c *trajectory.History, message []byte) (*trajectory.History, error) {
	if rd.Redact != nil {
		message = rd.Redact(message)
		if !json.Valid(message) {
			return nil, fmt.Errorf("invalid JSON from Redact: %s", clip(string(message)))
		}
	}
	return rd.store.Append(c, rd.mend(message))
}

// appendRecorded is append for a message and what it was recorded as.
func (rd *reader) appendRecorded(c *trajectory.History, message []byte, r trajectory.Recording) (*trajectory.History, error) {
	if len(r.JSON) == 0 {
		return rd.append(c, message)
	}
	if rd.Redact != nil {
		message, r.JSON = rd.Redact(message), rd.Redact(r.JSON)
		if !json.Valid(message) || !json.Valid(r.JSON) {
			return nil, fmt.Errorf("invalid JSON from Redact: %s", clip(string(message)))
		}
	}
	if at := jsonscan.LoneSurrogate(r.JSON, 0); at >= 0 {
		r.JSON = wholeCharacters(r.JSON, at)
	}
	return rd.store.AppendRecorded(c, rd.mend(message), r)
}

// appendWhole is append for a message in which there is nothing to mend.
func (rd *reader) appendWhole(c *trajectory.History, message []byte) (*trajectory.History, error) {
	if rd.Redact != nil {
		return rd.append(c, message)
	}
	return rd.store.Append(c, message)
}

// tools returns the stored copy of a tool list, nil if it is empty or absent.
// Some recordings have the list as JSON in a string.
func (rd *reader) tools(list gjson.Result) (json.RawMessage, error) {
	if list.Type == gjson.String && checkJSON([]byte(list.Str)) == nil {
		list = gjson.Parse(list.Str)
	}
	if !list.IsArray() || len(list.Array()) == 0 {
		return nil, nil
	}
	for i, tool := range list.Array() {
		if !tool.IsObject() {
			return nil, fmt.Errorf("[%d]: %s, expected an object", i, jsonType(tool))
		}
	}
	return rd.raw([]byte(list.Raw))
}

// raw returns the stored copy, redacted and mended, of a tool list.
func (rd *reader) raw(value []byte) (json.RawMessage, error) {
	if rd.Redact != nil {
		value = rd.Redact(value)
	}
	return rd.store.Raw(rd.mend(value))
}

// text returns a copy of a text of the system's, redacted as its message would be.
func (rd *reader) text(text gjson.Result) (string, error) {
	if rd.Redact == nil {
		return strings.Clone(text.Str), nil
	}
	message := rd.Redact([]byte(`{"role":"system","content":` + text.Raw + `}`))
	if !json.Valid(message) {
		return "", fmt.Errorf("invalid JSON from Redact: %s", clip(string(message)))
	}
	return gjson.GetBytes(message, "content").String(), nil
}

// rebase returns a copy of a context with another front. moved maps old fronts to
// new ones, the empty front being nil; rebase adds the contexts that it moves.
func (rd *reader) rebase(old *trajectory.History, moved map[*trajectory.History]*trajectory.History) *trajectory.History {
	var path []*trajectory.History
	at := old
	for ; at != nil; at = at.Front() {
		if _, ok := moved[at]; ok {
			break
		}
		path = append(path, at)
	}
	now := moved[at]
	for i := len(path) - 1; i >= 0; i-- {
		now, _ = rd.store.Append(now, path[i].Last().JSON()) // it was valid before
		moved[path[i]] = now
	}
	return now
}
