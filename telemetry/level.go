package telemetry

import (
	"fmt"
	"strings"
)

// A Level is what a system did under one load, over several phases together. Means are over
// the time of their windows. A field is nil if no phase had it.
type Level struct {
	// Running and Waiting are the mean numbers of requests at work and queued.
	Running *float64 `json:"running,omitempty"`
	Waiting *float64 `json:"waiting,omitempty"`
	// KVUse is the mean part of the KV cache in use, 0 to 1.
	KVUse *float64 `json:"kv_use,omitempty"`
	// Preemptions counts them over all windows.
	Preemptions *float64 `json:"preemptions,omitempty"`
	// PrefixHitRate is cached over all tokens of prompts.
	PrefixHitRate *float64 `json:"prefix_hit_rate,omitempty"`
	// Queue, TTFT and ITL are the means of all requests or tokens, in seconds.
	Queue *float64 `json:"mean_queue_seconds,omitempty"`
	TTFT  *float64 `json:"mean_ttft_seconds,omitempty"`
	ITL   *float64 `json:"mean_itl_seconds,omitempty"`
}

// Together returns the level of phases, whose windows have these lengths in seconds, one for each; nil if no phase has
// anything. A nil Server is a phase of which nothing is known.
func Together(servers []*Server, seconds []float64) *Level {
	var l Level
	// mean weighs what of returns by the weight that it returns; 0 where there is nothing.
	mean := func(of func(i int, s *Server) (value, weight float64)) *float64 {
		var sum, total float64
		for i, s := range servers {
			if s == nil {
				continue
			}
			if v, w := of(i, s); w > 0 {
				sum, total = sum+v*w, total+w
			}
		}
		if total <= 0 {
			return nil
		}
		return new(sum / total)
	}
	gauge := func(of func(*Server) *Gauge) *float64 {
		return mean(func(i int, s *Server) (float64, float64) {
			if g := of(s); g != nil && g.Covered > 0 {
				return g.Mean, seconds[i]
			}
			return 0, 0
		})
	}
	latency := func(of func(*Server) *Latency) *float64 {
		return mean(func(_ int, s *Server) (float64, float64) {
			if l := of(s); l != nil {
				return l.Mean, l.Count
			}
			return 0, 0
		})
	}
	l.Running = gauge(func(s *Server) *Gauge { return s.Running })
	l.Waiting = gauge(func(s *Server) *Gauge { return s.Waiting })
	l.KVUse = gauge(func(s *Server) *Gauge { return s.KVUse })
	l.Queue = latency(func(s *Server) *Latency { return s.QueueTime })
	l.TTFT = latency(func(s *Server) *Latency { return s.TTFT })
	l.ITL = latency(func(s *Server) *Latency { return s.ITL })
	l.PrefixHitRate = mean(func(_ int, s *Server) (float64, float64) {
		if r := s.PrefixHitRate; r != nil {
			return r.Ratio, r.Of
		}
		return 0, 0
	})
	for _, s := range servers {
		if s != nil && s.Preemptions != nil && s.Preemptions.Window != nil {
			if l.Preemptions == nil {
				l.Preemptions = new(float64)
			}
			*l.Preemptions += *s.Preemptions.Window
		}
	}
	if l == (Level{}) {
		return nil
	}
	return &l
}

// String returns what stands in the way of requests, in words: "3.1 requests waiting on
// average, KV use 98 %, 41 preemptions". It is empty if nothing is known of it.
func (l *Level) String() string {
	if l == nil {
		return ""
	}
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if w := l.Waiting; w != nil {
		switch {
		case *w < 0.05:
			add("none waiting")
		case *w < 10:
			add("%.1f requests waiting on average", *w)
		default:
			add("%.0f requests waiting on average", *w)
		}
	}
	if q := l.Queue; q != nil && *q >= 0.01 {
		add("%.2f s in the queue", *q)
	}
	if u := l.KVUse; u != nil {
		add("KV use %.0f %%", 100**u)
	}
	switch p := l.Preemptions; {
	case p == nil || *p <= 0:
	case *p == 1:
		add("1 preemption")
	default:
		add("%.0f preemptions", *p)
	}
	if h := l.PrefixHitRate; h != nil {
		add("%.0f %% of the input from the cache", 100**h)
	}
	return strings.Join(parts, ", ")
}
