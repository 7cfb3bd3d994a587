package endpoint

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// models fills in what the server lists, and returns its names as they are: those of the
// findings are fit to print.
func (p *preflight) models(ctx context.Context) (served []string, err error) {
	client := p.conn.client
	text, err := p.conn.get(ctx, client.root()+"/models")
	if err != nil {
		return nil, err
	}
	list := gjson.GetBytes(text, "data")
	if !valid(text) || !list.IsArray() {
		return nil, &Error{Outcome: OutcomeMalformed, Status: http.StatusOK, Message: `/models is not a JSON object with "data"`}
	}
	list.ForEach(func(_, entry gjson.Result) bool {
		if id := entry.Get("id").String(); id != "" && len(id) <= longestName {
			served = append(served, strings.Clone(id))
			if len(p.Models) < mostModels {
				p.Models = append(p.Models, client.quote(id))
			}
			if id == p.Model || p.Model == "" {
				p.ContextTokens = contextTokens(entry)
				p.Engine.OwnedBy = client.quote(entry.Get("owned_by").String())
			}
		}
		return true
	})
	if p.Model == "" && len(served) != 1 {
		p.ContextTokens, p.Engine.OwnedBy = 0, ""
	}
	return served, nil
}

// longestName is more than any model is called: the name of the only one listed is sent with
// every request.
const longestName = 1 << 10 // bytes

// mostModels is how many names of models are kept: routers list some hundred. mostNamed is
// how many a message names.
const mostModels, mostNamed = 1000, 10

// modelNames lists names for a message.
func (p *preflight) modelNames(served int) string {
	named := p.Models[:min(len(p.Models), mostNamed)]
	text := strings.Join(named, ", ")
	if served > len(named) {
		text += fmt.Sprintf(" and %d more", served-len(named))
	}
	return text
}

// contextTokens looks for a model's context window under the names in use: vLLM's and
// SGLang's, llama-server's, those of routers, and LiteLLM's limit of the input. What a
// model was trained with (llama-server's n_ctx_train) is not what a server allows.
func contextTokens(entry gjson.Result) int {
	for _, path := range [...]string{"max_model_len", "meta.n_ctx", "context_length", "context_window", "max_context_length", "max_input_tokens"} {
		if n := tokensAt(entry, path); n > 0 {
			return n
		}
	}
	return 0
}

// tokensAt returns a number of tokens, 0 where there is none that can be one.
func tokensAt(v gjson.Result, path string) int {
	if v = v.Get(path); v.Type == gjson.Number && v.Num >= 1 && v.Num < 1e9 {
		return int(v.Num)
	}
	return 0
}

// get returns the body of a path of the server.
func (c *Conn) get(ctx context.Context, path string) ([]byte, error) {
	const limit = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, min(limit, c.client.cfg.Timeout))
	defer cancel()
	u := *c.client.url
	u.Path = path
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
	return text, nil
}
