package generate

import (
	"fmt"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/trajectory"
)

// answer makes the message of an answer of that many tokens, or as many as its
// calls take. It returns the message, valid until the next one is made, and its
// length in tokens.
func (d *draft) answer(tokens int, calls []trajectory.ToolCall) (message []byte, made int) {
	var stop []byte
	for k, c := range calls {
		if k == 0 {
			stop = append(stop, `","tool_calls":[`...)
		} else {
			stop = append(stop, ',')
		}
		stop = fmt.Appendf(stop, `{"id":%q,"type":"function","function":{"name":%q,"arguments":"{\"%s\":\"`, c.ID, c.Name, parameter(c.Name))
		stop = filler.Append(stop, 2*filler.BytesPerToken-1, d.text)
		stop = append(stop, `\"}"}}`...)
	}
	if len(calls) == 0 {
		stop = append(stop, `"}`...)
	} else {
		stop = append(stop, `]}`...)
	}
	return d.message(`{"role":"assistant","content":"`, tokens, string(stop))
}

func (d *draft) message(start string, tokens int, stop string) (message []byte, made int) {
	d.buf, made = appendMessage(d.buf[:0], start, tokens, stop, d.text)
	return d.buf, made
}

// appendMessage appends a message of filler between two pieces of JSON. It is made
// tokens long: those asked for, or more where start and stop take more.
func appendMessage(dst []byte, start string, tokens int, stop string, rng *rand.Rand) (_ []byte, made int) {
	made = max(tokens, (len(start)+len(stop)+filler.BytesPerToken-1)/filler.BytesPerToken)
	dst = append(dst, start...)
	dst = filler.Append(dst, made*filler.BytesPerToken-len(start)-len(stop), rng)
	return append(dst, stop...), made
}
