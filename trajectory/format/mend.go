package format

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// What servers refuse is mended, since a message stays in the session: each later
// request would fail too, as if that were the fault of the system. Options.Strict makes
// it a mistake instead.

// Rules of what is mended.
const (
	ruleSurrogate  = "half-character"
	ruleEmptyCalls = "empty-tool-calls"
	ruleStray      = "stray"
	ruleNoResult   = "call-without-result"
)

// mended notes that something was changed or left out so that the rest can be replayed:
// a finding or, with Options.Strict, a mistake.
func (rd *reader) mended(f trajectory.Finding, format string, args ...any) {
	f.Text = fmt.Sprintf(format, args...)
	if rd.Strict {
		rd.at(f.File, f.Line)("", errors.New(f.Text))
		return
	}
	rd.note(f)
}

// mendedHere is mended for the record that is being read. Of each rule a file has one
// finding.
func (rd *reader) mendedHere(rule, text string) {
	key := conflictKey{file: rd.file, rule: rule}
	if rd.mends[key] && !rd.Strict {
		return
	}
	if rd.mends == nil {
		rd.mends = make(map[conflictKey]bool)
	}
	rd.mends[key] = true
	rd.mended(trajectory.Finding{File: rd.file, Line: rd.line, Turn: -1, Severity: trajectory.SeverityWarning, Rule: rule}, "%s", text)
}

// mend returns a message, or a list of tools, as servers take it.
func (rd *reader) mend(message []byte) []byte {
	if at := jsonscan.LoneSurrogate(message, 0); at >= 0 {
		message = wholeCharacters(message, at)
		rd.mendedHere(ruleSurrogate, "half a character, as tools leave it that cut text, which servers refuse; U+FFFD stands for it, here and in the rest of the file")
	}
	if bytes.HasPrefix(message, []byte(`{"role":"user"`)) || bytes.HasPrefix(message, []byte(`{"role":"tool"`)) || !bytes.Contains(message, []byte(`"tool_calls"`)) {
		return message
	}
	calls := gjson.GetBytes(message, "tool_calls")
	if calls.IsArray() && !calls.Get("0").Exists() {
		message = withoutKey(message, "tool_calls")
		rd.mendedHere(ruleEmptyCalls, "an empty list of tool calls, which servers refuse; it is left out, here and in the rest of the file")
		return message
	}
	if bytes.Contains(message, []byte(`\\ud`)) || bytes.Contains(message, []byte(`\\uD`)) {
		return rd.mendArguments(message, calls)
	}
	return message
}

// mendArguments returns a message whose arguments of tool calls, which are JSON in a
// string, have whole characters: servers decode them.
func (rd *reader) mendArguments(message []byte, calls gjson.Result) []byte {
	mended := slices.Clone(message)
	for i := len(elements(calls).Array()) - 1; i >= 0; i-- { // from the end, so that places hold
		arguments := gjson.GetBytes(message, fmt.Sprintf("tool_calls.%d.function.arguments", i))
		if arguments.Type != gjson.String || checkJSON([]byte(arguments.Str)) != nil {
			continue
		}
		at := jsonscan.LoneSurrogate([]byte(arguments.Str), 0)
		if at < 0 || arguments.Index == 0 {
			continue
		}
		whole := appendQuoted(nil, string(wholeCharacters([]byte(arguments.Str), at)))
		mended = slices.Replace(mended, arguments.Index, arguments.Index+len(arguments.Raw), whole...)
		rd.mendedHere(ruleSurrogate, "half a character in the arguments of a tool call, which servers refuse; U+FFFD stands for it, here and in the rest of the file")
	}
	return mended
}

// wholeCharacters returns JSON text with U+FFFD in the place of each lone surrogate,
// the first of which is at the given place.
func wholeCharacters(data []byte, at int) []byte {
	data = slices.Clone(data)
	for at >= 0 {
		copy(data[at:], `\ufffd`)
		at = jsonscan.LoneSurrogate(data, at+6)
	}
	return data
}

// withoutKey returns a JSON object without one of its keys.
func withoutKey(object []byte, key string) []byte {
	var b []byte
	b = append(b, '{')
	parse(object).ForEach(func(k, v gjson.Result) bool {
		if k.Str == key {
			return true
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, k.Raw...), ':'), v.Raw...)
		return true
	})
	return append(b, '}')
}
