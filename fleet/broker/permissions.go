package broker

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/nats-io/nats-server/v2/server"
)

// subjects are what a party of a fleet may subscribe to and publish.
func subjects(fleet, name string) (subscribe, publish string) {
	if name == bus.Controller {
		return "agentperf." + fleet + ".>", "agentperf." + fleet + ".>"
	}
	return bus.To(fleet, name), bus.From(fleet, name)
}

func permissions(fleet, name string) *server.Permissions {
	subscribe, publish := subjects(fleet, name)
	return &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{subscribe}},
		Publish:   &server.SubjectPermission{Allow: []string{publish}},
	}
}

// NATSConfig returns the configuration file of a nats-server process that admits the clients of a
// fleet and lets each do what the broker that c describes would: the controller, which connects
// like any other client, and the workers of the given names. Clients are known by the DNS names in
// their certificates, so that c needs Listen and the three files; nats-server does not know a common
// name without the rest of its subject. Logger is ignored. The error says which field or name is
// wrong.
func NATSConfig(c Config, workers []string) (string, error) {
	if c.Fleet == "" {
		c.Fleet = bus.DefaultFleet
	}
	if !bus.ValidName(c.Fleet) {
		return "", fmt.Errorf("broker: fleet %q: expected 1 to 63 of a-z, 0-9 and -", c.Fleet)
	}
	if c.Listen == "" || c.CertFile == "" || c.KeyFile == "" || c.CAFile == "" {
		return "", fmt.Errorf("broker: Listen %q, CertFile %q, KeyFile %q, CAFile %q: expected all four", c.Listen, c.CertFile, c.KeyFile, c.CAFile)
	}
	for _, s := range []string{c.Listen, c.CertFile, c.KeyFile, c.CAFile} {
		if strings.ContainsFunc(s, unicode.IsControl) {
			return "", fmt.Errorf("broker: %q: expected no control characters", s)
		}
	}
	quote := func(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }
	var b strings.Builder
	fmt.Fprintf(&b, "listen: %s\nmax_payload: %d\nmax_pending: %d\nmax_connections: %d\nmax_subscriptions: %d\nwrite_deadline: %q\nno_fast_producer_stall: true\n",
		quote(c.Listen), bus.MaxMessage, maxPending, maxConnections, maxSubscriptions, writeDeadline)
	fmt.Fprintf(&b, "tls {\n  cert_file: %s\n  key_file: %s\n  ca_file: %s\n  verify_and_map: true\n  min_version: \"1.3\"\n  timeout: %g\n}\n",
		quote(c.CertFile), quote(c.KeyFile), quote(c.CAFile), handshakeTimeout.Seconds())
	b.WriteString("authorization {\n  users = [\n")
	seen := make(map[string]bool)
	for _, name := range append([]string{bus.Controller}, workers...) {
		if !bus.ValidName(name) || seen[name] {
			return "", fmt.Errorf("broker: worker %q: expected 1 to 63 of a-z, 0-9 and -, each name once and none %q", name, bus.Controller)
		}
		seen[name] = true
		subscribe, publish := subjects(c.Fleet, name)
		fmt.Fprintf(&b, "    { user: %q, permissions: { subscribe: { allow: [%q] }, publish: { allow: [%q] } } }\n", name, subscribe, publish)
	}
	b.WriteString("  ]\n}\n")
	return b.String(), nil
}
