package format

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A claudeRecord is one line. Values are unparsed JSON, nil if absent; strings
// are without quotes.
type claudeRecord struct {
	file                             string
	line                             int
	kind, subtype                    string
	uuid, parent, session, agent     []byte
	request                          []byte // the ID that the API gave the call
	stamp                            []byte
	sidechain, meta, summary, halves bool
	message, data, result, compacted []byte
	parentCall                       []byte

	at time.Time
}

// decodeClaude decodes a line. Most of a log is not part of any context, and is
// skipped.
func decodeClaude(data []byte) (r claudeRecord, err error) {
	if !utf8.Valid(data) {
		return r, fmt.Errorf("not UTF-8")
	}
	s := jsonscan.Scanner{Data: data}
	s.Object(func(key []byte) {
		value := s.Skip()
		switch string(key) {
		case "type":
			r.kind = string(trimQuotes(value))
		case "subtype":
			r.subtype = string(trimQuotes(value))
		case "uuid":
			r.uuid = trimQuotes(value)
		case "parentUuid":
			r.parent = trimQuotes(value)
		case "sessionId":
			r.session = trimQuotes(value)
		case "agentId":
			r.agent = trimQuotes(value)
		case "requestId":
			r.request = trimQuotes(value)
		case "timestamp":
			r.stamp = trimQuotes(value)
		case "isSidechain":
			r.sidechain = string(value) == "true"
		case "isMeta":
			r.meta = string(value) == "true"
		case "isCompactSummary":
			r.summary = string(value) == "true"
		case "message":
			r.message = value
		case "data":
			r.data = value
		case "toolUseResult":
			r.result = value
		case "compactMetadata":
			r.compacted = value
		case "parentToolUseID":
			r.parentCall = trimQuotes(value)
		}
	})
	s.End()
	r.halves = s.Surrogates
	return r, s.Err
}
