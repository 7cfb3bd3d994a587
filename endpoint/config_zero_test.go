package endpoint_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A time limit that forgot its unit is refused with a hint.
func TestTimeoutsWithoutAUnit(t *testing.T) {
	for want, c := range map[string]endpoint.Config{
		"Timeout is 60ns, which looks like a number without a unit: 60 seconds are 60*time.Second": {URL: "http://h", Timeout: 60},
		"IdleTimeout is 30ns": {URL: "http://h", IdleTimeout: 30},
		"Timeout is -1ns":     {URL: "http://h", Timeout: -1},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
