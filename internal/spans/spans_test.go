package spans_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/spans"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		d, least time.Duration
		want     string
	}{
		{0, 0, ""},
		{time.Hour, time.Second, ""},
		{spans.Longest, 0, ""},
		{spans.Longest + 1, 0, "at most 720h"},
		{-1, 0, "expected 0s or more"},
		{5, 0, "5 seconds are 5*time.Second"},
		{30, 10 * time.Millisecond, "30*time.Second"},
		{time.Millisecond, 10 * time.Millisecond, "expected 10ms or more"},
	} {
		err := spans.Check("p: F", tt.d, tt.least)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "p: F is ")) {
			t.Errorf("%v of %v: %v, want %q", tt.d, tt.least, err, tt.want)
		}
	}
}
