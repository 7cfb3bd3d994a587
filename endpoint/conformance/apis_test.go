package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/conformance"
)

// Servers that speak Messages and Responses in their own way conform; what they lack is
// information. The ways are those of real servers, re-created.
func TestOddAPIsConform(t *testing.T) {
	vllm := with(func(d *dialect) { // without --enable-prompt-tokens-details
		d.begin = func(c counts) string {
			return messageStart(fmt.Sprintf(`{"input_tokens":%d,"output_tokens":0}`, c.prompt))
		}
		d.end = func(limited, called bool, c counts) string {
			return blockStop(0) + messageEnd(limited, called, fmt.Sprintf(`{"input_tokens":%d,"output_tokens":%d}`, c.prompt, c.made))
		}
	})
	litellm := with(func(d *dialect) {
		d.begin = func(counts) string { return messageStart(ownCounts(counts{})) }
		d.count = func(prompt int) int { return prompt - 8 }
	})
	common := []string{"reasoning skipped", "cancel skipped", "context_overflow skipped", "utf8 skipped", "tls skipped"}
	messages := append([]string{"running_usage skipped"}, common...)
	responses := append([]string{"running_usage skipped", "count_tokens skipped"}, common...)
	for _, tt := range []struct {
		name  string
		api   endpoint.API
		odd   *odd
		usual []string
		more  []string // findings beside the usual
		less  []string // of the usual
	}{
		{"the vendor", endpoint.APIMessages, &odd{dialect: anthropic}, messages, nil, nil},
		{"the vendor, without count_tokens", endpoint.APIMessages, &odd{natural: 20, dialect: with(func(d *dialect) { d.count = nil })}, messages, []string{"count_tokens skipped"}, nil},
		{"llama-server", endpoint.APIMessages, &odd{anyModel: true, dialect: llamaMessages}, messages,
			[]string{"tool_calls failed", "unknown_model failed"}, []string{"reasoning skipped"}},
		{"vLLM", endpoint.APIMessages, &odd{dialect: vllm}, messages, []string{"cached_tokens failed"}, nil},
		{"Dynamo", endpoint.APIMessages, &odd{dialect: dynamoMessages()}, messages, []string{"count_tokens failed"}, []string{"running_usage skipped"}},
		{"LiteLLM", endpoint.APIMessages, &odd{dialect: litellm}, messages, []string{"count_tokens failed"}, nil},
		{"no event: lines", endpoint.APIMessages, &odd{dialect: unnamed(anthropic)}, messages, nil, nil},
		{"CRLF", endpoint.APIMessages, &odd{crlf: true, dialect: anthropic}, messages, nil, nil},

		{"the vendor", endpoint.APIResponses, &odd{dialect: openai{cut: "response.incomplete incomplete"}.dialect}, responses, nil, nil},
		{"vLLM", endpoint.APIResponses, &odd{dialect: openai{cut: "response.completed incomplete", reasoning: true}.dialect}, responses, nil, []string{"reasoning skipped"}},
		{"llama-server", endpoint.APIResponses, &odd{anyModel: true, dialect: openai{cut: "response.completed completed", bare: true}.dialect}, responses, []string{"unknown_model failed"}, nil},
		{"Dynamo", endpoint.APIResponses, &odd{textErrors: true, dialect: after(openai{cut: "response.incomplete incomplete"}.dialect, "data: [DONE]\n\n")}, responses, []string{"errors failed"}, nil},
		{"LiteLLM", endpoint.APIResponses, &odd{natural: 30, dialect: unnamed(after(openai{cut: "response.completed incomplete"}.dialect, "data: [DONE]\n\n"))}, responses, nil, nil},
	} {
		t.Run(string(tt.api)+"/"+tt.name, func(t *testing.T) {
			r, err := look(t, tt.odd, conformance.Config{Endpoint: endpoint.Config{API: tt.api}})
			if err != nil || r.Err() != nil {
				show(t, r)
				t.Fatal(err, r.Err())
			}
			want := slices.DeleteFunc(slices.Concat(tt.usual, tt.more), func(s string) bool { return slices.Contains(tt.less, s) })
			got := not(r)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("not passed: %q\nwant %q", got, want)
				show(t, r)
			}
		})
	}
}

// What a server of Messages or Responses lacks is found by the rule about it.
func TestAPIRules(t *testing.T) {
	vendor := openai{cut: "response.incomplete incomplete"}.dialect
	late := func(of func() *dialect, change func(string) string) func() *dialect {
		return func() *dialect {
			d := of()
			end := d.end
			d.end = func(limited, called bool, c counts) string { return change(end(limited, called, c)) }
			return d
		}
	}
	replace := func(old, new string) func(string) string {
		return func(text string) string { return strings.ReplaceAll(text, old, new) }
	}
	for _, tt := range []struct {
		name string
		api  endpoint.API
		odd  *odd
		rule conformance.Capability
		saw  string
	}{
		{"no start", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) { d.begin = func(counts) string { return "" } })}, conformance.Role, `the first event is "content_block_start", expected message_start`},
		{"another role", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.begin = func(c counts) string { return strings.Replace(messageStart(ownCounts(c)), "assistant", "model", 1) }
		})}, conformance.Role, `the role is "model"`},
		{"no start of a block", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.token = func(_ int, text string, _ counts) string { return blockDelta(0, "text_delta", "text", text, "") }
		})}, conformance.Order, `a content_block_delta of index "0", which is no open block`},
		{"a block that stays open", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.end = func(limited, called bool, c counts) string { return messageEnd(limited, called, ownCounts(c)) }
		})}, conformance.Order, "message_stop while 1 blocks are open"},
		{"one index twice", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.end = func(limited, called bool, c counts) string {
				return blockStop(0) + blockStart(0, textBlock) + blockStop(0) + messageEnd(limited, called, ownCounts(c))
			}
		})}, conformance.Order, "two blocks have the index 0"},
		{"no counts at the end", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.end = func(limited, called bool, c counts) string { return blockStop(0) + messageEnd(limited, called, "null") }
		})}, conformance.Usage, "ended without a count of output tokens"},
		{"cut in silence", endpoint.APIMessages, &odd{dialect: late(anthropic, replace("max_tokens", "end_turn"))}, conformance.MaxTokens, `ends with "end_turn", expected "max_tokens"`},
		{"cut too early", endpoint.APIMessages, &odd{natural: 20, dialect: late(anthropic, replace("end_turn", "max_tokens"))}, conformance.MaxTokens, `an answer ends with "max_tokens" after 20 of 128 tokens`},
		{"ignore_eos ignored", endpoint.APIMessages, &odd{natural: 20, ignoresEOS: true, dialect: anthropic}, conformance.IgnoreEOS, `20 of 128 tokens, with stop_reason "end_turn"`},
		{"another count", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) { d.count = func(prompt int) int { return prompt + 1 } })}, conformance.CountTokens, "input tokens, of which the usage of the answer counts"},
		{"an overload", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.end = func(bool, bool, counts) string {
				return line("error", `"error":{"type":"overloaded_error","message":"Overloaded"}`)
			}
		})}, conformance.Finish, "verloaded"},
		{"no message_stop", endpoint.APIMessages, &odd{dialect: late(anthropic, replace(line("message_stop", ""), ""))}, conformance.Done, "ended without message_stop"},
		{"arguments as a whole", endpoint.APIMessages, &odd{dialect: with(func(d *dialect) {
			d.call = func(i, n int) string {
				if i < n-1 {
					return line("ping", "")
				}
				return blockStart(0, `{"type":"tool_use","id":"t","name":"run","input":{}}`) + blockDelta(0, "input_json_delta", "partial_json", "{}", "")
			}
		})}, conformance.ToolCalls, "the arguments came as a whole"},

		{"no start", endpoint.APIResponses, &odd{dialect: func() *dialect {
			d := vendor()
			begin := d.begin
			d.begin = func(c counts) string { begin(c); return "" }
			return d
		}}, conformance.Role, `the first event is "response.output_item.added", expected response.created`},
		{"numbers that fall", endpoint.APIResponses, &odd{dialect: late(vendor, func(text string) string {
			return strings.Replace(text, `"sequence_number":1`, `"sequence_number":-1`, 1)
		})}, conformance.Order, "sequence number -1"},
		{"two ends", endpoint.APIResponses, &odd{dialect: late(vendor, func(text string) string {
			return text + strings.ReplaceAll(text, `"sequence_number":1`, `"sequence_number":9`)
		})}, conformance.Order, "after response.incomplete"},
		{"no end", endpoint.APIResponses, &odd{dialect: late(vendor, func(string) string { return "" })}, conformance.Finish, "truncated"},
		{"failed", endpoint.APIResponses, &odd{dialect: late(vendor, replace("incomplete", "failed"))}, conformance.Finish, "error_event"},
		{"no counts", endpoint.APIResponses, &odd{dialect: late(vendor, replace("usage", "unused"))}, conformance.Usage, "ended without a count of output tokens"},
		{"arguments as a whole", endpoint.APIResponses, &odd{dialect: func() *dialect {
			d := vendor()
			call := d.call
			d.call = func(i, n int) string {
				if i < n-1 {
					return ""
				}
				return call(0, 1)
			}
			return d
		}}, conformance.ToolCalls, "the arguments came as a whole"},
	} {
		t.Run(string(tt.api)+"/"+tt.name, func(t *testing.T) {
			r, err := look(t, tt.odd, conformance.Config{Endpoint: endpoint.Config{API: tt.api}}, tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			if f := finding(t, r, tt.rule); f.Status != conformance.Failed || !strings.Contains(f.Saw, tt.saw) || r.Err() == nil {
				t.Errorf("%s: %s, want %q", f.Status, f.Saw, tt.saw)
				show(t, r)
			}
		})
	}
}
