package endpoint

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A reason that is none is the same to the scan and to the parser, and costs nothing.
func TestFinishReasons(t *testing.T) {
	for reason, want := range map[string]finish{
		`null`: "", `""`: "", `" "`: "", `"\t\n"`: "", `"null"`: "", `"NULL"`: "", `"None"`: "", `"nil"`: "", `" null "`: "", `"\u006eull"`: "",
		`"stop"`: "stop", `"length"`: "length", `"tool_calls"`: "tool_calls", `"content_filter"`: "content_filter", `" stop"`: "stop", `"nullable"`: "nullable",
		`0`: "", `false`: "", `{}`: "", `["stop"]`: "",
	} {
		event := []byte(chunkHead + `{"index":0,"delta":{"content":"x"},"finish_reason":` + reason + `}]}`)
		any, err := parseAnyDelta(event, nil)
		if any.finish != want || err != nil {
			t.Errorf("%s: parsed as %q, %v", reason, any.finish, err)
		}
		if scanned, ok := scanDelta(event); ok && scanned != any {
			t.Errorf("%s: scanned as %q, parsed as %q", reason, scanned.finish, any.finish)
		}
	}
	for _, reason := range []string{"null", "None", " ", "stop"} {
		event := []byte(chunkHead + `{"index":0,"delta":{"content":"x"},"finish_reason":"` + reason + `"}]}`)
		if n := testing.AllocsPerRun(100, func() {
			if _, ok := scanDelta(event); !ok {
				t.Fatal("not scanned")
			}
		}); n != 0 {
			t.Errorf("%q: %v allocations", reason, n)
		}
	}
}

// heldBody hands out its parts, the last one when the client has lost patience, and
type heldBody struct {
	parts []string
	err   error
}

func (b *heldBody) Read(p []byte) (int, error) {
	if len(b.parts) == 0 {
		return 0, b.err
	}
	n := copy(p, b.parts[0])
	b.parts = b.parts[1:]
	if len(b.parts) > 0 {
		return n, nil
	}
	time.Sleep(trailerWait + time.Millisecond)
	return n, nil
}

// Output that was on its way when the client's patience with a finish_reason ended:
// what the client broke off is not the server's success.
func TestBrokenOffTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(Config{URL: "http://mem"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, dog := watch(t.Context(), time.Hour, time.Hour)
		defer dog.stop()
		var clock metrics.Clock
		s := stream{conn: client.Conn(), dog: dog, clock: &clock, response: new(Response)}
		clock.Sent(time.Now())
		event := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}` + "\n\n"
		_, err = s.read(&heldBody{[]string{event, strings.Replace(event, `"stop"`, "null", 1)}, context.Canceled})
		e, ok := s.verdict(ctx, err, nil).(*Error)
		if !ok || e.Outcome != OutcomeTruncated || e.Message != `broken off by the client: output went on after finish_reason "stop"` {
			t.Errorf("%v", e)
		}
		if s.ended(wellEnded(io.ErrUnexpectedEOF)) || clock.Timing().Events != 2 {
			t.Errorf("ended, with %d events", clock.Timing().Events)
		}
	})
}
