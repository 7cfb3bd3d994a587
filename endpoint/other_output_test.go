package endpoint_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// Text in a place that nobody knew of counts as output in each API, and the place is named:
// otherwise a server could have first tokens that no reader of a report hears of.
func TestOtherOutput(t *testing.T) {
	c, m, r := dialectOf(endpoint.APIChat), dialectOf(endpoint.APIMessages), dialectOf(endpoint.APIResponses)
	for _, tt := range []struct {
		name         string
		d            dialect
		event, place string // empty for a place that is known
	}{
		{"chat", c, choiceEvent(`{"thoughts":"hm"}`, "null"), "delta.thoughts"},
		{"a field of a block's delta", m, typed("content_block_delta", `,"index":0,"delta":{"type":"novel_delta","text":"","novel":"hm"}`), "delta.novel"},
		{"an object in a block's delta", m, typed("content_block_delta", `,"index":0,"delta":{"type":"text_delta","text":{"novel":"hm"}}`), "delta.text"},
		{"an object in a block", m, typed("content_block_start", `,"index":0,"content_block":{"type":"text","text":{"novel":"hm"}}`), "content_block_start"},
		{"thinking", m, strings.Replace(m.thought, "%s", `"hm"`, 1), ""},
		{"a type of event", r, typed("response.heartbeat.delta", `,"delta":"hm"`), "response.heartbeat.delta"},
		{"a type of event without text", r, typed("response.heartbeat.delta", `,"delta":""`) + strings.Replace(r.word, "%s", `"hm"`, 1), ""},
		{"an object in a delta", r, typed("response.output_text.delta", `,"delta":{"novel":"hm"}`), "response.output_text.delta"},
		{"code", r, typed("response.code_interpreter_call_code.delta", `,"delta":"hm"`), ""},
		{"a summary", r, typed("response.reasoning_summary_text.delta", `,"delta":"hm"`), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				steps := []sent{{100 * ms, tt.d.open}, {100 * ms, tt.event}, {800 * ms, strings.Replace(tt.d.word, "%s", `" word"`, 1)}, tt.d.ends(tt.d.stop, 10, 2)}
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, steps, "") })
				client, conn := connect(t, handler, endpoint.Config{API: tt.d.api})
				var clock metrics.Clock
				if _, err := conn.Stream(t.Context(), "", body(10, ""), &clock); err != nil {
					t.Fatal(err)
				}
				if ttft, _ := clock.Timing().TTFT(); ttft != 200*ms {
					t.Errorf("TTFT %v", ttft)
				}
				n := client.Counters()
				if n.OtherPlace != tt.place || n.OtherOutput > 0 != (tt.place != "") {
					t.Errorf("%d at %q, want %q", n.OtherOutput, n.OtherPlace, tt.place)
				}
				if warning := strings.Join(n.Warnings(), " "); !strings.Contains(warning, "text in "+tt.place) == (tt.place != "") {
					t.Errorf("%q", warning)
				}
			})
		})
	}
}
