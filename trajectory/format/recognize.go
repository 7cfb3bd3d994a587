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

// errEmpty reports a file without content.
var errEmpty = errors.New("empty")

// errUnknown reports a file in no known format.
var errUnknown = errors.New("unknown format")

// errSpread reports an object that takes several lines in a format of one object
// per line.
var errSpread = errors.New("a record takes several lines, expected one line each; jq -c rewrites it so")

// recognize determines the format of a file by the keys of its first record. It
// is given the head of the file, which may be cut off anywhere; sure is false if
// the rest of the file could change the answer.
func recognize(head []byte) (kind Format, sure bool, err error) {
	rest := bytes.TrimSpace(trimBOM(head))
	if len(rest) == 0 {
		return "", true, errEmpty
	}
	if err := knownTable(rest); err != nil {
		return "", true, err
	}
	for len(rest) > 0 {
		if rest[0] == '[' {
			// The only lists without an object around them are those of messages
			// and of conversations.
			inside, err := firstKeys(bytes.TrimSpace(rest[1:]))
			if err == nil && inside.has("role") {
				return MiniSWEAgent, true, nil
			}
			if err == nil && (inside.has("messages") || inside.share || inside.chat) {
				return Chat, true, nil
			}
			if err == nil && len(inside.names) > 0 {
				return "", true, fmt.Errorf("%w: a list of objects with %s", errUnknown, inside)
			}
		}
		keys, err := firstKeys(rest)
		switch kind, sure := keys.format(); {
		case kind == "" && err == nil:
			return "", !keys.cut, fmt.Errorf("%w: it begins with %s", errUnknown, keys)
		case kind == "":
			// A broken first line says nothing about the others.
		case keys.spread && isLines(kind) && !keys.isSidecar():
			return "", true, errSpread
		default:
			return kind, sure, nil
		}
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		rest = bytes.TrimSpace(rest)
	}
	return "", true, fmt.Errorf("%w: no JSON object found", errUnknown)
}

// isLines reports whether a format has one record per line.
func isLines(f Format) bool {
	return slices.Contains([]Format{Rows, Chat, AIPerf, ClaudeCode, Codex, TraceLab}, f)
}

// format returns the format whose records have these keys; sure is false if keys
// beyond the head of the file could change the answer.
func (k keys) format() (f Format, sure bool) {
	kind := k.values["type"]
	switch {
	case k.has("mode") && !k.has("type"), k.has("tasks"):
		return Manifest, true
	case k.has("newly_append_tokens"):
		return TraceLab, true
	case k.has("conversation_id") || k.has("conversation_idx") || k.has("task_id") || k.has("turn_id"):
		return Rows, true
	case strings.HasPrefix(k.values["schema_version"], "ATIF"):
		return ATIF, true
	case k.has("resourceSpans"), k.has("resourceLogs"):
		return OTLP, true
	case k.has("log") && !k.has("uuid"):
		return HAR, true
	case k.has("block_size") || k.has("hash_id_scope") || k.has("tool_tokens"):
		return Weka, true
	case k.chat: // OpenHands' rows in data sets
		return Chat, true
	case k.has(trajectoryKey) && !k.has("session_id"), k.has("replay_config"), k.has("history") && k.has("info"):
		return SWEAgent, true
	case strings.HasPrefix(k.values["trajectory_format"], "mini-swe-agent"), k.has("info") && k.has("messages"):
		return MiniSWEAgent, true
	case slices.Contains([]string{"session_meta", "turn_context", "response_item", "event_msg", "compacted"}, kind) && (k.has("payload") || k.cut):
		return Codex, true
	case k.has("projectHash"): // Gemini CLI
		return "", true
	case k.isSidecar():
		return ClaudeCode, true
	case k.has("sessionId"), k.has("parentUuid"), slices.Contains([]string{"file-history-snapshot", "queue-operation", "summary"}, kind):
		return ClaudeCode, true
	case k.has("hash_ids"), k.has("input_length"), k.has("text_input"), k.has("payload"), k.has("output_length"),
		k.has("session_id") && k.has("messages"):
		return AIPerf, true
	case k.has("requests") && k.has("id"):
		return Weka, true
	case k.has("messages"), k.has("conversations"), k.has("tools") && k.cut:
		return Chat, !k.cut // messages that fill the head hide all other keys
	}
	return "", false
}

// isSidecar reports whether a record is of a file that Claude Code keeps beside those
// of subagents: what started one, or the journal of a workflow.
func (k keys) isSidecar() bool {
	kind := k.values["type"]
	return k.has("agentType") && !k.has("uuid") || k.has("agentId") && k.has("key") && (kind == "started" || kind == "result")
}

// readKnown opens a file and calls read if its format is known.
func (rd *reader) readKnown(fsys fs.FS, name string, read func(f *file, kind Format)) {
	f, err := rd.open(fsys, name)
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

// recognize determines the format of a file by its head or, if that is not
// enough, by its whole first record.
func (rd *reader) recognize(fsys fs.FS, name string, head []byte) (Format, error) {
	kind, sure, err := recognize(head)
	if sure || len(head) < headSize {
		return kind, err
	}
	again, oerr := rd.open(fsys, name)
	if oerr != nil {
		return kind, err
	}
	defer again.Close()
	// Mistakes further on are for the parser to report.
	keys, _, kerr := keysOf(io.LimitReader(again, maxDocument))
	if better, _ := keys.format(); kerr == nil && better != "" {
		return better, nil
	}
	return kind, err
}
