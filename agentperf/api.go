package agentperf

import (
	"cmp"
	"fmt"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/trajectory"
)

// resolveAPI sets the API of the policy to that of the endpoint, which the policy must not
// contradict. The engine behind Connect gets what the policy says.
func (c *Config) resolveAPI() error {
	if c.Connect != nil {
		return nil
	}
	found := c.Endpoint.ResolvedAPI()
	if found == "" {
		return nil // Endpoint.Validate says why
	}
	c.Endpoint.API = found
	if own := c.Policy.API; own != "" && own != trajectory.API(found) {
		return fmt.Errorf("agentperf: Policy.API is %s, but that of the endpoint is %s", own, found)
	}
	c.Policy.API = trajectory.API(found)
	return nil
}

// unforced reports whether an exact length cannot be had of an endpoint: where it refuses
// ignore_eos, and where it ignores it in Messages, as vLLM does, so that every answer would
// count as short.
func unforced(found endpoint.EOSSupport, api trajectory.API) bool {
	return found == endpoint.EOSRejected || found == endpoint.EOSIgnored && api == trajectory.APIMessages
}

// subject returns lines that say what was measured.
func (r *Report) subject() []string {
	lines := r.Identity.Lines()
	if api := r.Config.API; api != "" {
		lines = append(lines, "API: "+string(api))
	}
	return lines
}

// apiEcho returns the API of a policy for reports and journals, in which empty means chat
// completions, as before there were others.
func apiEcho(p *trajectory.Policy) trajectory.API {
	if api := cmp.Or(p.API, trajectory.APIChat); api != trajectory.APIChat {
		return api
	}
	return ""
}
