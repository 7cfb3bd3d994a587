package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
)

// longNames are systems whose names are long, hostile, or in other scripts.
func longNames() (all []*report.Report) {
	for i, name := range []string{
		"8x MI300X OAM, SGLang 0.5.4, FP8 KV cache, expert parallel, chunked prefill, two nodes, and a name that goes on",
		strings.Repeat("W", 10_000), `</script><script>alert(1)</script>`, `"><img onerror=x>`, "a\u202egnp.exe", "八卡服务器 H200，vLLM，张量并行八路，前缀缓存", "🚀🚀🚀 fast", "x",
	} {
		s := sample{
			name: name, model: "a model with a long name, in a variant, quantized, with a draft model beside it and more", speed: 300 + 30*float64(i), half: 20 + 9*float64(i), controlled: i%2 == 0, invalid: 6,
			system: &pricing.System{Accelerator: name, Accelerators: 8},
		}
		r := s.search()
		r.Agentperf.Warnings = []metrics.Warning{{Code: "x", Text: strings.Repeat(name+" ", 3)}}
		all = append(all, r)
	}
	return all
}

func TestLongNames(t *testing.T) {
	text := write(t, longNames())
	checkMarkup(t, text)
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, "names.html"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(text) > 2_000_000 {
		t.Errorf("%d bytes: each place that has a name bounds it", len(text))
	}
}
