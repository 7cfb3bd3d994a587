package conformance

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
)

func countTokens(ctx context.Context, s *suite) seen {
	if s.api != endpoint.APIMessages {
		return skipped("%s have no such request", s.words().api)
	}
	u := s.control.timing.Usage
	if u.Prompt == 0 {
		return skipped("usage does not count input tokens")
	}
	status, text, err := s.count(ctx)
	n := gjson.GetBytes(text, "input_tokens")
	switch {
	case err != nil:
		return skipped("%v", err)
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented:
		return skipped("not there: HTTP status %d", status)
	case status != http.StatusOK || n.Type != gjson.Number:
		return failed("HTTP status %d without input_tokens: %.80q", status, text)
	case int64(u.Prompt) != n.Int():
		return failed("%d input tokens, of which the usage of the answer counts %d", n.Int(), u.Prompt)
	}
	return passed("%d input tokens, as in the usage of the answer", u.Prompt)
}

// count asks what the prompt of the first answer counts as.
func (s *suite) count(ctx context.Context) (status int, text []byte, err error) {
	const limit, most = 5 * time.Second, 64 << 10
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	u, err := url.Parse(s.cfg.Endpoint.URL)
	if err != nil {
		return 0, nil, err
	}
	root := apiRoot(u.Path)
	if root == "" {
		root = "/v1"
	}
	u.Path, u.RawPath = root+"/messages/count_tokens", ""
	body := messagesBody(firstQuestion)
	body["model"] = s.found.Model
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	resp, err := s.beside(ctx, http.MethodPost, u, encoded)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(io.LimitReader(resp.Body, most))
	return resp.StatusCode, s.secrets.Redact(text), err
}
