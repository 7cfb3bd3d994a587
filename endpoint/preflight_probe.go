package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/agentperf/agentperf-go/metrics"
)

// probeTokens is the max_tokens of a probe: more than a model has to say to "Hi", and few
// enough not to take long.
const probeTokens = 64

// probe sends one short request, and another without tools if the server cannot read what
// its model makes of them: that is some of the requests and not all.
func (p *preflight) probe(ctx context.Context, ignoreEOS bool) (sighting, error) {
	s, err := p.send(ctx, ignoreEOS)
	if e, ok := errors.AsType[*Error](err); ok && e.Advice() != "" && p.q.Tools != nil {
		p.warn("output_parser", "a request with the tools of the load failed, and others may: %v", err)
		p.q.Tools = nil
		s, err = p.send(ctx, ignoreEOS)
	}
	return s, err
}

func (p *preflight) send(ctx context.Context, ignoreEOS bool) (sighting, error) {
	body := map[string]any{
		"model":          p.Model,
		"messages":       []map[string]string{{"role": "user", "content": "Hi"}},
		"stream":         true,
		"stream_options": map[string]bool{"include_usage": true},
		p.field:          probeTokens,
	}
	if p.q.Tools != nil {
		body["tools"] = p.q.Tools
	}
	if ignoreEOS {
		body["ignore_eos"] = true
	}
	for name, value := range maps.All(p.q.Fields) {
		body[name] = value
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return sighting{}, fmt.Errorf("endpoint: a body field is not JSON: %w", err)
	}
	var clock metrics.Clock
	s := &sighting{}
	p.conn.sight = s
	r, err := p.conn.Stream(ctx, "", [][]byte{encoded}, &clock)
	p.conn.sight = nil
	s.timing, s.finish, s.reconnects = clock.Timing(), r.FinishReason, r.Reconnects
	return *s, err
}
