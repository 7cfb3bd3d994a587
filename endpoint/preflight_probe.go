package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

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
	encoded, err := json.Marshal(p.body(ignoreEOS))
	if err != nil {
		return sighting{}, fmt.Errorf("endpoint: a body field is not JSON: %w", err)
	}
	var clock metrics.Clock
	s := &sighting{}
	p.conn.sight = s
	r, err := p.conn.Stream(ctx, "", [][]byte{encoded}, &clock)
	p.conn.sight = nil
	s.timing, s.limited, s.completed, s.reconnects = clock.Timing(), r.Limited, r.FinishReason == "completed", r.Reconnects
	return *s, err
}
