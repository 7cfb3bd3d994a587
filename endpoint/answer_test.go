package endpoint_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// An answer is all that is visible of the first choice, in order and decoded, and it is
// timed as without its text.
func TestAnswer(t *testing.T) {
	says := script{}.say(1, 0, `{"role":"assistant","content":""}`).
		say(2, 0, `{"reasoning_content":"hm\u00e9 "}`).
		say(1, 0, `{"content":"a \"b\"\n"}`).
		say(1, 0, `{"content":[{"type":"text","text":"parts"}]}`).
		say(1, 0, `{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"ls","arguments":"{\"p\":1}"}}]}`).
		end(counts(10, 9))
	other := piece{0, "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n"}
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, append(script{other}, says...), endpoint.Config{})
		var clock metrics.Clock
		a, err := conn.Answer(t.Context(), "", [][]byte{[]byte("{}")}, &clock)
		if want := "hm\u00e9 hm\u00e9 a \"b\"\npartsls{\"p\":1}"; err != nil || a.Text != want || a.Truncated || a.Status != 200 {
			t.Errorf("%q (%+v), %v; want %q", a.Text, a.Response, err, want)
		}
		if timing := clock.Timing(); timing.Events != 5 || timing.Usage.Prompt != 10 {
			t.Errorf("%+v", timing)
		}
		// What follows is not kept.
		if _, err := conn.Stream(t.Context(), "", [][]byte{[]byte("{}")}, new(metrics.Clock)); err != nil {
			t.Error(err)
		}
	})
}

// A server cannot fill the memory of who reads it.
func TestAnswerIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, script{}.say(40, 0, `{"content":"`+strings.Repeat("\u20ac", 20_000)+`"}`).end(), endpoint.Config{})
		a, err := conn.Answer(t.Context(), "", [][]byte{[]byte("{}")}, new(metrics.Clock))
		if err != nil || !a.Truncated || len(a.Text) > 1<<20 || len(a.Text) < 1<<20-3 || !utf8.ValidString(a.Text) {
			t.Errorf("%d bytes, truncated %v, %v", len(a.Text), a.Truncated, err)
		}
	})
}
