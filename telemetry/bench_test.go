package telemetry

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// enginePage is a page like that of vLLM: 700 samples, most in 25 histograms.
func enginePage(v int) string {
	var b strings.Builder
	for _, name := range []string{
		"time_to_first_token_seconds", "inter_token_latency_seconds", "e2e_request_latency_seconds", "request_queue_time_seconds",
		"request_prefill_time_seconds", "request_decode_time_seconds", "request_inference_time_seconds", "request_prompt_tokens",
		"request_generation_tokens", "iteration_tokens_total", "request_params_n", "request_params_max_tokens", "request_num_preemptions",
		"request_max_num_generation_tokens", "request_prefill_kv_computed_tokens", "request_time_per_output_token_seconds", "a", "b", "c", "d", "e", "f", "g", "h", "i",
	} {
		fmt.Fprintf(&b, "# HELP vllm:%[1]s Histogram of something or other in seconds.\n# TYPE vllm:%[1]s histogram\n", name)
		for le := range 25 {
			fmt.Fprintf(&b, "vllm:%s_bucket{engine=\"0\",le=\"%v\",model_name=\"meta-llama/Llama-3.3-70B-Instruct\"} %d.0\n", name, 0.001*float64(int(1)<<le), v)
		}
		fmt.Fprintf(&b, "vllm:%[1]s_sum{engine=\"0\",model_name=\"meta-llama/Llama-3.3-70B-Instruct\"} %[2]d.5\nvllm:%[1]s_count{engine=\"0\",model_name=\"meta-llama/Llama-3.3-70B-Instruct\"} %[2]d.0\n", name, v)
	}
	for _, name := range []string{"num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "generation_tokens_total", "prompt_tokens_total"} {
		fmt.Fprintf(&b, "vllm:%s{engine=\"0\",model_name=\"meta-llama/Llama-3.3-70B-Instruct\"} %d\n", name, v)
	}
	return b.String()
}

// A page over loopback, client and server together; times four a second is what 4 targets
// cost.
func BenchmarkScrape(b *testing.B) {
	text := enginePage(7)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) }))
	defer server.Close()
	s, err := NewScrape(ScrapeConfig{URL: server.URL, Transport: Transport{Dial: new(net.Dialer).DialContext}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Stop(b.Context(), Instants{})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if samples, err := s.Sample(b.Context()); err != nil || len(samples) < 100 {
			b.Fatal(len(samples), err)
		}
	}
}

// The parser alone.
func BenchmarkPage(b *testing.B) {
	text := []byte(enginePage(7))
	s, err := NewScrape(ScrapeConfig{URL: "http://x"})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		s.parser.Parse(text, false, func(*scraped, float64, int64) { n++ })
		if n < 100 {
			b.Fatal(n)
		}
	}
}

// A phase of an hour, scraped each second: 16 engines behind one page.
func BenchmarkSummarize(b *testing.B) {
	o := Observed{}
	add := func(name string, labels ...Label) {
		s := Series{Name: name, Labels: labels}
		for i := range 3600 {
			s.Points = append(s.Points, Point{phase.Begin.UnixNano() + int64(i)*1e9, float64(i)})
		}
		o.Series = append(o.Series, s)
	}
	add(upName)
	for i := range o.Series[0].Points {
		o.Series[0].Points[i].Value = 1
	}
	for engine := range 16 {
		e := Label{"engine", fmt.Sprint(engine)}
		for _, f := range vllm.families {
			if f.kind != histogram {
				add(f.name, e)
				continue
			}
			for _, name := range f.names()[1:] {
				add(name, e)
			}
			for le := range 20 {
				add(f.name+"_bucket", e, Label{"le", fmt.Sprint(le)})
			}
		}
	}
	at := Instants{phase.Begin, after(600), after(3000), after(3500)}
	b.ReportAllocs()
	for b.Loop() {
		if s, _, _ := Summarize([]Observed{o}, at, 0); s.TTFT == nil {
			b.Fatal(s)
		}
	}
}
