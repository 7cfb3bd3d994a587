package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// otlpAny encodes a value as OTLP does.
func otlpAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		var list []any
		for _, key := range []string{"role", "parts", "type", "content", "id", "name", "arguments", "path", "response"} {
			if value, ok := v[key]; ok {
				list = append(list, map[string]any{"key": key, "value": otlpAny(value)})
			}
		}
		return map[string]any{"kvlistValue": map[string]any{"values": list}}
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, otlpAny(e))
		}
		return map[string]any{"arrayValue": map[string]any{"values": list}}
	case int:
		return map[string]any{"intValue": fmt.Sprint(v)}
	}
	return map[string]any{"stringValue": v}
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// otlpLine is an export of spans, each a list of fields of the span. Attributes are
// given by key, other fields begin with a dot.
func otlpLine(spans ...map[string]any) string {
	var list []any
	for i, s := range spans {
		span := map[string]any{"traceId": "t", "spanId": fmt.Sprint("s", i), "name": "x", "startTimeUnixNano": fmt.Sprintf("%d000000000", 10+10*i), "endTimeUnixNano": fmt.Sprintf("%d000000000", 13+10*i)}
		var attrs []any
		for key, value := range s {
			if name, ok := strings.CutPrefix(key, "."); ok {
				span[name] = value
			} else {
				attrs = append(attrs, map[string]any{"key": key, "value": otlpAny(value)})
			}
		}
		span["attributes"] = attrs
		list = append(list, span)
	}
	return asJSON(map[string]any{"resourceSpans": []any{map[string]any{"scopeSpans": []any{map[string]any{"spans": list}}}}})
}

// The same messages in every encoding make the same session. The kind: messages that
// are there, in a form that the reader did not look for.
func TestOTLPMessages(t *testing.T) {
	type m = map[string]any
	user := m{"role": "user", "parts": []any{m{"type": "text", "content": "look"}}}
	called := m{"role": "assistant", "parts": []any{m{"type": "tool_call", "id": "c", "name": "ls", "arguments": m{"path": "."}}}}
	result := m{"role": "tool", "parts": []any{m{"type": "tool_call_response", "id": "c", "response": "a b"}}}
	histories := [][]any{{user}, {user, called, result}}
	const op = "gen_ai.operation.name"
	texts := func(list []any) (all []any) {
		for _, e := range list {
			all = append(all, asJSON(e))
		}
		return all
	}
	vercel := [][]any{
		{m{"role": "user", "content": []any{m{"type": "text", "text": "look"}}}},
		{m{"role": "user", "content": []any{m{"type": "text", "text": "look"}}},
			m{"role": "assistant", "content": []any{m{"type": "tool-call", "toolCallId": "c", "toolName": "ls", "args": m{"path": "."}}}},
			m{"role": "tool", "content": []any{m{"type": "tool-result", "toolCallId": "c", "toolName": "ls", "output": m{"type": "text", "value": "a b"}}}}},
	}
	openAI := [][]any{
		{m{"role": "user", "content": "look"}},
		{m{"role": "user", "content": "look"}, m{"role": "assistant", "content": nil, "tool_calls": []any{m{"id": "c", "type": "function", "function": m{"name": "ls", "arguments": `{"path":"."}`}}}},
			m{"role": "tool", "tool_call_id": "c", "content": "a b"}},
	}
	event := func(name string, fields m) m {
		var attrs []any
		for key, value := range fields {
			attrs = append(attrs, m{"key": key, "value": otlpAny(value)})
		}
		return m{"name": name, "attributes": attrs}
	}
	calls := asJSON(openAI[1][1].(m)["tool_calls"])
	perMessage := func(i int) []any {
		all := []any{event("gen_ai.user.message", m{"content": "look"}), event("gen_ai.assistant.message", m{"tool_calls": calls}), event("gen_ai.tool.message", m{"id": "c", "content": "a b"}),
			event("gen_ai.choice", m{"message": "{}"})}
		return append(all[:1:1], all[min(1+2*(1-i), 3):]...)
	}
	for name, span := range map[string]func(i int) m{
		"a string":              func(i int) m { return m{op: "chat", "gen_ai.input.messages": asJSON(histories[i])} },
		"an array":              func(i int) m { return m{op: "chat", "gen_ai.input.messages": histories[i]} },
		"an array of strings":   func(i int) m { return m{op: "chat", "gen_ai.input.messages": texts(histories[i])} },
		"a string with strings": func(i int) m { return m{op: "chat", "gen_ai.input.messages": asJSON(texts(histories[i]))} },
		"an attribute of an event": func(i int) m {
			return m{op: "chat", ".events": []any{event("gen_ai.client.inference.operation.details", m{"gen_ai.input.messages": asJSON(histories[i])})}}
		},
		"an array in an event": func(i int) m {
			return m{op: "chat", ".events": []any{event("gen_ai.client.inference.operation.details", m{"gen_ai.input.messages": histories[i]})}}
		},
		"an event for each message": func(i int) m { return m{op: "chat", ".events": perMessage(i)} },
		"events with content": func(i int) m {
			var all []any
			for _, e := range openAI[i] {
				name := e.(m)["role"].(string)
				all = append(all, event("gen_ai."+name+".message", m{"gen_ai.event.content": asJSON(e)}))
			}
			return m{op: "chat", ".events": all}
		},
		"chat completions": func(i int) m { return m{op: "chat", "gen_ai.prompt": asJSON(m{"messages": openAI[i]})} },
		"Vercel": func(i int) m {
			return m{"operation.name": "ai.streamText.doStream", "gen_ai.request.model": "m", "gen_ai.usage.output_tokens": 8, "ai.prompt.messages": asJSON(vercel[i])}
		},
		"Sentry": func(i int) m { return m{op: "chat", "gen_ai.request.messages": asJSON(openAI[i])} },
		"Traceloop": func(i int) m {
			all := m{"llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": `[{"type":"text","text":"look"}]`}
			if i > 0 {
				for key, value := range (m{"1.role": "assistant", "1.tool_calls.0.id": "c", "1.tool_calls.0.name": "ls", "1.tool_calls.0.arguments": `{"path":"."}`, "2.role": "tool", "2.tool_call_id": "c", "2.content": "a b"}) {
					all["gen_ai.prompt."+key] = value
				}
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := openFiles(t, files("a.jsonl", otlpLine(span(0), span(1))), "a.jsonl")
			checkWorkloadInvariants(t, w)
			if len(w.Trajectories) != 1 || len(w.Trajectories[0].Turns) != 2 || len(w.Findings) > 0 {
				t.Fatalf("workload\n%s", outline(w))
			}
			want := []string{`{"role":"user","content":"look"}`,
				`{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"ls","arguments":"{\"path\":\".\"}"}}]}`,
				`{"role":"tool","tool_call_id":"c","content":"a b"}`}
			for i, turn := range w.Trajectories[0].Turns {
				if diff := cmp.Diff(want[:1+2*i], messages(turn.History)); diff != "" {
					t.Errorf("turn %d (-want +got)\n%s", i, diff)
				}
			}
		})
	}
	// As log records of the spans, in lines of their own.
	log := func(i int) string {
		return asJSON(m{"resourceLogs": []any{m{"scopeLogs": []any{m{"logRecords": []any{
			m{"traceId": "t", "spanId": fmt.Sprint("s", i), "eventName": "gen_ai.client.inference.operation.details", "attributes": event("", m{"gen_ai.input.messages": histories[i]})["attributes"]}}}}}}})
	}
	w := openFiles(t, files("a.jsonl", lf(log(0), otlpLine(m{op: "chat"}, m{op: "chat"}), log(1))), "a.jsonl")
	if got := shapesOf(w); got != "t: u, u a t" {
		t.Errorf("from log records: %s", got)
	}
}

func shapesOf(w *trajectory.Workload) string {
	var all []string
	for th := range w.Threads() {
		var turns []string
		for _, turn := range th.Turns {
			turns = append(turns, roles(turn.History))
		}
		all = append(all, th.ID+": "+strings.Join(turns, ", "))
	}
	return strings.Join(all, "; ")
}

// What was reported, with what was worked out from the files.
func TestReportedOTLP(t *testing.T) {
	const trace = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "
	for name, want := range map[string]struct {
		calls []string
		rules string
	}{
		"structured":     {[]string{"conv1 900>30 s u", "conv1 960>8 s u a t"}, "[]"},
		"traceloop":      {[]string{trace + "900>30 u", trace + "960>30 u a u"}, "[]"},
		"vercel":         {[]string{trace + "900>30 u"}, "[]"},
		"uncached-said":  {[]string{"conv1 20005>30 s u", "conv1 20065>8 s u a t"}, "[input-without-cache usage-against-text]"},
		"uncached-shape": {[]string{"conv1 20005>30 ", "conv1 20065>8 a"}, "[input-without-cache no-content]"},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Open("testdata/reported/otlp-" + name + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.calls, calls(w)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := fmt.Sprint(rules(w)); got != want.rules {
				t.Errorf("findings %s, expected %s", got, want.rules)
			}
		})
	}
}

// Which spans are model calls, and what their counts are. The kind: instrumentation
// that does not follow the conventions to the letter.
func TestOTLPCalls(t *testing.T) {
	type m = map[string]any
	tokens := func(in, out int, more m) m {
		all := m{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": in, "gen_ai.usage.output_tokens": out, "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "p"}
		for key, value := range more {
			if all[key] = value; value == nil {
				delete(all, key)
			}
		}
		return all
	}
	loose := m{"gen_ai.operation.name": nil, "gen_ai.request.model": "m"}
	for _, tt := range []struct {
		name  string
		spans []m
		want  []string
	}{
		{"a model and tokens", []m{tokens(5, 2, loose)}, []string{"t 5>2 u"}},
		{"an embedding", []m{tokens(5, 2, nil), tokens(7, 0, loose), {"llm.request.type": "embedding", "gen_ai.request.model": "m", "gen_ai.usage.output_tokens": 1}}, []string{"t 5>2 u"}},
		{"an agent's sum", []m{tokens(5, 2, nil), {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m", "gen_ai.usage.output_tokens": 9}}, []string{"t 5>2 u"}},
		{"an operation of another name", []m{tokens(5, 2, m{"gen_ai.operation.name": "converse", "gen_ai.request.model": "m"}), tokens(6, 2, m{"gen_ai.operation.name": "completion"})}, []string{"t 5>2 u", "t 6>2 u"}},
		{"a framework's span around the client's", []m{tokens(5, 2, m{".spanId": "a"}), tokens(5, 2, m{".parentSpanId": "a"})}, []string{"t 5>2 u"}},
		{"the same, with others between", []m{tokens(5, 2, m{".spanId": "a"}), {".spanId": "b", ".parentSpanId": "a"}, tokens(6, 2, m{".parentSpanId": "b"})}, []string{"t 6>2 u"}},
		{"only the outer one has messages", []m{tokens(5, 2, m{".spanId": "a"}), tokens(6, 2, m{".parentSpanId": "a", "gen_ai.prompt.0.role": nil})}, []string{"t 5>2 u"}},
		{"cached tokens that are part of the input", []m{tokens(50, 2, m{"gen_ai.usage.cache_read.input_tokens": 40})}, []string{"t 50>2 u"}},
		{"one call tells for all", []m{tokens(50, 2, m{"gen_ai.usage.cache_read_input_tokens": 40}), tokens(50, 2, m{"gen_ai.usage.cache_read_input_tokens": 60})}, []string{"t 90>2 u", "t 110>2 u"}},
		{"of another provider it tells nothing", []m{tokens(50, 2, m{"gen_ai.system": "openai", "gen_ai.usage.cache_read_input_tokens": 40}), tokens(50, 2, m{"gen_ai.system": "anthropic", "gen_ai.usage.cache_read_input_tokens": 60})}, []string{"t 50>2 u", "t 110>2 u"}},
		{"the total tells", []m{tokens(50, 2, m{"gen_ai.usage.cache_read_input_tokens": 40, "llm.usage.total_tokens": 92})}, []string{"t 90>2 u"}},
		{"Sentry", []m{tokens(5, 2, m{"gen_ai.usage.input_tokens.cached": 40})}, []string{"t 45>2 u"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, calls(openFiles(t, files("a.jsonl", otlpLine(tt.spans...)), "a.jsonl"))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	// Messages that an exporter has cut are not messages, and not none.
	w := openFiles(t, files("a.jsonl", otlpLine(tokens(5, 2, m{"gen_ai.prompt.0.role": nil, "gen_ai.input.messages": `[{"role":"user","parts":[{"type":"te`}))), "a.jsonl")
	if got := fmt.Sprint(rules(w)); got != "[cut no-content]" || !strings.Contains(w.Findings[1].Text, "no messages that are whole") {
		t.Errorf("findings %v", w.Findings)
	}
}

// Tools in chat completions are objects with a function inside.
func TestOTLPTools(t *testing.T) {
	type m = map[string]any
	schema := m{"type": "object"}
	const want = `[{"type":"function","function":{"name":"ls","description":"list","parameters":{"type":"object"}}}]`
	for name, attrs := range map[string]m{
		"flat":      {"gen_ai.tool.definitions": asJSON([]any{m{"type": "function", "name": "ls", "description": "list", "parameters": schema}})},
		"nested":    {"gen_ai.tool.definitions": want},
		"Vercel":    {"ai.prompt.tools": []any{asJSON(m{"type": "function", "name": "ls", "description": "list", "inputSchema": schema})}},
		"Traceloop": {"llm.request.functions.0.name": "ls", "llm.request.functions.0.description": "list", "llm.request.functions.0.parameters": asJSON(schema)},
	} {
		attrs["gen_ai.operation.name"], attrs["gen_ai.prompt.0.role"], attrs["gen_ai.prompt.0.content"] = "chat", "user", "p"
		w := openFiles(t, files("a.jsonl", otlpLine(attrs)), "a.jsonl")
		if got := string(w.Trajectories[0].Turns[0].Tools); got != want {
			t.Errorf("%s: tools are %s, expected %s", name, got, want)
		}
	}
}
