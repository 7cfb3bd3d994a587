package main

import (
	"bytes"
	"fmt"
	"net/http"
)

const metricsPath, servedModel = "/metrics", "clientcost"

// metricsPage returns a page as large as that of an engine, all of whose series are known ones.
func metricsPage() []byte {
	var b bytes.Buffer
	for _, name := range []string{"vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"} {
		fmt.Fprintf(&b, "# HELP %s What engines state.\n# TYPE %s gauge\n", name, name)
		for engine := range 8 {
			fmt.Fprintf(&b, "%s{engine=\"%d\",model_name=\"%s\"} 0.5\n", name, engine, servedModel)
		}
	}
	for _, name := range []string{"vllm:time_to_first_token_seconds", "vllm:inter_token_latency_seconds", "vllm:e2e_request_latency_seconds", "vllm:request_queue_time_seconds"} {
		fmt.Fprintf(&b, "# HELP %s What engines state.\n# TYPE %s histogram\n", name, name)
		for engine := range 8 {
			for le := range 20 {
				fmt.Fprintf(&b, "%s_bucket{engine=\"%d\",le=\"0.%02d\",model_name=\"%s\"} %d.0\n", name, engine, le, servedModel, 1000*le)
			}
			fmt.Fprintf(&b, "%s_bucket{engine=\"%d\",le=\"+Inf\",model_name=\"%s\"} 20000.0\n", name, engine, servedModel)
			fmt.Fprintf(&b, "%s_count{engine=\"%d\",model_name=\"%s\"} 20000.0\n%s_sum{engine=\"%d\",model_name=\"%s\"} 123.456\n", name, engine, servedModel, name, engine, servedModel)
		}
	}
	return b.Bytes()
}

// withMetrics answers with the page what is asked of it, and leaves the rest to another.
func withMetrics(other http.Handler) http.Handler {
	page := metricsPage()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != metricsPath {
			other.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		w.Write(page)
	})
}
