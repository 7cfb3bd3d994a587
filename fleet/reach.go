package fleet

import (
	"context"
	"fmt"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/replay"
)

// reach looks at the endpoint before the first phase of a controller's run, with requests that have
// all in common with those of the plan: a key that is wrong here, or an address that leads nowhere
// from here, would look like a system that fails. A Connect is not looked through.
func (w *worker) reach(ctx context.Context, p *wire.Plan) error {
	if w.client == nil || w.reached == p.Controller {
		return nil
	}
	policy := &p.Plan.Policy
	_, err := w.client.Preflight(ctx, endpoint.PreflightRequest{
		Model: policy.Model, Fields: policy.Fields, Tools: replay.Tools(w.cfg.Workload, policy.API), MaxTokensField: policy.MaxTokensField,
	})
	if err != nil {
		return fmt.Errorf("the endpoint, from there: %w", err)
	}
	w.reached = p.Controller
	return nil
}
