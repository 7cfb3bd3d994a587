package endpoint_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

// A server that echoes a part of a credential, in whatever way JSON can write it, does not
// make it come back.
func TestEchoedCredentials(t *testing.T) {
	units := func(s string) (u string) {
		for _, r := range s {
			u += fmt.Sprintf(`\u%04x`, r)
		}
		return u
	}
	const token = "tok/en-9Zx"
	for _, c := range []struct {
		cfg  endpoint.Config
		echo string
	}{
		{cfg: endpoint.Config{APIKey: token}, echo: token},
		{cfg: endpoint.Config{APIKey: "k9"}, echo: "k9"},
		{cfg: endpoint.Config{Header: http.Header{"Authorization": {"Bearer " + token}}}, echo: token},
		{cfg: endpoint.Config{Header: http.Header{"authorization": {"Token t4"}}}, echo: "t4"},
		{cfg: endpoint.Config{Header: http.Header{"Api-Key": {"z9"}}}, echo: "z9"},
		{cfg: endpoint.Config{Header: http.Header{"Cookie": {"a=1; session=" + token + "; b=2"}}}, echo: token},
		{cfg: endpoint.Config{Header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:pa55"))}}}, echo: "pa55"},
		{cfg: endpoint.Config{Header: http.Header{"X-Tenant-Secret": {"long enough"}}}, echo: "long enough"},
	} {
		for name, text := range map[string]string{
			"plain":   `{"error":{"message":"cannot use ` + c.echo + `, says key k"}}`,
			"slashes": `{"error":{"message":"cannot use ` + strings.ReplaceAll(c.echo, "/", `\/`) + `, says key k"}}`,
			"units":   `{"error":{"message":"cannot use ` + units(c.echo) + `, says key k"}}`,
			"nested":  `{"error":{"message":"cannot use {\"key\":\"` + strings.ReplaceAll(units(c.echo), `\`, `\\`) + `\"}, says key k"}}`,
			"no json": `cannot use ` + units(c.echo) + `, says key k`,
			"page":    `<html>cannot use <b>` + c.echo + `</b>, says key k</html>`,
		} {
			engine := &endpointtest.Engine{Fault: func(int) endpointtest.Fault {
				return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: http.StatusForbidden, Body: text}
			}}
			_, conn := connect(t, engine, c.cfg)
			var clock metrics.Clock
			_, err := conn.Stream(t.Context(), "", body(1, ""), &clock)
			if err == nil || strings.Contains(err.Error(), c.echo) || strings.Contains(err.Error(), `\u`) ||
				!strings.Contains(err.Error(), "[redacted]") || !strings.Contains(err.Error(), "cannot use") || !strings.Contains(err.Error(), "says key k") {
				t.Errorf("%s, %s: %v", c.echo, name, err)
			}
		}
	}
}
