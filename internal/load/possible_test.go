package load_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// Whatever a server sends, the row of its answer is one that a request can have: what it says must
// not make the client look broken.
func FuzzPossibleRow(f *testing.F) {
	for _, body := range []string{
		"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}],\"usage\":{\"completion_tokens\":1}}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\" you\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":-7,\"completion_tokens\":19503,\"completion_tokens_details\":{\"reasoning_tokens\":50000}}}\n\ndata: [DONE]\n\n",
		"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"completion_tokens\":9999999999,\"prompt_tokens\":1}}\n\n",
		"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n",
	} {
		for api := range 3 {
			f.Add([]byte(body), uint8(api), uint16(20))
		}
	}
	recorded, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "sse", "*.txt")) // beside the repository
	others, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "sse", "*", "*.txt"))
	for i, name := range append(recorded, others...) {
		if text, err := os.ReadFile(name); err == nil {
			_, body, _ := bytes.Cut(text, []byte("\r\n\r\n"))
			f.Add(body, uint8(i), uint16(i))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, which uint8, most uint16) {
		api := []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses}[which%3]
		start := time.Now()
		clock := new(metrics.Clock)
		clock.Due(start)
		clock.Window(start.Add(20*time.Microsecond), start.Add(time.Hour))
		clock.Sent(time.Now())
		_, err := endpoint.Decode(api, iotest.HalfReader(bytes.NewReader(body)), clock)
		clock.Done(time.Now())
		timing := clock.Timing()
		row := record.New()
		row.Begun, row.MaxTokens, row.Forced = 0, int32(most), most%2 == 1
		row.Take(&timing, start)
		row.WindowBytes, row.WindowTokens = int32(timing.Within.Bytes), timing.Within.Tokens
		outcome := record.OK
		if err != nil {
			outcome = record.Failed
		}
		row.Conclude(outcome, 0)
		if why := derive.Impossible(&row, false); why != "" {
			t.Errorf("the request %s: %+v", why, row)
		}
	})
}
