package endpoint

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// A PreflightRequest is what the requests of a load have in common, so that a server that
// refuses them refuses those of [Client.Preflight].
type PreflightRequest struct {
	// Model is the model to request; it may be empty when the server lists exactly one.
	Model string
	// Fields are added to each request body and replace fields of the same name.
	Fields map[string]json.RawMessage
	// Tools is the JSON array of the tools that the load declares, in the form of the API;
	// nil declares none.
	Tools json.RawMessage
	// MaxTokensField is the body field that limits answers; empty means max_tokens, and
	// max_completion_tokens where the server refuses that. With [APIResponses] it means
	// max_output_tokens.
	MaxTokensField string
}

// Preflight looks at an endpoint before load is put on it. It lists the models and sends
// two short streamed requests that differ only in ignore_eos, and more where the server
// refuses what other servers accept. To the paths of the other APIs it sends a body that is
// not JSON, to learn which the server has. The error says why the endpoint cannot be
// measured at all; the findings then hold what was known before.
func (c *Client) Preflight(ctx context.Context, q PreflightRequest) (Findings, error) {
	p := &preflight{
		conn: c.Conn(), q: q, field: cmp.Or(q.MaxTokensField, c.api.limitField()), tokens: q.limit(),
		Findings: Findings{Model: q.Model, IgnoreEOS: EOSUndetermined},
	}
	defer p.conn.Close()
	err := p.run(ctx)
	return p.Findings, err
}

// preflight is one under way.
type preflight struct {
	Findings
	conn   *Conn
	q      PreflightRequest
	field  string // that limits answers
	tokens int    // its value
}

func (p *preflight) run(ctx context.Context) error {
	if err := p.chooseModel(ctx); err != nil {
		return err
	}
	p.askEngine(ctx)
	control, err := p.control(ctx)
	p.look(control)
	switch {
	case missing(err):
		p.askAPIs(ctx, p.conn.has(ctx, p.conn.client.api)) // which it may have, and not the model
		if len(p.APIs) > 0 && !slices.Contains(p.APIs, p.conn.client.api) {
			return fmt.Errorf("endpoint: the server has no API %s (it has %v): %w", p.conn.client.api, p.APIs, err)
		}
		return err
	case err != nil && !answered(err):
		return err
	}
	defer p.askAPIs(ctx, true)
	if err != nil {
		p.warn("no_visible_output", "a request for %d tokens had no visible output (hidden reasoning?): little is known of the endpoint", p.tokens)
		return nil
	}
	ttft, _ := control.timing.TTFT()
	p.TTFTSeconds = ttft.Seconds()
	p.ContinuousUsage = control.timing.FirstSource == metrics.SourceContinuous && control.timing.Events > control.timing.FirstEvents

	forced, err := p.probe(ctx, true)
	if err != nil && ctx.Err() != nil {
		return err
	}
	p.judgeEOS(control, forced, err)
	p.judgeConnection(control, forced)
	p.judgePace(control, forced)
	return nil
}

// chooseModel settles which model to request.
func (p *preflight) chooseModel(ctx context.Context) error {
	served, unlisted := p.models(ctx)
	if unlisted != nil {
		p.warn("no_models", "the server lists no models: %v", unlisted)
	}
	switch {
	case p.Model == "" && len(served) == 1:
		p.Model = served[0]
	case p.Model == "" && len(served) > 1:
		return fmt.Errorf("endpoint: no model was named and the server has %d: %s", len(served), p.modelNames(len(served)))
	case p.Model == "" && unreached(unlisted):
		return unlisted // there is no server to have a model
	case p.Model == "" && unlisted != nil:
		return fmt.Errorf("endpoint: no model was named and the server lists none: %w", unlisted)
	case p.Model == "":
		return errors.New("endpoint: no model was named and the server lists none")
	case len(served) > 0 && !slices.Contains(served, p.Model):
		p.warn("model_not_listed", "model %q is not among those listed: %s", p.Model, p.modelNames(len(served)))
	}
	return nil
}

// unreached reports whether a request failed before there was a connection.
func unreached(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Outcome == OutcomeRefused || e.Outcome == OutcomeTLS || e.Outcome == OutcomeLocal)
}

// control sends the request without ignore_eos, and again where the server refuses
// max_tokens.
func (p *preflight) control(ctx context.Context) (sighting, error) {
	s, err := p.probe(ctx, false)
	if p.conn.client.api == APIChat && p.field == maxTokens && refusesMaxTokens(err) && p.q.Fields[maxTokens] == nil {
		p.field = maxCompletionTokens
		if s, err = p.probe(ctx, false); answered(err) {
			p.warn(maxCompletionTokens, "the server refuses max_tokens: every request has max_completion_tokens instead")
		}
	}
	if answered(err) {
		p.MaxTokensField = p.field
	}
	return s, err
}

// askAPIs asks which APIs the server has, besides the one in use if it has that. It
// sends what is not JSON, which servers refuse before they do anything: 400 in all of vLLM,
// llama-server, Dynamo and LiteLLM, while 404 says that there is no such path.
func (p *preflight) askAPIs(ctx context.Context, used bool) {
	for _, a := range apis {
		there := used
		if a != p.conn.client.api {
			there = p.conn.has(ctx, a)
		}
		if there {
			p.APIs = append(p.APIs, a)
		}
	}
}

// answered reports whether a request was served, be it without visible output.
func answered(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return err == nil || ok && e.Outcome == OutcomeEmpty
}

// refusesMaxTokens reports whether a server wants max_completion_tokens instead, as
// OpenAI's reasoning models do.
func refusesMaxTokens(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Outcome == OutcomeStatus && e.Status/100 == 4 &&
		strings.Contains(e.Message, maxTokens) && strings.Contains(e.Message, maxCompletionTokens)
}
