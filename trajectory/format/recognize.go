package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
func recognize(head []byte) (kind Format, sure bool, err error) {
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

// readKnown opens a file and calls read when its format is known.
func (rd *reader) readKnown(fsys fs.FS, name string, read func(f *file, kind Format)) {
	f, err := open(fsys, name)
	if err != nil {
		rd.add(err)
		return
	}
	defer f.Close()
	kind := rd.Format
	if kind == "" {
		head, err := f.Peek(headSize)
		if err != nil && err != io.EOF {
			rd.add(fmt.Errorf("%s: %w", name, err))
			return
		}
		if kind, err = rd.recognize(fsys, name, head); err != nil {
			rd.at(name, 0)("", err)
			return
		}
	}
	read(f, kind)
}

// recognise tells the format of a file by its head, and where that is not
// enough by all of its first record.
func (rd *reader) recognize(fsys fs.FS, name string, head []byte) (Format, error) {
	kind, sure, err := recognize(head)
	if sure || len(head) < headSize {
		return kind, err
	}
	again, oerr := open(fsys, name)
	if oerr != nil {
		return kind, err
	}
	defer again.Close()
	// Whatever is wrong further on is found by whoever reads it.
	keys, _, kerr := keysOf(io.LimitReader(again, maxDocument))
	if better, _ := keys.format(); kerr == nil && better != "" {
		return better, nil
	}
	return kind, err
}
