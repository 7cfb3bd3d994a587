package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// errEmpty is the cause when there is nothing in a file.
var errEmpty = errors.New("empty")

// errSpread is the cause when rows are laid out for reading.
var errSpread = errors.New("a row spreads over several lines; put each on one line, for instance with jq -c")

// recognise tells the format of a file by the keys of its first record. Only the
// head of the file is given, which may end anywhere; sure is false when more of it
// could say otherwise.
func recognise(head []byte) (kind Format, sure bool, err error) {
	rest := bytes.TrimSpace(trimBOM(head))
	if len(rest) == 0 {
		return "", true, errEmpty
	}
	for len(rest) > 0 {
		if rest[0] == '[' {
			// Lists of messages are all that is known to be without an object
			// around it.
			inside, err := firstKeys(bytes.TrimSpace(rest[1:]))
			if err == nil && inside.has("role") {
				return MiniSWEAgent, true, nil
			}
			if err == nil && inside.has("messages") {
				return Chat, true, nil
			}
			if err == nil && len(inside.names) > 0 {
				return "", true, fmt.Errorf("no format that is known here: a list of objects with %s", inside)
			}
		}
		keys, err := firstKeys(rest)
		switch kind, sure := keys.format(); {
		case kind == "" && err == nil:
			return "", !keys.cut, fmt.Errorf("no format that is known here: it begins with %s", keys)
		case kind == "":
			// A broken first line does not say that the others are broken.
		case keys.spread && isLines(kind):
			return "", true, errSpread
		default:
			return kind, sure, nil
		}
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		rest = bytes.TrimSpace(rest)
	}
	return "", true, errors.New("no format that is known here: no JSON object to be found")
}

// isLines reports whether the records of a format are lines.
func isLines(f Format) bool {
	return slices.Contains([]Format{Rows, Chat, AIPerf, ClaudeCode, Codex}, f)
}

// keys are those of an object, with those of its values that are short strings.
type keys struct {
	names  []string
	values map[string]string
	cut    bool // the object goes on
	spread bool // it has line ends in it
}

func (k keys) has(name string) bool { return slices.Contains(k.names, name) }

// firstKeys returns the keys of the object that data begins with. An error says
// that it is not JSON; an object that is cut short is no error.
func firstKeys(data []byte) (k keys, err error) {
	k, end, err := keysOf(bytes.NewReader(data))
	k.spread = bytes.IndexByte(data[:end], '\n') >= 0
	return k, err
}

// keysOf is firstKeys for a file, and returns where the object ends.
func keysOf(r io.Reader) (k keys, end int64, err error) {
	dec := json.NewDecoder(r)
	defer func() { end = dec.InputOffset() }()
	start, err := dec.Token()
	if err != nil || start != json.Delim('{') {
		return k, 0, err
	}
	k.values = make(map[string]string)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			k.cut = true
			return k, 0, cutShort(err)
		}
		name, _ := token.(string)
		k.names = append(k.names, name)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			k.cut = true
			return k, 0, cutShort(err)
		}
		if len(value) < 100 && value[0] == '"' {
			var text string
			if json.Unmarshal(value, &text) == nil {
				k.values[name] = text
			}
		}
	}
	_, err = dec.Token() // the closing bracket
	return k, 0, cutShort(err)
}

func cutShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// format returns the format of which records with such keys are; sure is false
// when keys that are out of sight could say otherwise.
func (k keys) format() (f Format, sure bool) {
	kind := k.values["type"]
	switch {
	case k.has("mode") && !k.has("type"), k.has("tasks"):
		return Manifest, true
	case k.has("conversation_id") || k.has("conversation_idx") || k.has("task_id") || k.has("turn_id"):
		return Rows, true
	case strings.HasPrefix(k.values["schema_version"], "ATIF"):
		return ATIF, true
	case k.has("resourceSpans"):
		return OTLP, true
	case k.has("log") && !k.has("uuid"):
		return HAR, true
	case k.has("block_size") || k.has("hash_id_scope") || k.has("tool_tokens"):
		return Weka, true
	case k.has("trajectory") && !k.has("session_id"), k.has("replay_config"), k.has("history") && k.has("info"):
		return SWEAgent, true
	case strings.HasPrefix(k.values["trajectory_format"], "mini-swe-agent"), k.has("info") && k.has("messages"):
		return MiniSWEAgent, true
	case slices.Contains([]string{"session_meta", "turn_context", "response_item", "event_msg", "compacted"}, kind) && (k.has("payload") || k.cut):
		return Codex, true
	case k.has("projectHash"): // Gemini CLI
		return "", true
	case k.has("sessionId"), k.has("parentUuid"), slices.Contains([]string{"file-history-snapshot", "queue-operation", "summary"}, kind):
		return ClaudeCode, true
	case k.has("hash_ids"), k.has("input_length"), k.has("text_input"), k.has("payload"), k.has("output_length"),
		k.has("session_id") && k.has("messages"):
		return AIPerf, true
	case k.has("requests") && k.has("id"):
		return Weka, true
	case k.has("messages"), k.has("conversations"), k.has("tools") && k.cut:
		return Chat, !k.cut // when they fill the head there is nothing else to go by
	}
	return "", false
}

// String names the keys in a message.
func (k keys) String() string {
	const most = 8
	var b strings.Builder
	for i, name := range k.names[:min(len(k.names), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", clip(name))
	}
	switch {
	case len(k.names) == 0:
		return "no keys"
	case len(k.names) > most:
		b.WriteString(", ...")
	}
	return "the keys " + b.String()
}
