package format

import (
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// said adds the message of an item that is not the assistant's, and keeps the item if it is
// more than a text of the user's. Pictures are not kept.
func (c *codexFile) said(item gjson.Result, role string) error {
	f := flattenContent(item.Get("content"))
	c.images += f.images
	message := chatMessage(&c.buf, c.role(role), f.text)
	plain := len(`{"type":"message","role":"user","content":[{"type":"input_text","text":}]}`) + len(f.text)
	if f.images > 0 || !item.Get("content").IsArray() || role == "user" && len(item.Raw) == plain {
		return c.add(message)
	}
	return c.addRecorded(message, itemRecorded(item))
}

// gave adds the result of a call, and keeps the item if it is of another kind than that of a
// function, or more than its text. Pictures are not kept.
func (c *codexFile) gave(item, id, output gjson.Result) error {
	f := flattenContent(output)
	c.images += f.images
	message := toolMessage(&c.buf, rawString(id), f.text)
	plain := len(`{"type":"function_call_output","call_id":,"output":}`) + len(rawString(id)) + len(output.Raw)
	if f.images > 0 || output.Type == gjson.String && len(item.Raw) == plain {
		return c.add(message)
	}
	return c.addRecorded(message, itemRecorded(item))
}

func itemRecorded(item gjson.Result) trajectory.Recording {
	return trajectory.Recording{API: trajectory.APIResponses, JSON: []byte("[" + item.Raw + "]")}
}
