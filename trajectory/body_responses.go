package trajectory

import "github.com/agentperf/agentperf-go/internal/dialect"

// What stands between the items of a request to Responses. None is ever changed.
var (
	instructionsOpen = []byte(`,"instructions":"`)
	instructionsNext = []byte(`\n\n`)
	quoteEnd         = []byte(`"`)
	inputOpen        = []byte(`,"input":[`)
	systemItemOpen   = []byte(`{"type":"message","role":"system","content":[{"type":"input_text","text":"`)
	systemItemEnd    = []byte(`"}]}`)
)

// inResponses adds the instructions and the items of a request to Responses.
func (b *builder) inResponses(prefix string) {
	mark, front := b.mark(prefix), b.front()
	if front > 0 {
		b.add(instructionsOpen)
		more := false
		for i, m := range b.messages[:front] {
			if b.says(m, i == mark) {
				if more {
					b.add(instructionsNext)
				}
				b.put(m, i == mark, prefix, false, nil)
				more = true
			}
		}
		b.add(quoteEnd)
	}
	b.add(inputOpen)
	more := false
	for i := front; i < len(b.messages); i++ {
		m := b.messages[i]
		if !b.says(m, i == mark) {
			continue
		}
		var glue []byte
		if more {
			glue = comma
		}
		more = true
		if m.form(b.api).Role != dialect.System {
			b.put(m, i == mark, prefix, false, glue)
			continue
		}
		if glue != nil { // a text, and no item
			b.add(glue)
		}
		b.add(systemItemOpen)
		b.put(m, i == mark, prefix, false, nil)
		b.add(systemItemEnd)
	}
}
