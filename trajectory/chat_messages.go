package trajectory

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// blockMessages decodes the messages of a request to Messages.
func blockMessages(list gjson.Result) (all []ChatMessage, err error) {
	n := 0
	list.ForEach(func(_, m gjson.Result) bool {
		if !m.IsObject() {
			err = notAMessage(n, m)
			return false
		}
		n++
		all = append(all, ofBlocks(m.Get("role").String(), m.Get("content"))...)
		return true
	})
	return all, err
}

func notAMessage(n int, m gjson.Result) error {
	return fmt.Errorf("trajectory: message %d of the request is %s, expected an object", n, kind([]byte(m.Raw)))
}

// ofBlocks returns the messages that a message of content blocks is: results of tools, and
// the rest of it.
func ofBlocks(role string, content gjson.Result) (all []ChatMessage) {
	if !content.IsArray() {
		return []ChatMessage{{Role: role, Content: content.String(), JSON: json.RawMessage(content.Raw)}}
	}
	var rest gathered
	content.ForEach(func(_, block gjson.Result) bool {
		switch block.Get("type").Str {
		case "tool_result":
			all = append(all, ChatMessage{
				Role: "tool", Content: contentText(block.Get("content")), ToolCallID: block.Get("tool_use_id").String(), JSON: json.RawMessage(block.Raw),
			})
			return true
		case "tool_use":
			rest.calls = append(rest.calls, ChatCall{block.Get("id").String(), block.Get("name").String(), block.Get("input").Raw})
		}
		rest.add(block, block.Get("text"))
		return true
	})
	if len(rest.raw) > 0 {
		all = append(all, rest.message(role))
	}
	return all
}

// gathered are the parts of what becomes one message.
type gathered struct {
	texts, raw []string
	calls      []ChatCall
}

func (g *gathered) add(part, text gjson.Result) {
	g.raw = append(g.raw, part.Raw)
	if text.Type == gjson.String {
		g.texts = append(g.texts, text.Str)
	}
}

func (g *gathered) message(role string) ChatMessage {
	return ChatMessage{
		Role: role, Content: strings.Join(g.texts, "\n"), ToolCalls: g.calls, JSON: json.RawMessage("[" + strings.Join(g.raw, ",") + "]"),
	}
}
