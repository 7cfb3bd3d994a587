package trajectory

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/agentperf/agentperf-go/internal/dialect"
)

// toolLists say tool definitions as an API has them. The last list is kept, since a thread
// sends the same with each turn: a few slices for each tool, which share the memory of the
// definitions.
type toolLists struct {
	api    API
	chat   *byte // where the chat form of the last list is
	marked bool
	last   [][]byte
}

// cacheMarkEnd is what a tool with a cache mark ends with.
var cacheMarkEnd = []byte(`,"cache_control":{"type":"ephemeral"}}`)

// of returns the tools of a turn, which has some.
func (l *toolLists) of(t *Turn) [][]byte {
	var from *byte
	if len(t.Tools) > 0 {
		from = &t.Tools[0]
	}
	marked := l.api == APIMessages && slices.Contains(t.CacheMarks, -1)
	if l.last == nil || l.chat != from || l.marked != marked {
		l.chat, l.marked, l.last = from, marked, t.tools(l.api, marked)
	}
	return l.last
}

// tools returns the tools of a turn, as a JSON array in segments.
func (t *Turn) tools(api API, marked bool) [][]byte {
	var list [][]byte
	switch {
	case api == APIChat:
		return [][]byte{t.Tools}
	case t.RecordedTools.API == api:
		return [][]byte{t.RecordedTools.JSON}
	case api == APIResponses:
		list = dialect.ResponsesTools(t.Tools, nil)
	default:
		list = dialect.MessagesTools(t.Tools, nil)
	}
	if n := len(list) - 1; marked && n >= 0 {
		list[n] = list[n][:len(list[n])-1]
		list = append(list, cacheMarkEnd)
	}
	return slices.Concat([][]byte{[]byte("[")}, list, [][]byte{listEnd})
}

// ToolsIn returns the tool definitions of the turn as requests of an API have them, without
// cache marks; nil for none. Empty means APIChat.
func (t *Turn) ToolsIn(api API) json.RawMessage {
	if api = (Policy{API: api}).Resolve().API; t.Tools == nil || api == APIChat {
		return t.Tools
	}
	return bytes.Join(t.tools(api, false), nil)
}
