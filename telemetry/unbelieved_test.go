package telemetry

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/memnet"
)

// A power that nothing draws under load is a warning.
func TestLowPower(t *testing.T) {
	for _, tt := range []struct {
		watts float64
		warns bool
	}{{1.5, true}, {7.9, true}, {60, false}} {
		o := observe(t, Target{Name: "m", Role: PowerMeter}, every(1, func(at float64) (page string) {
			for gpu := range 8 {
				page += fmt.Sprintf("DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-%d\"} %v\n", gpu, tt.watts+0.01*math.Mod(at, 2))
			}
			return page
		}))
		_, p, warnings := Summarize([]Observed{o}, phase, 8)
		warned := false
		for _, w := range warnings {
			warned = warned || w.Code == "power_implausible" && strings.HasPrefix(w.Text, "8 accelerators ")
		}
		if p == nil || p.Figures[0].Watts == nil || warned != tt.warns {
			t.Errorf("%v W: %+v %v", tt.watts, p, warnings)
		}
	}
}

// The page of a login is no page of metrics, and no Prometheus.
func TestHTML(t *testing.T) {
	server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "\n<html>Log in</html>") }))
	defer server.Close()
	s, err := NewScrape(ScrapeConfig{URL: "http://engine:8000", Transport: Transport{Dial: server.Dial}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sample(context.Background()); err == nil || !strings.Contains(err.Error(), "an HTML page") {
		t.Errorf("%v", err)
	}
	p, err := NewPrometheus(PrometheusConfig{URL: "http://engine:9090", Transport: Transport{Dial: server.Dial}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Try(t.Context()); err == nil {
		t.Error("an HTML page is a Prometheus")
	}
}
