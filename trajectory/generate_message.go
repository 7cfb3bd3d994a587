package trajectory

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/filler"
)

// answer makes the message of an answer as long as the answer is, and no
// shorter than its calls need. The message is valid until the next one is made.
func (b *session) answer(tokens int, calls []ToolCall) (message []byte, made int) {
	var stop []byte
	for k, c := range calls {
		if k == 0 {
			stop = append(stop, `","tool_calls":[`...)
		} else {
			stop = append(stop, ',')
		}
		stop = fmt.Appendf(stop, `{"id":%q,"type":"function","function":{"name":%q,"arguments":"{\"%s\":\"`, c.ID, c.Name, b.argument(c.Name))
		stop = filler.Append(stop, 2*filler.BytesPerToken-1, b.text)
		stop = append(stop, `\"}"}}`...)
	}
	if len(calls) == 0 {
		stop = append(stop, `"}`...)
	} else {
		stop = append(stop, `]}`...)
	}
	return b.message(`{"role":"assistant","content":"`, tokens, string(stop))
}

// argument returns the name of the parameter of a tool.
func (b *session) argument(tool string) string {
	for _, t := range b.tools {
		if t.name == tool {
			return t.argument
		}
	}
	return ""
}

func (b *session) message(start string, tokens int, stop string) (message []byte, made int) {
	b.buf, made = appendMessage(b.buf[:0], start, tokens, stop, b.text)
	return b.buf, made
}

func (b *session) append(message []byte, tokens int) {
	b.context = must(b.store.Append(b.context, message))
	b.tokens += tokens
}

// restart leaves nothing but the scaffold and a message of the user.
func (b *session) restart(tokens int) {
	b.context, b.tokens = b.scaffold.context, b.scaffold.tokens
	b.append(b.message(`{"role":"user","content":"`, tokens, `"}`))
}

// edit replaces the message after the scaffold by another as long and keeps
// those that follow, which the store has already.
func (b *session) edit() {
	messages := b.context.Append(nil)[b.scaffold.context.Len():]
	b.restart(len(messages[0].JSON()) / filler.BytesPerToken)
	for _, m := range messages[1:] {
		b.append(m.JSON(), len(m.JSON())/filler.BytesPerToken)
	}
}
