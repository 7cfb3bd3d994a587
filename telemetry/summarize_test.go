package telemetry

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// A server whose counters go up by 10 a second, with 2 waiting on average in the window.
func TestKnownAnswers(t *testing.T) {
	o := observe(t, Target{}, every(5, func(at float64) string {
		waiting := 0.0
		if at > 10 && at < 50 { // up to 4 at 30 s and down again
			waiting = 4 - math.Abs(at-30)/5
		}
		return fmt.Sprintf(`# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3
vllm:num_requests_running{engine="1",model_name="m"} 5
vllm:num_requests_waiting{engine="0",model_name="m"} %v
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} %v
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.5
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.9
vllm:gpu_cache_usage_perc{engine="0",model_name="m"} 0.1
vllm:generation_tokens_total{engine="0",model_name="m"} %v
vllm:generation_tokens_total{engine="1",model_name="m"} %v
vllm:prefix_cache_queries_total{engine="0"} %v
vllm:prefix_cache_hits_total{engine="0"} %v
vllm:request_queue_time_seconds_bucket{engine="0",le="0.25"} %v
vllm:request_queue_time_seconds_bucket{engine="0",le="0.5"} %v
vllm:request_queue_time_seconds_bucket{engine="0",le="+Inf"} %v
vllm:request_queue_time_seconds_sum{engine="0"} %v
vllm:request_queue_time_seconds_count{engine="0"} %v
`, waiting, waiting, 1000+4*at, 6*at, 8*at, 2*at, 0.4*at, 1.8*at, 2*at, 0.7*at, 2*at)
	}))
	s, warnings := codes(t, o)
	if warnings != "" {
		t.Error(warnings)
	}
	if s.Running.Mean != 8 || s.Running.Max != 8 || s.Running.Min != 8 || s.Running.Covered != 1 {
		t.Errorf("running %+v", s.Running)
	}
	if !near(s.Waiting.Mean, 2) || s.Waiting.Max != 4 || s.Waiting.Min != 0 || *s.Waiting.Before != 0 {
		t.Errorf("waiting %+v", s.Waiting)
	}
	if !near(s.KVUse.Mean, 0.7) || s.KVUse.Max != 0.9 {
		t.Errorf("KV %+v", s.KVUse)
	}
	count(t, "generation", s.GenerationTokens, 600, 400, 10)
	if *s.PrefixHitRate != (Ratio{0.25, 80, 320, "tokens"}) || s.CachedTokens.Total != 120 || s.PromptTokens != nil || s.ComputedTokens != nil {
		t.Errorf("%+v %+v", s.PrefixHitRate, s.CachedTokens)
	}
	q := s.QueueTime
	if q.Count != 80 || !near(q.Mean, 0.35) || q.P50.Above != 0.25 || *q.P50.AtMost != 0.5 || q.P95.Above != 0.5 || q.P95.AtMost != nil {
		t.Errorf("queue %+v %+v %+v", q, q.P50, q.P95)
	}
	if s.Window != (Span{10, 50}) || s.TTFT != nil || s.E2E != nil || s.Preemptions != nil || s.Requests != nil || s.Acceptance != nil || s.InFlight != nil {
		t.Errorf("%+v", s)
	}
	if f := s.Targets[0].Families; f["kv_use"] != "vllm:kv_cache_usage_perc" || s.Targets[0].Scrapes != 13 {
		t.Errorf("%+v", s.Targets[0])
	}
}

// Scrapes that are beside the window's ends: counts are between the nearest two, over the
// time between them; gauges are cut at the ends.
func TestBesideTheEnds(t *testing.T) {
	page := func(at float64) string {
		return fmt.Sprintf("vllm:generation_tokens_total %v\nvllm:num_requests_waiting %v\n", at*at, at)
	}
	var all pages
	for _, at := range []float64{-1, 1, 12, 23, 34, 45, 56, 67} {
		all = append(all, pages{{at, page(at)}}...)
	}
	s, warnings := codes(t, observe(t, Target{}, all))
	if warnings != "" {
		t.Error(warnings)
	}
	count(t, "generation", s.GenerationTokens, 67*67-1, 45*45-12*12, (45*45-12*12)/33.)
	if !near(s.Waiting.Mean, 30) || s.Waiting.Covered != 1 || s.Window != (Span{12, 45}) || !near(s.Waiting.Min, 10) || !near(s.Waiting.Max, 50) {
		t.Errorf("%+v %+v", s.Waiting, s.Window)
	}
}

func TestTraps(t *testing.T) {
	tokens := "vllm:generation_tokens_total"
	// A counter of 10 a second, as a line.
	ten := func(at float64) string { return fmt.Sprintf("%s %v\n", tokens, 10*at) }
	for name, test := range map[string]struct {
		page     func(at float64) string
		step     float64
		total    float64
		window   float64
		warnings string
	}{
		"as it should be": {ten, 1, 600, 400, ""},
		"begins anew": {func(at float64) string {
			if at < 30 {
				return ten(at)
			}
			return ten(at - 29.5)
		}, 1, 290 + 305, 190 + 205, "restarted"},
		"begins anew, higher than before": {func(at float64) string {
			if at < 30 {
				return fmt.Sprintf("%s 5\nprocess_start_time_seconds 1.7e9\n", tokens)
			}
			return fmt.Sprintf("%s %v\nprocess_start_time_seconds 1.8e9\n", tokens, 10*(at-29))
		}, 1, 310, 210, "restarted"},
		"begins anew, seen by another": {func(at float64) string {
			if at < 30 {
				return fmt.Sprintf("%s 5\nvllm:prompt_tokens_total 50\n", tokens)
			}
			return fmt.Sprintf("%s %v\nvllm:prompt_tokens_total 1\n", tokens, 10*(at-29))
		}, 1, 310, 210, "restarted"},
		"the start moves by rounding": {func(at float64) string {
			return ten(at) + fmt.Sprintf("process_start_time_seconds %v\n", 1.7e9+math.Mod(at, 2)/4)
		}, 1, 600, 400, ""},
		"appears with the first request": {func(at float64) string {
			if at < 20 {
				return "vllm:num_requests_running 0\n"
			}
			return ten(at)
		}, 1, 600, 500, ""},
		"under another label from the middle on": {func(at float64) string {
			if at < 30 {
				return fmt.Sprintf("%s{model_name=\"a\"} %v\n", tokens, 10*at)
			}
			return fmt.Sprintf("%s{model_name=\"b\"} %v\n", tokens, 10*(at-29))
		}, 1, 290 + 310, 190 + 210, "vanished"},
		"late": {func(at float64) string {
			if at < 5 {
				return ""
			}
			return ten(at)
		}, 1, 550, 400, "failed not_closed partial"},
		"ends early": {func(at float64) string {
			if at > 55 {
				return ""
			}
			return ten(at)
		}, 1, 550, 400, "failed not_closed"},
		"a gap": {func(at float64) string {
			if at > 20 && at < 35 {
				return ""
			}
			return ten(at)
		}, 1, 600, 400, "failed gap"},
		"one scrape fails": {func(at float64) string {
			if at == 20 {
				return ""
			}
			return ten(at)
		}, 1, 600, 400, "failed"},
		"NaN": {func(at float64) string {
			if at == 20 {
				return tokens + " NaN\n"
			}
			return ten(at)
		}, 1, 600, 400, "not_finite"},
		"infinite": {func(at float64) string {
			if at == 50 { // the value of the scrape before stands
				return tokens + " +Inf\n"
			}
			return ten(at)
		}, 1, 600, 390, "not_finite"},
		"twice": {func(at float64) string { return ten(at) + tokens + " 7\n" }, 1, 600, 400, "duplicate"},
		"twice, in another order": {func(at float64) string {
			return fmt.Sprintf("%s{a=\"1\",b=\"2\"} %v\n%s{b=\"2\",a=\"1\"} %v\n", tokens, 10*at, tokens, 10*at)
		}, 1, 600, 400, "duplicate"},
		"malformed": {func(at float64) string { return ten(at) + tokens + "{x=1} 7\n" }, 1, 600, 400, "malformed"},
		"a gauge of the same name with a label": {func(at float64) string {
			return ten(at) + "vllm:generation_tokens_created 1.7e9\n"
		}, 1, 600, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, warnings := codes(t, observe(t, Target{}, every(test.step, test.page)))
			if warnings != test.warnings {
				t.Errorf("warnings %q, want %q", warnings, test.warnings)
			}
			c := s.GenerationTokens
			if c == nil || c.Total != test.total || c.Window == nil || *c.Window != test.window {
				t.Fatalf("%+v, want %v in all and %v in the window", c, test.total, test.window)
			}
		})
	}
}

// What is absent is nil, with a reason.
func TestAbsent(t *testing.T) {
	page := func(text string) func(float64) string { return func(float64) string { return text } }
	for name, test := range map[string]struct {
		page     func(float64) string
		warnings string
	}{
		"no server":       {page(""), "failed"},
		"nothing known":   {page("node_cpu 1\n"), "unknown"},
		"nothing at all":  {page("\n"), "unknown"},
		"an HTML page":    {page("<html>\n<body>x</body>"), "failed"},
		"only not finite": {page("vllm:num_requests_waiting NaN\n"), "not_finite unknown"},
	} {
		s, warnings := codes(t, observe(t, Target{}, every(1, test.page)))
		if warnings != test.warnings || s.Waiting != nil || s.GenerationTokens != nil || len(s.Targets) != 1 || s.Targets[0].Said != nil {
			t.Errorf("%s: %q, %+v", name, warnings, s)
		}
	}
	if s, p, w := Summarize(nil, phase, 0); s != nil || p != nil || len(w) != 0 {
		t.Errorf("%v %v %v", s, p, w)
	}
	// A window between two scrapes has no counts, but a total.
	s, warnings := codes(t, observe(t, Target{}, pages{{0, "vllm:generation_tokens_total 0\n"}, {60, "vllm:generation_tokens_total 9\n"}, {61, "vllm:generation_tokens_total 9\n"}}))
	if c := s.GenerationTokens; c.Total != 9 || *c.Window != 9 || !strings.Contains(warnings, "gap") && s.Window != (Span{0, 60}) {
		t.Errorf("%+v %s %+v", c, warnings, s.Window)
	}
	s, warnings = codes(t, observe(t, Target{}, pages{{-1, "vllm:generation_tokens_total 0\n"}, {0, "vllm:generation_tokens_total 0\n"}, {1, "vllm:generation_tokens_total 9\n"}}))
	if c := s.GenerationTokens; c.Total != 9 || c.Window != nil || c.PerSecond != nil || warnings != "gap not_closed" {
		t.Errorf("%+v %s", c, warnings)
	}
}

// What one of two engines does not count is not taken for none: shares are of the engine that
// counts both, and there is no mean where a sum lacks that of one.
func TestCountedByOne(t *testing.T) {
	both := observe(t, Target{Name: "both"}, every(5, func(at float64) string {
		return fmt.Sprintf("vllm:prompt_tokens_total %v\nvllm:prompt_tokens_cached_total %v\nvllm:time_to_first_token_seconds_sum %v\nvllm:time_to_first_token_seconds_count %v\n", 40+2*at, 20+at, at, 20+at)
	}))
	one := observe(t, Target{Name: "one"}, every(5, func(at float64) string {
		return fmt.Sprintf("vllm:prompt_tokens_total %v\nvllm:time_to_first_token_seconds_count %v\n", 60+3*at, 20+at)
	}))
	for _, all := range [][]Observed{{both, one}, {one, both}} {
		s, _, _ := Summarize(all, phase, 0)
		if r := s.PrefixHitRate; r == nil || *r != (Ratio{0.5, 40, 80, "tokens"}) {
			t.Errorf("%+v", r)
		}
		if s.TTFT != nil {
			t.Errorf("a mean of %+v", s.TTFT)
		}
	}
}

// Ranks that count the same requests count once, those with requests of their own add up.
func TestRanks(t *testing.T) {
	o := observe(t, Target{}, every(1, func(at float64) string {
		var b strings.Builder
		for dp := range 2 {
			for tp := range 4 {
				fmt.Fprintf(&b, "sglang:generation_tokens_total{dp_rank=\"%d\",tp_rank=\"%d\"} %v\n", dp, tp, at*float64(dp+1))
				fmt.Fprintf(&b, "sglang:num_queue_reqs{dp_rank=\"%d\",tp_rank=\"%d\"} %d\n", dp, tp, 2*dp+10*tp)
			}
		}
		fmt.Fprintf(&b, "sglang:cached_tokens_total{cache_source=\"device\"} %v\nsglang:cached_tokens_total{cache_source=\"host\"} %v\n", at, at/2)
		fmt.Fprintf(&b, "sglang:cache_hit_rate 0.99\nsglang:prompt_tokens_total %v\n", 6*at)
		return b.String()
	}))
	s, _ := codes(t, o)
	count(t, "generation", s.GenerationTokens, 180, 120, 3)
	if s.Waiting.Mean != 2 || s.PrefixHitRate.Ratio != 0.25 || s.Targets[0].Engine != "sglang" {
		t.Errorf("%+v %+v", s.Waiting, s.PrefixHitRate)
	}
}

// Names of other engines and of other times.
func TestVocabularies(t *testing.T) {
	for _, test := range []struct {
		engine, page string
		check        func(s *Server) bool
	}{
		{"vllm", "vllm:gpu_cache_usage_perc 0.5\nvllm:gpu_prefix_cache_queries_total %v\nvllm:gpu_prefix_cache_hits_total %v\n",
			func(s *Server) bool {
				return s.KVUse.Mean == 0.5 && *s.PrefixHitRate == Ratio{1, 40, 40, "blocks"} && s.CachedTokens == nil
			}},
		{"vllm", "vllm:spec_decode_num_draft_tokens_total %v\nvllm:spec_decode_num_accepted_tokens_total %v\n",
			func(s *Server) bool { return s.Acceptance.Ratio == 1 && s.Acceptance.Of == 40 }},
		{"vllm", "vllm:time_per_output_token_seconds_sum %v\nvllm:time_per_output_token_seconds_count %v\n",
			func(s *Server) bool { return s.ITL.Mean == 1 && s.ITL.P50 == nil }},
		{"tensorrt-llm", "trtllm_kv_cache_reused_blocks_total %v\ntrtllm_kv_cache_missed_blocks_total %v\ntrtllm_kv_cache_hit_rate 0.9\n",
			func(s *Server) bool { return *s.PrefixHitRate == Ratio{0.5, 40, 80, "blocks"} }},
		{"tensorrt-llm", "trtllm:e2e_request_latency_seconds_sum %v\ntrtllm:e2e_request_latency_seconds_count %v\n",
			func(s *Server) bool { return s.E2E.Count == 40 }},
		{"tensorrt-llm", "request_queue_time_seconds_sum %v\nrequest_queue_time_seconds_count %v\n",
			func(s *Server) bool { return s.QueueTime.Count == 40 }},
		{"tgi", "tgi_queue_size 3\ntgi_request_generated_tokens_sum %v\ntgi_request_failure{err=\"overloaded\"} %v\n",
			func(s *Server) bool {
				return s.Waiting.Mean == 3 && *s.GenerationTokens.Window == 40 && s.Requests[0].Outcome == "overloaded"
			}},
		{"dynamo", "nv_llm_http_service_inflight_requests 7\nnv_llm_http_service_input_sequence_tokens_sum %v\nnv_llm_http_service_requests_total{status=\"success\"} %v\n",
			func(s *Server) bool { return s.InFlight.Mean == 7 && *s.PromptTokens.Window == 40 }},
		{"llama-server", "llamacpp:kv_cache_usage_ratio 0.25\nllamacpp:prompt_tokens_total %v\nllamacpp:tokens_predicted_total %v\nllamacpp:predicted_tokens_seconds 99\n",
			func(s *Server) bool {
				return s.KVUse.Mean == 0.25 && *s.ComputedTokens.Window == 40 && s.PromptTokens == nil && s.PrefixHitRate == nil
			}},
	} {
		s, warnings := codes(t, observe(t, Target{}, every(1, func(at float64) string { return fmt.Sprintf(test.page, at, at) })))
		if warnings != "" || s.Targets[0].Engine != test.engine || !test.check(s) {
			t.Errorf("%s: %q %+v", test.page, warnings, s)
		}
	}
}

// Routers and engines see the same requests, prefill and decode the two halves of each.
func TestRoles(t *testing.T) {
	engine := func(scale float64) func(float64) string {
		return func(at float64) string {
			return fmt.Sprintf("vllm:generation_tokens_total %v\nvllm:prompt_tokens_total %v\nvllm:num_requests_waiting %v\n", scale*at, 100*scale*at, scale)
		}
	}
	router := func(at float64) string {
		return fmt.Sprintf("dynamo_frontend_output_tokens_total %v\ndynamo_frontend_queued_requests 50\n", 3*at)
	}
	one := observe(t, Target{Name: "one"}, every(1, engine(1)))
	two := observe(t, Target{Name: "two"}, every(1, engine(2)))
	front := observe(t, Target{Name: "front", Role: Router}, every(1, router))
	s, warnings := codes(t, one, two)
	if count(t, "engines", s.GenerationTokens, 180, 120, 3); s.Waiting.Mean != 3 || warnings != "" {
		t.Errorf("%+v %q", s.Waiting, warnings)
	}
	s, warnings = codes(t, one, two, front)
	if count(t, "with a router", s.GenerationTokens, 180, 120, 3); s.Waiting.Mean != 3 || *s.PromptTokens.Window != 12000 || warnings != "" {
		t.Errorf("%+v %q", s, warnings)
	}
	if _, warnings = codes(t, one, front); warnings != "disagree" {
		t.Errorf("%q", warnings)
	}
	one.Target.Role, two.Target.Role = Prefill, Decode
	s, _ = codes(t, one, two)
	if count(t, "decode", s.GenerationTokens, 120, 80, 2); *s.PromptTokens.Window != 4000 || s.Waiting.Mean != 3 {
		t.Errorf("%+v", s)
	}
}
