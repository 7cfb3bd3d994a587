package telemetry

import (
	"fmt"
	"testing"
)

// One process at two addresses counts once, two processes twice.
func TestOneProcessTwice(t *testing.T) {
	engine := func(name string, before int) Observed {
		return observe(t, Target{Name: name}, every(1, func(at float64) string {
			return fmt.Sprintf("vllm:num_requests_waiting 3\nvllm:generation_tokens_total %v\nvllm:prompt_tokens_total %v\n", float64(before)+10*at, 100*at)
		}))
	}
	for _, tt := range []struct {
		other    Observed
		waiting  float64
		tokens   float64
		warnings string
	}{
		{engine("http://127.0.0.1:8000/metrics", 7), 3, 600, "duplicate"},
		{engine("http://127.0.0.1:8001/metrics", 8), 6, 1200, ""},
	} {
		all := []Observed{engine("http://localhost:8000/metrics", 7), tt.other}
		s, warnings := codes(t, all...)
		if s.Waiting.Mean != tt.waiting || s.GenerationTokens.Total != tt.tokens || warnings != tt.warnings || len(s.Targets) != 2 {
			t.Errorf("%s: %+v %+v %q", tt.other.Target.Name, s.Waiting, s.GenerationTokens, warnings)
		}
		if got := curveAt(CurvesOf(all, phase).Waiting, 40); got != tt.waiting {
			t.Errorf("%s: %v drawn", tt.other.Target.Name, got)
		}
	}
}
