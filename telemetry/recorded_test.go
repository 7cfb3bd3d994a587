package telemetry

import (
	"os"
	"path/filepath"
	"testing"
)

// recorded returns a page of a real server, which are kept outside the repository.
func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "metrics", name))
	if err != nil {
		t.Skip("recorded pages are not there")
	}
	return string(text)
}

// three observes the pages before, during and after a load.
func three(t *testing.T, name string, role Role) Observed {
	t.Helper()
	return observe(t, Target{Name: name, Role: role}, pages{
		{0, recorded(t, name+"-before.txt")}, {10, recorded(t, name+"-before.txt")},
		{30, recorded(t, name+"-during.txt")},
		{50, recorded(t, name+"-after.txt")}, {60, recorded(t, name+"-after.txt")},
	})
}

// Every delta of the recorded load comes out exactly: 36 requests with 20,498 tokens of
// prompts and 2,864 of answers, 16,896 cached.
func TestRecordedVLLM(t *testing.T) {
	for _, name := range []string{"vllm", "vllm-ptd"} {
		s, warnings := codes(t, three(t, name, ""))
		if warnings != "" || s.Targets[0].Engine != "vllm" || len(s.Targets) != 1 {
			t.Errorf("%s %+v", warnings, s.Targets)
		}
		count(t, "prompt", s.PromptTokens, 20498, 20498, 20498./40)
		count(t, "generation", s.GenerationTokens, 2864, 2864, 2864./40)
		count(t, "cached", s.CachedTokens, 16896, 16896, 16896./40)
		count(t, "computed", s.ComputedTokens, 3602, 3602, 3602./40)
		count(t, "preemptions", s.Preemptions, 0, 0, 0)
		if r := s.PrefixHitRate; r == nil || r.Part != 16896 || r.Of != 20498 || r.Ratio != 16896./20498 || r.Unit != "tokens" {
			t.Errorf("%+v", r)
		}
		ended := map[string]float64{}
		for _, o := range s.Requests {
			ended[o.Outcome] = o.Total
		}
		if len(ended) != 5 || ended["length"] != 36 || ended["stop"] != 0 || ended["abort"] != 0 {
			t.Errorf("%v", ended)
		}
		if s.Running.Max != 8 || s.Waiting.Max != 4 || *s.Waiting.After != 0 || s.Running.Covered != 1 {
			t.Errorf("running %+v, waiting %+v", s.Running, s.Waiting)
		}
		for what, l := range map[string]*Latency{"ttft": s.TTFT, "queue": s.QueueTime, "e2e": s.E2E} {
			if l == nil || l.Count != 36 || l.P50 == nil || l.P95 == nil {
				t.Errorf("%s: %+v", what, l)
			}
		}
		if s.ITL.Count != 2828 {
			t.Errorf("%+v", s.ITL)
		}
		if s.Acceptance != nil || s.InFlight != nil {
			t.Errorf("%+v %+v", s.Acceptance, s.InFlight)
		}
	}
	s, _ := codes(t, three(t, "vllm", ""))
	if !near(s.TTFT.Mean, 4.309863090515137/36) || !near(s.QueueTime.Mean, 3.241784034002194/36) || !near(s.E2E.Mean, 12.229876279830933/36) || !near(s.ITL.Mean, 7.919234813999537/2828) {
		t.Errorf("%+v %+v %+v %+v", s.TTFT, s.QueueTime, s.E2E, s.ITL)
	}
}

func TestRecordedLlama(t *testing.T) {
	s, warnings := codes(t, three(t, "llama", ""))
	if warnings != "" || s.Targets[0].Engine != "llama-server" {
		t.Errorf("%s %+v", warnings, s.Targets)
	}
	count(t, "computed", s.ComputedTokens, 15196, 15196, 15196./40)
	count(t, "cached", s.CachedTokens, 5374, 5374, 5374./40)
	count(t, "prompt", s.PromptTokens, 20570, 20570, 20570./40)
	count(t, "generation", s.GenerationTokens, 2864, 2864, 2864./40)
	if s.PrefixHitRate.Ratio != 5374./20570 || s.Running.Max != 4 || s.Waiting.Max != 8 || s.Acceptance != nil || s.TTFT != nil || s.KVUse != nil {
		t.Errorf("%+v", s)
	}
}

// The families of Dynamo's frontend appear with the first request. Its worker counts the same
// requests.
func TestRecordedDynamo(t *testing.T) {
	frontend, worker := three(t, "dynamo", Router), three(t, "dynamo-8231", "")
	for _, observed := range [][]Observed{{frontend}, {frontend, worker}} {
		s, warnings := codes(t, observed...)
		if warnings != "" || s.Targets[0].Engine != "dynamo" || len(s.Targets) != len(observed) {
			t.Errorf("%s %+v", warnings, s.Targets)
		}
		count(t, "prompt", s.PromptTokens, 20498, 20498, 20498./40)
		count(t, "generation", s.GenerationTokens, 2864, 2864, 2864./40)
		count(t, "cached", s.CachedTokens, 16896, 16896, 16896./40)
		if s.PrefixHitRate.Ratio != 16896./20498 || s.TTFT.Count != 36 || s.ITL.Count != 2828 || s.InFlight.Max != 12 {
			t.Errorf("%+v %+v %+v %+v", s.PrefixHitRate, s.TTFT, s.ITL, s.InFlight)
		}
		if len(s.Requests) != 1 || s.Requests[0].Outcome != "success" || s.Requests[0].Total != 36 {
			t.Errorf("%+v", s.Requests)
		}
	}
	s, _ := codes(t, frontend)
	if s.Waiting.Max != 6 || s.Running != nil || !near(s.TTFT.Mean, 9.941836846/36) {
		t.Errorf("%+v %+v %+v", s.Waiting, s.Running, s.TTFT)
	}
	s, _ = codes(t, frontend, worker)
	if s.Targets[1].Engine != "vllm" || s.Targets[1].Said.E2E.Count != 36 || s.Running == nil || s.KVUse == nil || s.Targets[1].Families["kv_use"] != "vllm:kv_cache_usage_perc" {
		t.Errorf("%+v", s.Targets[1])
	}
}
