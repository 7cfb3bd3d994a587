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
	// parents has the parent of each span.
	parents map[string]string
	// logs has the messages that are log records, by span.
	logs map[string][]otlpEvent
	cut  int // messages that are cut off
}

// An otlpSpan is a model call or a tool execution.
type otlpSpan struct {
	file         string
	group        string // the conversation, session or trace
	start, end   time.Time
	turn         trajectory.Turn // History is nil without messages
	callID, name string
	span         string // trace and span
	perhaps      bool   // see otlpPerhaps
	scope        string // the instrumentation
	cached       int    // tokens read from or written to the cache
	reasoning    int    // tokens, 0 if not stated
	total        int    // tokens, 0 if not stated
}

func newOTLPParser(rd *reader) *otlpParser {
	return &otlpParser{rd: rd, parents: make(map[string]string), logs: make(map[string][]otlpEvent)}
}

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
	elements(object.Get("resourceSpans")).ForEach(func(_, resource gjson.Result) bool {
		elements(resource.Get("scopeSpans")).ForEach(func(_, scope gjson.Result) bool {
			instrumentation := name + " " + scope.Get("scope.name").Str
			elements(scope.Get("spans")).ForEach(func(_, span gjson.Result) bool {
				if field, err := p.span(name, line, span, instrumentation); err != nil {
					p.rd.atRecord(name, line)(fmt.Sprintf("spans[%d].%s", i, field), err)
				}
				i++
				return true
			})
			return true
		})
		return true
	})
	p.readLogs(object)
}

// span reads one span. An error concerns the returned field.
func (p *otlpParser) span(name string, line int, span gjson.Result, scope string) (field string, err error) {
	attrs := otlpAttributes(span.Get("attributes"))
	s := otlpSpan{file: name, scope: scope, group: attrs["gen_ai.conversation.id"].String(), span: spanKey(span)}
	if parent := span.Get("parentSpanId").Str; parent != "" && s.span != "" && len(p.parents) < maxSpans {
		p.parents[s.span] = span.Get("traceId").Str + " " + parent
	}
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
	// One framework calls several providers, which count in ways of their own.
	s.scope += " " + attrs["gen_ai.provider.name"].String() + " " + attrs["gen_ai.system"].String() + " " + attrs["llm.provider"].String()
	kind := otlpKindOf(attrs, span.Get("name").Str)
	s.perhaps = kind == otlpPerhaps
	chat := kind == otlpCall || kind == otlpPerhaps
	if kind == otlpOther {
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
		s.usage(attrs)
		if field, err = p.content(&s, span, attrs); err != nil {
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

// spanKey identifies a span, "" if it has no ID. A copy, not to keep the whole line.
func spanKey(v gjson.Result) string {
	if v.Get("spanId").Str == "" {
		return ""
	}
	return v.Get("traceId").Str + " " + v.Get("spanId").Str
}

// otlpTime parses nanoseconds since 1970, which are strings in OTLP/JSON.
func otlpTime(v gjson.Result) (time.Time, error) {
	n, err := strconv.ParseInt(v.String(), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("%s, expected nanoseconds since 1970", clip(v.Raw))
	}
	return time.Unix(0, n), nil
}
