package endpoint

import (
	"context"
	"strings"

	"github.com/tidwall/gjson"
)

// askEngine asks an engine that is known to have more to say than its list of models. What
// it does not answer stays unknown.
func (p *preflight) askEngine(ctx context.Context) {
	var path, version string
	switch p.Engine.OwnedBy {
	case "vllm":
		path, version = "/version", "version"
	case "llamacpp":
		path, version = "/props", "build_info"
	default:
		return
	}
	client := p.conn.client
	text, err := p.conn.get(ctx, strings.TrimSuffix(client.root(), "/v1")+path)
	if err != nil || !valid(text) {
		return
	}
	answer := gjson.ParseBytes(text)
	p.Engine.Version = client.quote(answer.Get(version).String())
	if p.ContextTokens == 0 { // llama-server's, of one slot
		p.ContextTokens = tokensAt(answer, "default_generation_settings.n_ctx")
	}
}
