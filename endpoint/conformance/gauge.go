package conformance

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// gauges are the names under which engines count the requests that they work on: vLLM and
// llm-d, llama-server, SGLang, TGI, Dynamo.
var gauges = []string{
	"vllm:num_requests_running", "llamacpp:requests_processing", "sglang:num_running_reqs",
	"tgi_batch_current_size", "dynamo_frontend_inflight_requests",
}

// running returns the number of requests that the server says it works on; ok is false where
// it does not say. A scrape that fails is tried once more: one server answers 500 after an
// abort.
func (s *suite) running(ctx context.Context) (n float64, ok bool) {
	for range 2 {
		if n, ok = s.scrape(ctx); ok {
			return n, true
		}
	}
	return 0, false
}

func (s *suite) scrape(ctx context.Context) (n float64, ok bool) {
	const limit, most = 5 * time.Second, 4 << 20
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	u, err := url.Parse(s.cfg.Endpoint.URL)
	if err != nil {
		return 0, false
	}
	u.Path, u.RawPath = strings.TrimSuffix(apiRoot(u.Path), "/v1")+"/metrics", ""
	resp, err := s.beside(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, false
	}
	lines := bufio.NewScanner(io.LimitReader(resp.Body, most))
	for lines.Scan() {
		if v, counted := gauge(lines.Text()); counted {
			n, ok = n+v, true
		}
	}
	return n, ok
}

// gauge reads a line of the text format of Prometheus.
func gauge(line string) (v float64, ok bool) {
	for _, name := range gauges {
		rest, found := strings.CutPrefix(line, name)
		if !found || rest == "" || rest[0] != '{' && rest[0] != ' ' {
			continue
		}
		fields := strings.Fields(rest[strings.LastIndexByte(rest, '}')+1:])
		if len(fields) == 0 {
			return 0, false
		}
		v, err := strconv.ParseFloat(fields[0], 64)
		return v, err == nil && v >= 0 && v < 1e6
	}
	return 0, false
}
