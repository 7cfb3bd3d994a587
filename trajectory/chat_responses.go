package trajectory

import (
	"encoding/json"

	"github.com/tidwall/gjson"
)

// itemMessages decodes the items of a request to Responses. Items of an assistant's that
// follow each other are one message.
func itemMessages(list gjson.Result) (all []ChatMessage, err error) {
	var answer gathered
	end := func() {
		if len(answer.raw) > 0 {
			all = append(all, answer.message("assistant"))
		}
		answer = gathered{}
	}
	n := 0
	list.ForEach(func(_, item gjson.Result) bool {
		if !item.IsObject() {
			err = notAMessage(n, item)
			return false
		}
		n++
		switch kind := item.Get("type").Str; {
		case kind == "function_call_output" || kind == "custom_tool_call_output" || kind == "local_shell_call_output":
			end()
			all = append(all, ChatMessage{
				Role: "tool", Content: contentText(item.Get("output")), ToolCallID: item.Get("call_id").String(), JSON: json.RawMessage(item.Raw),
			})
		case item.Get("role").Exists() && item.Get("role").Str != "assistant":
			end()
			all = append(all, ChatMessage{Role: item.Get("role").String(), Content: contentText(item.Get("content")), JSON: json.RawMessage(item.Raw)})
		case item.Get("role").Exists():
			answer.add(item, gjson.Result{})
			if text := contentText(item.Get("content")); text != "" {
				answer.texts = append(answer.texts, text)
			}
		case item.Get("call_id").Exists():
			answer.add(item, gjson.Result{})
			answer.calls = append(answer.calls, ChatCall{item.Get("call_id").String(), item.Get("name").String(), argumentsOf(item)})
		default: // reasoning and such
			answer.add(item, gjson.Result{})
		}
		return true
	})
	end()
	return all, err
}

// argumentsOf returns what an item calls its tool with.
func argumentsOf(item gjson.Result) string {
	for _, name := range []string{"arguments", "input"} {
		if v := item.Get(name); v.Exists() {
			return v.String()
		}
	}
	return item.Get("action").Raw
}
