package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// keys are the keys of a JSON object, in order, and those of its values that are
// short strings.
type keys struct {
	names  []string
	values map[string]string
	// chat is set if the object has a trajectory that is a list of chat messages, share
	// if it has conversations in ShareGPT's form.
	chat, share bool
	cut         bool // the object is incomplete
	spread      bool // the object has line ends in it
}

func (k keys) has(name string) bool { return slices.Contains(k.names, name) }

// firstKeys returns the keys of the object at the front of data. It returns an
// error for invalid JSON, but not for an object that is cut short.
func firstKeys(data []byte) (k keys, err error) {
	k, end, err := keysOf(bytes.NewReader(data))
	if k.cut {
		k.chat = k.chat || beginsWith(data, trajectoryKey, "role")
		k.share = k.share || beginsWith(data, "conversations", "from")
	}
	k.spread = bytes.IndexByte(data[:end], '\n') >= 0
	return k, err
}

// keysOf is firstKeys for a reader; end is where the object ends.
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
		switch name {
		case trajectoryKey:
			k.chat = gjson.GetBytes(value, "0.role").Exists()
		case "conversations":
			k.share = gjson.GetBytes(value, "0.from").Exists()
		}
		if len(value) < 100 && value[0] == '"' {
			var text string
			if json.Unmarshal(value, &text) == nil {
				k.values[name] = text
			}
		}
	}
	_, err = dec.Token() // the closing brace
	return k, 0, cutShort(err)
}

// trajectoryKey is a key under which some tools have chat messages, others steps.
const trajectoryKey = "trajectory"

// beginsWith reports whether an object, perhaps cut short, has a list of the given name
// whose first element has a key.
func beginsWith(data []byte, list, key string) bool {
	_, data, _ = bytes.Cut(data, []byte(`"`+list+`"`))
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimLeft(data, ": \t\r\n[")))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return false
	}
	for {
		name, err := dec.Token()
		if err != nil {
			return false
		}
		if name == key {
			return true
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return false
		}
	}
}

func cutShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// String lists the keys, for messages.
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
