package simulate

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// page is a page of metrics in Prometheus' text format, version 0.0.4.
type page struct{ bytes.Buffer }

// family begins a family of series.
func (p *page) family(name, kind, help string) {
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample adds a series.
func (p *page) sample(name, labels string, value float64) {
	fmt.Fprintf(p, "%s{%s} %s\n", name, labels, number(value))
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (p *page) histogram(name, labels, help string, h histogram, bounds []float64) {
	p.family(name, "histogram", help)
	n := 0
	for i, bound := range bounds {
		if h.counts != nil {
			n += h.counts[i]
		}
		p.sample(name+"_bucket", fmt.Sprintf(`%s,le="%s"`, labels, number(bound)), float64(n))
	}
	if h.counts != nil {
		n += h.counts[len(bounds)]
	}
	p.sample(name+"_bucket", labels+`,le="+Inf"`, float64(n))
	p.sample(name+"_sum", labels, h.sum)
	p.sample(name+"_count", labels, float64(n))
}

func (p *page) serve(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write(p.Bytes())
}

// ServeMetrics answers with the state of the system as vLLM's metrics page does: the gauges
// of each replica as an engine of its own, all counters and histograms under engine 0. As
// there, the histograms of queue time and of whole requests are of those that have ended.
func (s *System) ServeMetrics(w http.ResponseWriter, _ *http.Request) {
	stats := s.Stats()
	model := fmt.Sprintf(`model_name=%q`, cmp.Or(s.cfg.Model, "simulated"))
	first := `engine="0",` + model
	var p page
	s.mu.Lock()
	gauge := func(name, help string, value func(w *worker) float64) {
		p.family(name, "gauge", help)
		for i, w := range s.workers {
			p.sample(name, fmt.Sprintf(`engine="%d",%s`, i, model), value(w))
		}
	}
	gauge("vllm:num_requests_running", "Requests in a batch.", func(w *worker) float64 { return float64(staying(w.running)) })
	gauge("vllm:num_requests_waiting", "Requests that wait for a batch.", func(w *worker) float64 { return float64(staying(w.queue)) })
	gauge("vllm:kv_cache_usage_perc", "Part of the KV cache that requests hold, 0 to 1.", func(w *worker) float64 {
		return float64(w.kv.used()) / float64(max(1, w.kv.room))
	})
	l := s.latencies
	for _, h := range []*histogram{&l.queue, &l.ttft, &l.itl, &l.e2e} {
		h.counts = append([]int(nil), h.counts...)
	}
	s.mu.Unlock()
	counter := func(name, labels, help string, value int) {
		p.family(name, "counter", help)
		p.sample(name, labels, float64(value))
	}
	counter("vllm:num_preemptions_total", first, "Requests that had to give up their KV cache.", stats.Preemptions)
	counter("vllm:prompt_tokens_total", first, "Tokens of prompts, cached ones included.", stats.PromptTokens)
	counter("vllm:prompt_tokens_cached_total", first, "Tokens of prompts that were cached.", stats.CachedTokens)
	counter("vllm:generation_tokens_total", first, "Tokens put out.", l.generated)
	counter("vllm:prefix_cache_queries_total", first, "Tokens looked up in the prefix cache.", stats.PromptTokens)
	counter("vllm:prefix_cache_hits_total", first, "Tokens found there.", stats.CachedTokens)
	counter("vllm:request_success_total", first+`,finished_reason="length"`, "Requests that ended well.", l.finished)
	p.histogram("vllm:time_to_first_token_seconds", first, "Time to the first token.", l.ttft, ttftBounds)
	p.histogram("vllm:inter_token_latency_seconds", first, "Time from one output to the next.", l.itl, itlBounds)
	p.histogram("vllm:e2e_request_latency_seconds", first, "Time of whole requests.", l.e2e, longBounds)
	p.histogram("vllm:request_queue_time_seconds", first, "Time until a request is first in a batch.", l.queue, longBounds)
	p.serve(w)
}

// ServePower answers with the power of the accelerators as NVIDIA's DCGM exporter does, by
// [Pool.Power]: watts as a sensor shows them that follows with a lag of half a second, and
// energy in millijoules since the first step or look, whichever came first.
func (s *System) ServePower(w http.ResponseWriter, _ *http.Request) {
	const watts, energy = "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
	var power, total page
	power.family(watts, "gauge", "Power draw (in W).")
	total.family(energy, "counter", "Total energy consumption since boot (in mJ).")
	s.mu.Lock()
	now, n := time.Now(), 0
	for _, w := range s.workers {
		joules, sensed := w.power(now)
		for range w.Power.Accelerators {
			labels := fmt.Sprintf(`gpu="%d",UUID="GPU-simulated-%d",device="nvidia%d",modelName="SIMULATION",Hostname="simulated"`, n, n, n)
			power.sample(watts, labels, sensed)
			total.sample(energy, labels, 1e3*joules)
			n++
		}
	}
	s.mu.Unlock()
	power.Write(total.Bytes())
	power.serve(w)
}

// power returns the energy that one accelerator has drawn and what its sensor shows.
func (w *worker) power(now time.Time) (joules, sensed float64) {
	watts := w.Power.IdleWatts
	if len(w.step) > 0 {
		watts = w.drawn.watts
	}
	return w.drawn.set(watts, now)
}
