package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A family is a group of files that are read the same way.
type family int

const (
	unknown family = iota
	manifestFile
	rowFile
)

// errSpread is the cause when rows are laid out for reading.
var errSpread = errors.New("a row spreads over several lines; put each on one line, for instance with jq -c")

// recognise tells by the keys of its first record what a file is. Only the
// head of the file is given, which may end anywhere.
func recognise(head []byte) (family, error) {
	rest := bytes.TrimSpace(trimBOM(head))
	if len(rest) == 0 {
		return unknown, errors.New("empty")
	}
	for len(rest) > 0 {
		kind, keys, err := recogniseRecord(rest)
		if kind != unknown || err == errSpread {
			return kind, err
		}
		if err == nil {
			return unknown, fmt.Errorf(`neither a manifest ("mode": %q, "tasks": [...]) nor rows `+
				`("conversation_id", "conversation_idx", "messages"): it begins with %s`, replayMode, describe(keys))
		}
		// A broken first line does not say that the others are broken.
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		rest = bytes.TrimSpace(rest)
	}
	return unknown, errors.New("neither a manifest nor rows: no JSON object to be found")
}

// recogniseRecord looks at the keys of the object that data begins with. An
// error says that it is not JSON; an object that is cut short is no error.
func recogniseRecord(data []byte) (kind family, keys []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	start, err := dec.Token()
	if err != nil || start != json.Delim('{') {
		return unknown, nil, err
	}
	hint := unknown
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return hint, keys, cutShort(err)
		}
		key, _ := token.(string)
		switch key {
		case "mode", "tasks":
			return manifestFile, keys, nil
		case "conversation_id", "conversation_idx", "task_id", "turn_id":
			if bytes.IndexByte(data[:dec.InputOffset()], '\n') >= 0 {
				return unknown, keys, errSpread
			}
			return rowFile, keys, nil
		case "messages", "tools":
			// Other formats have these too, but when they fill the head there
			// is nothing else to go by.
			hint = rowFile
		}
		keys = append(keys, key)
		if err := dec.Decode(new(json.RawMessage)); err != nil {
			return hint, keys, cutShort(err)
		}
	}
	return unknown, keys, nil
}

func cutShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// describe names the keys of a record in a message.
func describe(keys []string) string {
	const most = 8
	var b strings.Builder
	for i, k := range keys[:min(len(keys), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", clip(k))
	}
	switch {
	case len(keys) == 0:
		return "no keys"
	case len(keys) > most:
		b.WriteString(", ...")
	}
	return "the keys " + b.String()
}
