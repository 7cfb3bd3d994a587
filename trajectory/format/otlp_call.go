package format

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// An otlpKind is what a span is.
type otlpKind int

const (
	otlpOther otlpKind = iota
	otlpTool
	otlpCall
	otlpPerhaps // a model call by its attributes alone, unless one is inside it
)

// otlpKindOf tells what a span is. Not all instrumentation states the operation:
// OpenInference and Traceloop have attributes of their own, others no more than a model
// and the tokens it was sent and made.
func otlpKindOf(attrs map[string]gjson.Result, name string) otlpKind {
	operation := attrs["gen_ai.operation.name"].String()
	if operation == "" {
		operation, _, _ = strings.Cut(name, " ")
	}
	request := strings.ToLower(attrs["llm.request.type"].String())
	switch kind := strings.ToUpper(attrs["openinference.span.kind"].Str); {
	case operation == "execute_tool", kind == "TOOL":
		return otlpTool
	case slices.Contains([]string{"chat", "generate_content", "text_completion", "completion", "message", "messages", "responses"}, operation),
		kind == "LLM", request == "chat", request == "completion":
		return otlpCall
	case kind != "", request != "", slices.Contains([]string{"embeddings", "embedding", "rerank", "retrieval", "create_agent", "invoke_agent", "invoke_workflow"}, operation):
		return otlpOther
	}
	made := otlpTokens(attrs, outputCounts()...) > 0
	if (attrs["gen_ai.request.model"].Exists() || attrs["gen_ai.response.model"].Exists()) && made {
		return otlpPerhaps
	}
	return otlpOther
}

// dropOuter removes the model calls that have others inside them, as when a framework
// and the client that it uses both record one. If only the outer ones have messages,
// it removes the inner ones instead.
func (p *otlpParser) dropOuter() {
	at := make(map[string]int) // by span
	for i, c := range p.chats {
		at[c.span] = i
	}
	drop := make(map[int]bool)
	for i, c := range p.chats {
		span := p.parents[c.span]
		for n := 0; n < maxAncestors && span != ""; n++ {
			if k, ok := at[span]; ok && k != i {
				if p.chats[k].turn.History != nil && c.turn.History == nil && !p.chats[k].perhaps {
					drop[i] = true
				} else {
					drop[k] = true
				}
				break
			}
			span = p.parents[span]
		}
	}
	n := 0
	p.chats = slices.DeleteFunc(p.chats, func(otlpSpan) bool {
		n++
		return drop[n-1]
	})
	p.others += len(drop)
}
