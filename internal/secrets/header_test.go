package secrets_test

import (
	"testing"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

func TestHeader(t *testing.T) {
	for _, name := range []string{"Authorization", "proxy-authorization", "COOKIE", "X-Api-Key", "X-API-Key", "Api-Key", "Ocp-Apim-Subscription-Key", "X-Goog-Api-Key"} {
		if !secrets.Header(name) {
			t.Errorf("%s is not taken for a credential", name)
		}
	}
	for _, name := range []string{"", "X-Route", "X-Session-ID", "Accept", "X-Tenant", "Idempotency-Key", "Authorization-Mode"} {
		if secrets.Header(name) {
			t.Errorf("%s is taken for a credential", name)
		}
	}
}
