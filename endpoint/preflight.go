package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/metrics"
)

// Findings is what [Client.Preflight] found out about an endpoint.
type Findings struct {
	// Model is the model to request: the one given, or the only one served.
	Model string `json:"model"`
	// Models are the names that the server lists; empty when it lists none.
	Models []string `json:"models,omitempty"`
	// ContextTokens is the context window in tokens that the server states for
	// Model; 0 when it states none.
	ContextTokens int `json:"context_tokens,omitempty"`
	// Usage reports whether a stream ends with token counts. Without them output
	// speed rests on counting events.
	Usage bool `json:"usage"`
	// ContinuousUsage reports whether events carry a running token count.
	ContinuousUsage bool `json:"continuous_usage"`
	// IgnoreEOS is what the server does with ignore_eos, which asks for output up
	// to max_tokens whatever the model would do.
	IgnoreEOS EOSSupport `json:"ignore_eos"`
	// TTFTSeconds is the time to first token of the short request.
	TTFTSeconds float64 `json:"ttft_seconds"`
	// Warnings are reasons to doubt a measurement of this endpoint.
	Warnings []string `json:"warnings,omitempty"`
}

// EOSSupport is what a server does with ignore_eos.
type EOSSupport string

const (
	// EOSHonored: outputs continue to max_tokens.
	EOSHonored EOSSupport = "honoured"
	// EOSIgnored: outputs end where the model ends them.
	EOSIgnored EOSSupport = "ignored"
	// EOSRejected: a request with ignore_eos fails.
	EOSRejected EOSSupport = "rejected"
	// EOSUndetermined: nothing showed the difference.
	EOSUndetermined EOSSupport = "undetermined"
)

// probeTokens is the max_tokens of the ignore_eos probe: more than a model has to
// say to "Hi", and few enough not to take long.
const probeTokens = 64

// Preflight looks at an endpoint before load is put on it. It lists the models and
// sends two short streamed requests that differ only in ignore_eos; fields are added
// to their bodies. model may be empty when the server lists exactly one. The error
// says why the endpoint cannot be measured at all.
func (c *Client) Preflight(ctx context.Context, model string, fields map[string]json.RawMessage) (Findings, error) {
	f := Findings{Model: model, IgnoreEOS: EOSUndetermined}
	conn := c.Conn()
	defer conn.Close()
	served, unlisted := conn.models(ctx, &f)
	if unlisted != nil {
		f.Warnings = append(f.Warnings, "the server lists no models: "+unlisted.Error())
	}
	switch {
	case model == "" && len(served) == 1:
		f.Model = served[0]
	case model == "" && len(served) > 1:
		return f, fmt.Errorf("endpoint: no model was named and the server has %d: %s", len(f.Models), strings.Join(f.Models, ", "))
	case model == "" && unlisted != nil:
		return f, fmt.Errorf("endpoint: no model was named and the server lists none: %w", unlisted)
	case model == "":
		return f, errors.New("endpoint: no model was named and the server lists none")
	case len(served) > 0 && !slices.Contains(served, model):
		f.Warnings = append(f.Warnings, fmt.Sprintf("model %q is not among those listed: %s", model, strings.Join(f.Models, ", ")))
	}

	control, controlReason, err := conn.probe(ctx, f.Model, fields, false)
	if e, ok := errors.AsType[*Error](err); ok && e.Outcome == OutcomeEmpty {
		f.Warnings = append(f.Warnings, fmt.Sprintf("a request for %d tokens had no visible output (hidden reasoning?): little is known of the endpoint", probeTokens))
		f.Usage = control.UsageReported
		return f, nil
	}
	if err != nil {
		return f, err
	}
	ttft, _ := control.TTFT()
	f.TTFTSeconds = ttft.Seconds()
	f.Usage = control.UsageReported
	f.ContinuousUsage = control.FirstSource == metrics.SourceContinuous && control.Events > control.FirstEvents
	if !f.Usage {
		f.Warnings = append(f.Warnings, "the server reports no token usage: output speed is counted in events, which need not be tokens")
	}

	forced, forcedReason, err := conn.probe(ctx, f.Model, fields, true)
	switch {
	case err != nil:
		if ctx.Err() != nil {
			return f, err
		}
		f.Warnings = append(f.Warnings, "a request with ignore_eos failed: "+err.Error())
		f.IgnoreEOS = EOSRejected
	case fields["max_tokens"] != nil || fields["ignore_eos"] != nil:
		// The fields override what the probe sets.
	case forcedReason != "length" || forced.UsageReported && forced.Tokens != probeTokens:
		f.IgnoreEOS = EOSIgnored
	case controlReason != "length":
		f.IgnoreEOS = EOSHonored
	}
	if f.IgnoreEOS == EOSIgnored {
		f.Warnings = append(f.Warnings, "ignore_eos is not honored: outputs are as long as the model makes them, whatever was recorded")
	}
	return f, nil
}

// probe sends one short request.
func (c *Conn) probe(ctx context.Context, model string, fields map[string]json.RawMessage, ignoreEOS bool) (metrics.Timing, string, error) {
	body := map[string]any{
		"model":          model,
		"messages":       []map[string]string{{"role": "user", "content": "Hi"}},
		"stream":         true,
		"stream_options": map[string]bool{"include_usage": true},
		"max_tokens":     probeTokens,
	}
	if ignoreEOS {
		body["ignore_eos"] = true
	}
	for name, value := range maps.All(fields) {
		body[name] = value
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return metrics.Timing{}, "", fmt.Errorf("endpoint: a body field is not JSON: %w", err)
	}
	var clock metrics.Clock
	r, err := c.Stream(ctx, "", [][]byte{encoded}, &clock)
	return clock.Timing(), r.FinishReason, err
}

// models fills in what the server lists, and returns its names as they are: those of f
// are fit to print.
func (c *Conn) models(ctx context.Context, f *Findings) (served []string, err error) {
	const limit = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, min(limit, c.client.cfg.Timeout))
	defer cancel()
	u := *c.client.url
	u.Path = strings.TrimSuffix(u.Path, completionsPath) + "/models"
	req := (&http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: c.client.header.Clone()}).WithContext(ctx)
	req.Header.Del("Content-Type")
	req.Header.Set("Accept", "application/json")
	moveHost(req)
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, c.failure(ctx, err, 0)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, c.refusal(resp)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxEvent))
	if err != nil {
		return nil, c.failure(ctx, err, resp.StatusCode)
	}
	list := gjson.GetBytes(text, "data")
	if !valid(text) || !list.IsArray() {
		return nil, &Error{Outcome: OutcomeMalformed, Status: resp.StatusCode, Message: `/models is not a JSON object with "data"`}
	}
	list.ForEach(func(_, entry gjson.Result) bool {
		if id := entry.Get("id").String(); id != "" {
			served = append(served, strings.Clone(id))
			f.Models = append(f.Models, c.client.quote(id))
			if id == f.Model || f.Model == "" {
				f.ContextTokens = contextTokens(entry)
			}
		}
		return true
	})
	if f.Model == "" && len(f.Models) != 1 {
		f.ContextTokens = 0
	}
	return served, nil
}

// contextTokens looks for a model's context window under the names in use:
// vLLM's and SGLang's, llama-server's, and those of routers.
func contextTokens(entry gjson.Result) int {
	for _, path := range [...]string{"max_model_len", "meta.n_ctx", "context_length", "context_window", "max_context_length"} {
		if v := entry.Get(path); v.Type == gjson.Number && v.Num >= 1 && v.Num < 1e9 {
			return int(v.Num)
		}
	}
	return 0
}
