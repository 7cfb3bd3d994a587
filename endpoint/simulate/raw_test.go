package simulate_test

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/memnet"
)

// event is one event of a stream: when it came after the request was sent, and
// how many tokens it carried by the server's running count.
type event struct {
	us, tokens int
}

// events sends one request and returns what comes.
func events(t *testing.T, handler http.Handler, body [][]byte) (all []event) {
	t.Helper()
	server := memnet.Serve(handler)
	defer server.Close()
	transport := &http.Transport{DialContext: server.Dial}
	defer transport.CloseIdleConnections()
	began := time.Now()
	resp, err := (&http.Client{Transport: transport}).Post("http://mem/v1/chat/completions", "application/json", bytes.NewReader(bytes.Join(body, nil)))
	if err != nil {
		t.Error(err)
		return nil
	}
	defer resp.Body.Close()
	total := 0
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if n := int(gjson.Get(text, "usage.completion_tokens").Int()); ok && n > total {
			all = append(all, event{int(time.Since(began).Microseconds()), n - total})
			total = n
		}
	}
	return all
}
