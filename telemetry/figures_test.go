package telemetry

import (
	"fmt"
	"strings"
	"testing"
)

// An engine that left counts as long as a scrape may be missing, and no longer.
func TestGaugeOfWhatLeft(t *testing.T) {
	o := observe(t, Target{}, every(1, func(at float64) string {
		page := "vllm:num_requests_running{engine=\"0\"} 1\n"
		if at <= 30 {
			page += "vllm:num_requests_running{engine=\"1\"} 2\n"
		}
		return page
	}))
	s, _ := codes(t, o)
	// 3 until 33 s, and in a second down to 1.
	if r := s.Running; !near(r.Mean, (23*3+2+16*1)/40.) || r.Covered != 1 || *r.After != 1 {
		t.Errorf("%+v", r)
	}
}

// Gauges have no value in a gap.
func TestGaugeGap(t *testing.T) {
	o := observe(t, Target{}, every(1, func(at float64) string {
		if at > 20 && at < 30 {
			return ""
		}
		v := 1
		if at >= 30 {
			v = 5
		}
		return fmt.Sprintf("vllm:num_requests_running %d\n", v)
	}))
	s, _ := codes(t, o)
	if r := s.Running; !near(r.Mean, (10*1+20*5)/30.) || !near(r.Covered, 0.75) || r.Min != 1 || r.Max != 5 {
		t.Errorf("%+v", r)
	}
}

// histogramPage is one of engines with these counts of each bound, each a second.
func histogramPage(at float64, engines ...map[string]float64) string {
	var b strings.Builder
	for i, buckets := range engines {
		for le, n := range buckets {
			fmt.Fprintf(&b, "vllm:time_to_first_token_seconds_bucket{engine=\"%d\",le=\"%s\"} %v\n", i, le, n*at)
		}
		fmt.Fprintf(&b, "vllm:time_to_first_token_seconds_sum{engine=\"%d\"} %v\n", i, at)
		fmt.Fprintf(&b, "vllm:time_to_first_token_seconds_count{engine=\"%d\"} %v\n", i, buckets["+Inf"]*at)
	}
	return b.String()
}

func TestQuantiles(t *testing.T) {
	half, two := 0.5, 2.0
	for name, test := range map[string]struct {
		engines  []map[string]float64
		p50, p95 *Bounds
		warnings string
	}{
		// 40 requests, of which the 20th is the median, and 20 are at most 0.5 s.
		"at a bound":       {[]map[string]float64{{"0.5": 0.5, "2": 0.95, "+Inf": 1}}, &Bounds{0, &half}, &Bounds{0.5, &two}, ""},
		"beyond all":       {[]map[string]float64{{"0.5": 0.1, "2": 0.2, "+Inf": 1}}, &Bounds{2, nil}, &Bounds{2, nil}, ""},
		"spelled 0.5e0":    {[]map[string]float64{{"0.5e0": 0.75, "2.0": 1, "+Inf": 1}}, &Bounds{0, &half}, &Bounds{0.5, &two}, ""},
		"of other bounds":  {[]map[string]float64{{"0.5": 1, "1": 1, "2": 1, "+Inf": 1}, {"0.5": 0, "1.5": 1, "2": 1, "+Inf": 1}}, &Bounds{0, &half}, &Bounds{0.5, &two}, ""},
		"not increasing":   {[]map[string]float64{{"0.5": 1, "2": 0.5, "+Inf": 1}}, nil, nil, "histogram"},
		"more than count":  {[]map[string]float64{{"0.5": 3, "+Inf": 1}}, nil, nil, "histogram"},
		"without a bound":  {[]map[string]float64{{"x": 1, "+Inf": 1}}, nil, nil, "histogram"},
		"only the count":   {[]map[string]float64{{"+Inf": 1}}, &Bounds{0, nil}, &Bounds{0, nil}, ""},
		"one of two empty": {[]map[string]float64{{"0.5": 0.5, "2": 0.95, "+Inf": 1}, {"0.5": 0, "2": 0, "+Inf": 0}}, &Bounds{0, &half}, &Bounds{0.5, &two}, ""},
	} {
		s, warnings := codes(t, observe(t, Target{}, every(1, func(at float64) string { return histogramPage(at, test.engines...) })))
		n := 0.0
		for _, e := range test.engines {
			n += 40 * e["+Inf"]
		}
		if warnings != test.warnings || s.TTFT.Count != n || !near(s.TTFT.Mean, 40*float64(len(test.engines))/n) || !equal(s.TTFT.P50, test.p50) || !equal(s.TTFT.P95, test.p95) {
			t.Errorf("%s: %q %+v %+v %+v", name, warnings, s.TTFT, s.TTFT.P50, s.TTFT.P95)
		}
	}
}

func equal(a, b *Bounds) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Above == b.Above && (a.AtMost == nil) == (b.AtMost == nil) && (a.AtMost == nil || *a.AtMost == *b.AtMost)
}

// A look that Prometheus found down is none: what is absent then says nothing.
func TestDown(t *testing.T) {
	o := Observed{}
	for at := -1.0; at <= 61; at++ {
		up := 1.0
		if at <= 5 {
			up = 0
		} else {
			keep(&o, []Sample{{Time: after(at), Name: "vllm:generation_tokens_total", Value: 100 + at}})
		}
		keep(&o, []Sample{{Time: after(at), Name: upName, Value: up}})
	}
	s, warnings := codes(t, o)
	if s.GenerationTokens.Total != 55 || *s.GenerationTokens.Window != 40 || warnings != "not_closed partial" {
		t.Errorf("%+v %q", s.GenerationTokens, warnings)
	}
}

// A Prometheus may have no series named up for what it got from another one.
func TestNoUp(t *testing.T) {
	o := Observed{}
	engine := []Label{{"instance", "a"}}
	for at := -1.0; at <= 61; at++ {
		keep(&o, []Sample{
			{Time: after(at), Name: upName, Labels: []Label{{"instance", "itself"}}, Value: 1},
			{Time: after(at), Name: "vllm:num_requests_waiting", Labels: engine, Value: 3},
		})
		if at >= 20 {
			keep(&o, []Sample{{Time: after(at), Name: "vllm:generation_tokens_total", Labels: engine, Value: at}})
		}
	}
	s, warnings := codes(t, o)
	if s.Waiting.Mean != 3 || s.GenerationTokens.Total != 61 || *s.GenerationTokens.Window != 50 || warnings != "" {
		t.Errorf("%+v %+v %q", s.Waiting, s.GenerationTokens, warnings)
	}
}
