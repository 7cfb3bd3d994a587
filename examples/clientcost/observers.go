package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/telemetry"
)

// besideObservers is a reader beside which n observers scrape the program's own server each
// second.
func besideObservers(r reader, n int, url string) (reader, error) {
	var observers []telemetry.Observer
	for range n {
		o, err := telemetry.NewScrape(telemetry.ScrapeConfig{URL: url + metricsPath})
		if err != nil {
			return r, err
		}
		observers = append(observers, o)
	}
	team := observe.New(observers)
	return reader{
		name: fmt.Sprintf("%s, %d observers", r.name, n),
		what: fmt.Sprintf("the same, and %d pages of %d KB scraped each second", n, len(metricsPage())/1000),
		read: func(ctx context.Context, s *slice) error {
			w := team.Begin(ctx)
			err := r.read(ctx, s)
			for _, o := range w.End(telemetry.Instants{}) {
				if o.Failed > 0 && err == nil {
					err = fmt.Errorf("an observer failed: %s", o.Failure)
				}
			}
			return err
		},
	}, nil
}

const metricsPath = "/metrics"

// metricsPage returns a page as large as that of an engine, all of whose series are known ones.
func metricsPage() []byte {
	var b bytes.Buffer
	for _, name := range []string{"vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"} {
		fmt.Fprintf(&b, "# HELP %s What engines state.\n# TYPE %s gauge\n", name, name)
		for engine := range 8 {
			fmt.Fprintf(&b, "%s{engine=\"%d\",model_name=\"%s\"} 0.5\n", name, engine, modelName)
		}
	}
	for _, name := range []string{"vllm:time_to_first_token_seconds", "vllm:inter_token_latency_seconds", "vllm:e2e_request_latency_seconds", "vllm:request_queue_time_seconds"} {
		fmt.Fprintf(&b, "# HELP %s What engines state.\n# TYPE %s histogram\n", name, name)
		for engine := range 8 {
			for le := range 20 {
				fmt.Fprintf(&b, "%s_bucket{engine=\"%d\",le=\"0.%02d\",model_name=\"%s\"} %d.0\n", name, engine, le, modelName, 1000*le)
			}
			fmt.Fprintf(&b, "%s_bucket{engine=\"%d\",le=\"+Inf\",model_name=\"%s\"} 20000.0\n", name, engine, modelName)
			fmt.Fprintf(&b, "%s_count{engine=\"%d\",model_name=\"%s\"} 20000.0\n%s_sum{engine=\"%d\",model_name=\"%s\"} 123.456\n", name, engine, modelName, name, engine, modelName)
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

// observersCost is what observers cost beside the streams.
type observersCost struct {
	Observers int `json:"observers"`
	// CPUShare is the processor time that they took, as a share of one processor; nil if that
	// is not known.
	CPUShare *float64 `json:"cpu_share_of_one_processor"`
}

// costOfObservers compares the last reader with the first, each measured for as long.
func costOfObservers(n int, all []cost, seconds float64) *observersCost {
	o := &observersCost{Observers: n}
	with, without := all[len(all)-1].CPUSeconds, all[0].CPUSeconds
	if with != nil && without != nil && seconds > 0 {
		o.CPUShare = new((*with - *without) / seconds)
	}
	return o
}
