package format

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A log of 100,000 lines is read, whatever is in it. All take some 10 s together; if
// the time of one grew with the square, it would take longer than a test may.
func TestLongLogs(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	const n = 100_000
	record := func(i int, kind, content string) string {
		return fmt.Sprintf(`{"type":%q,"uuid":"%d","parentUuid":"%d","sessionId":"s","timestamp":"2026-02-01T10:00:00.000Z","message":{"id":"m%d","role":%q,"content":%s,"usage":{"input_tokens":10}}}`+"\n",
			kind, i, i-1, i, kind, content)
	}
	logs := map[string]func(b *strings.Builder){
		"prompts": func(b *strings.Builder) {
			for i := range n {
				b.WriteString(record(i, "user", `"go"`))
			}
		},
		"answers": func(b *strings.Builder) {
			for i := range n {
				b.WriteString(record(i, "assistant", `[{"type":"text","text":"x"}]`))
			}
		},
		"one answer": func(b *strings.Builder) {
			for i := range n {
				fmt.Fprintf(b, `{"type":"assistant","uuid":"%d","sessionId":"s","timestamp":"2026-02-01T10:00:00.000Z","message":{"id":"m","role":"assistant","content":[{"type":"text","text":"x"}]}}`+"\n", i)
			}
		},
		"results": func(b *strings.Builder) {
			for i := range n {
				b.WriteString(record(i, "user", fmt.Sprintf(`[{"type":"tool_result","tool_use_id":"t%d","content":"x"}]`, i)))
			}
		},
		"subagents": func(b *strings.Builder) {
			for i := range n / 10 {
				b.WriteString(record(2*i, "assistant", fmt.Sprintf(`[{"type":"tool_use","id":"t%d","name":"Task","input":{}}]`, i)))
				b.WriteString(strings.Replace(record(2*i+1, "assistant", `[{"type":"text","text":"x"}]`), `"sessionId"`, fmt.Sprintf(`"isSidechain":true,"agentId":"a%d","sessionId"`, i), 1))
			}
		},
		"rewinds": func(b *strings.Builder) {
			for i := range n / 2 {
				b.WriteString(record(3*i+1, "user", `"go"`))
				b.WriteString(record(3*i+2, "assistant", `[{"type":"text","text":"x"}]`))
				b.WriteString(strings.Replace(record(3*i+3, "user", `"no"`), fmt.Sprintf(`"parentUuid":"%d"`, 3*i+2), `"parentUuid":"2"`, 1))
			}
		},
		"compactions": func(b *strings.Builder) {
			for i := range n / 2 {
				b.WriteString(record(2*i, "assistant", `[{"type":"text","text":"x"}]`))
				fmt.Fprintf(b, `{"type":"system","subtype":"compact_boundary","uuid":"c%d","sessionId":"s","timestamp":"2026-02-01T10:00:00.000Z","compactMetadata":{"preTokens":5}}`+"\n", i)
			}
		},
		"codex": func(b *strings.Builder) {
			for i := range n {
				fmt.Fprintf(b, `{"timestamp":"2026-03-01T10:00:00Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c%d","output":"x"}}`+"\n", i)
				fmt.Fprintf(b, `{"timestamp":"2026-03-01T10:00:00Z","type":"response_item","payload":{"type":"function_call","call_id":"c%d","name":"f","arguments":"{}"}}`+"\n", i+1)
			}
		},
		"hashes": func(b *strings.Builder) {
			for i := range n {
				fmt.Fprintf(b, `{"timestamp":%d,"input_length":1500,"output_length":5,"hash_ids":[0,1,%d]}`+"\n", i, i+2)
			}
		},
		"requests": func(b *strings.Builder) {
			for i := range n {
				fmt.Fprintf(b, `{"payload":{"messages":[{"role":"user","content":"a"},{"role":"user","content":"%d"}]},"timestamp":%d}`+"\n", i, i)
			}
		},
		"spans": func(b *strings.Builder) {
			for i := range n / 4 {
				fmt.Fprintf(b, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t%d","name":"chat m","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[{"key":"gen_ai.usage.input_tokens","value":{"intValue":"70"}}]},{"traceId":"t%d","name":"execute_tool f","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[]}]}]}]}`+"\n",
					i%10, i*10, i*10+5, i%10, i*10+6, i*10+7)
			}
		},
	}
	for name, write := range logs {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			write(&b)
			w, err := OpenFS(files("a.jsonl", b.String()), "a.jsonl")
			if err == nil {
				w.Stats()
				trajectory.Lint(w, trajectory.Policy{})
			}
		})
	}
}

// A line of 50 MB is read like any other.
func TestLongLines(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	long := strings.Repeat("x\\n", 17<<20)
	for name, text := range map[string]string{
		"claude": `{"type":"user","uuid":"u","sessionId":"s","timestamp":"2026-02-01T10:00:00.000Z","message":{"role":"user","content":"` + long + `"}}
{"type":"assistant","uuid":"a","sessionId":"s","timestamp":"2026-02-01T10:00:01.000Z","message":{"id":"m","role":"assistant","content":"ok","usage":{"input_tokens":5}}}`,
		"chat":  `{"messages":[{"role":"user","content":"` + long + `"},{"role":"assistant","content":"ok"}]}`,
		"codex": `{"type":"response_item","payload":{"type":"message","role":"user","content":[{"text":"` + long + `"}]}}` + "\n" + `{"type":"response_item","payload":{"type":"message","role":"assistant","content":"ok"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w, err := OpenFS(files("a.jsonl", text), "a.jsonl")
			if err != nil || w.Trajectories[0].Turns[0].History.Size() < 50e6 {
				t.Errorf("%v", err)
			}
		})
	}
}

// Whatever is broken about a recording is an error that names the file, or leaves a
// workload that can be replayed.
func TestBroken(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100_000) + strings.Repeat("[", 100_000)
	for _, name := range fixtures(t) {
		data := readFile(t, name)
		variants := [][]byte{
			append(bytes.Clone(data), "\x00\x00\x00"...),
			append(bytes.Clone(data), deep...),
			bytes.ReplaceAll(data, []byte(`"`), []byte(`'`)),
			bytes.ReplaceAll(data, []byte(`1`), []byte(`-1`)),
			bytes.ReplaceAll(data, []byte(`0`), []byte(`99999999999`)),
			bytes.ReplaceAll(data, []byte(`[`), []byte(`{`)),
			bytes.ReplaceAll(data, []byte(`{`), []byte(`[`)),
			bytes.ReplaceAll(data, []byte(`: `), []byte(`:null,"x":`)),
			bytes.ReplaceAll(data, []byte(`"role"`), []byte(`"rule"`)),
			bytes.ReplaceAll(data, []byte(`2026`), []byte(`0000`)),
			bytes.Repeat(data, 3),
		}
		cuts := 200
		if testing.Short() {
			cuts = 20
		}
		for cut := 1; cut < len(data); cut += max(1, len(data)/cuts) {
			variants = append(variants, data[:cut], data[cut:])
		}
		for _, variant := range variants {
			for _, o := range []Options{{}, {SkipBad: true}} {
				w, err := o.OpenFS(files("a.x", string(variant)), "a.x")
				if err != nil {
					if !strings.HasPrefix(err.Error(), "a.x") {
						t.Fatalf("%s: error %q names no file", name, err)
					}
					continue
				}
				checkWorkloadInvariants(t, w)
				trajectory.Lint(w, trajectory.Policy{Window: 1000})
			}
		}
	}
}
