package format

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// An otlpParser reads spans in OTLP/JSON, one export per line or one per file,
// with the attributes of OpenTelemetry's generative AI conventions or of
// OpenInference. Spans with messages are grouped into sessions by the messages
// they begin with. Agents do not export messages by default; spans without them
// are grouped by conversation or trace, and get growing prompts of synthetic
// text.
type otlpParser struct {
	rd     *reader
	chats  []otlpSpan
	tools  []otlpSpan
	others int // spans that are neither
	file   string
}

// An otlpSpan is a model call or a tool execution.
type otlpSpan struct {
	file         string
	group        string // the conversation, session or trace
	start, end   time.Time
	turn         trajectory.Turn // Context is nil without messages
	callID, name string
}

func newOTLPParser(rd *reader) *otlpParser { return &otlpParser{rd: rd} }

func (p *otlpParser) read(name string, f *file) {
	p.file = name
	head, _ := f.Peek(headSize)
	keys, _ := firstKeys(bytes.TrimSpace(trimBOM(head)))
	if keys.spread || keys.cut {
		// One object per file, or a first line too long to tell: in a file of
		// lines, the first object ends on the first line.
		if data, ok := p.rd.documentOrLines(name, f); ok {
			for _, object := range data {
				p.export(name, object.line, object.value)
			}
		}
		return
	}
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) { p.export(name, line, object) })
}

// export reads the spans of one export.
func (p *otlpParser) export(name string, line int, object gjson.Result) {
	i := 0
	object.Get("resourceSpans").ForEach(func(_, resource gjson.Result) bool {
		resource.Get("scopeSpans").ForEach(func(_, scope gjson.Result) bool {
			scope.Get("spans").ForEach(func(_, span gjson.Result) bool {
				if field, err := p.span(name, line, span); err != nil {
					p.rd.atRecord(name, line)(fmt.Sprintf("spans[%d].%s", i, field), err)
				}
				i++
				return true
			})
			return true
		})
		return true
	})
}

// span reads one span. An error concerns the returned field.
func (p *otlpParser) span(name string, line int, span gjson.Result) (field string, err error) {
	attrs := otlpAttributes(span.Get("attributes"))
	operation := attrs["gen_ai.operation.name"].String()
	if operation == "" {
		operation, _, _ = strings.Cut(span.Get("name").Str, " ")
	}
	openInference := attrs["openinference.span.kind"].Str
	s := otlpSpan{file: name, group: attrs["gen_ai.conversation.id"].String()}
	if s.group == "" {
		s.group = attrs["session.id"].String()
	}
	if s.group == "" {
		s.group = span.Get("traceId").Str
	}
	if s.group == "" {
		s.group = plainName(name)
	}
	s.group = strings.Clone(s.group) // a copy, not to keep the whole line
	chat := operation == "chat" || operation == "generate_content" || operation == "text_completion" || openInference == "LLM"
	tool := operation == "execute_tool" || openInference == "TOOL"
	if !chat && !tool {
		p.others++
		return "", nil
	}
	if s.start, err = otlpTime(span.Get("startTimeUnixNano")); err != nil {
		return "startTimeUnixNano", err
	}
	if s.end, err = otlpTime(span.Get("endTimeUnixNano")); err != nil {
		return "endTimeUnixNano", err
	}
	switch {
	case chat && (attrs["error.type"].Str != "" || span.Get("status.code").String() == "2" || span.Get("status.code").Str == "STATUS_CODE_ERROR"):
		p.rd.note(trajectory.Finding{File: name, Line: line, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "failed-call", Text: "a call failed; left out"})
	case chat:
		s.turn.Line = line
		s.turn.ModelTime = bounded(s.end.Sub(s.start))
		s.turn.PromptTokens = otlpTokens(attrs, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
		s.turn.OutputTokens = otlpTokens(attrs, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
		s.turn.CompletionTokens = s.turn.OutputTokens
		s.turn.MaxOutputTokens = otlpTokens(attrs, "gen_ai.request.max_tokens")
		if field, err = p.content(&s.turn, attrs); err != nil {
			return field, err
		}
		p.chats = append(p.chats, s)
	default:
		call := toolCallOf(attrs["gen_ai.tool.call.id"], attrs["gen_ai.tool.name"])
		s.callID, s.name = call.ID, call.Name
		p.tools = append(p.tools, s)
	}
	return "", nil
}

// otlpAttributes returns the values of attributes by key, without their type.
func otlpAttributes(list gjson.Result) map[string]gjson.Result {
	attrs := make(map[string]gjson.Result)
	list.ForEach(func(_, a gjson.Result) bool {
		a.Get("value").ForEach(func(_, v gjson.Result) bool {
			attrs[a.Get("key").Str] = v
			return false
		})
		return true
	})
	return attrs
}

// otlpTime parses nanoseconds since 1970, which are strings in OTLP/JSON.
func otlpTime(v gjson.Result) (time.Time, error) {
	n, err := strconv.ParseInt(v.String(), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("%s, expected nanoseconds since 1970", clip(v.Raw))
	}
	return time.Unix(0, n), nil
}

// otlpTokens returns the first attribute of the given names that is present, 0 if
// none is. Whole numbers are strings in OTLP/JSON.
func otlpTokens(attrs map[string]gjson.Result, names ...string) int {
	for _, name := range names {
		if v, ok := attrs[name]; ok {
			if n, err := strconv.ParseFloat(v.String(), 64); err == nil && n >= 0 && n <= maxPrompt {
				return int(n)
			}
		}
	}
	return 0
}
