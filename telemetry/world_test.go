package telemetry

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/memnet"
)

var start = time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time { return start.Add(time.Duration(seconds * 1e9)) }

// phase begins at 0, has its window from 10 to 50 and ends at 60 seconds.
var phase = Instants{Begin: after(0), Settled: after(10), WindowEnd: after(50), End: after(60)}

// pages are served one after another to a Scrape, each at its second after start.
type pages []struct {
	at   float64
	text string // empty: the server fails
}

// observe scrapes pages as whoever runs a phase does.
func observe(t *testing.T, target Target, all pages) Observed {
	t.Helper()
	current := ""
	server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if current == "" {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		w.Write([]byte(current))
	}))
	defer server.Close()
	s, err := NewScrape(ScrapeConfig{URL: "http://engine:8000", Role: target.Role, Name: target.Name, Every: target.Every, Transport: Transport{Dial: server.Dial}})
	if err != nil {
		t.Fatal(err)
	}
	o := Observed{Target: s.Target()}
	for _, p := range all {
		current = p.text
		samples, err := s.Sample(context.Background())
		o.Scrapes++
		if err != nil {
			if o.Failed++; o.Failed == 1 {
				o.Failure = err.Error()
			}
			continue
		}
		for i := range samples {
			samples[i].Time = after(p.at) // the server is instantaneous
		}
		keep(&o, samples)
	}
	s.Stop(context.Background(), phase)
	return o
}

// keep adds samples to series.
func keep(o *Observed, samples []Sample) {
	for _, s := range samples {
		i := slices.IndexFunc(o.Series, func(k Series) bool { return k.Name == s.Name && slices.Equal(k.Labels, s.Labels) })
		if i < 0 {
			i = len(o.Series)
			o.Series = append(o.Series, Series{Name: s.Name, Labels: s.Labels})
		}
		o.Series[i].Points = append(o.Series[i].Points, Point{s.Time.UnixNano(), s.Value})
	}
}

// every returns pages at 0, step, ... 60 seconds.
func every(step float64, page func(at float64) string) (all pages) {
	for at := 0.0; at <= 60; at += step {
		all = append(all, struct {
			at   float64
			text string
		}{at, page(at)})
	}
	return all
}

// codes returns the codes of the warnings, sorted.
func codes(t *testing.T, observed ...Observed) (*Server, string) {
	t.Helper()
	server, _, warnings := Summarize(observed, phase, 0)
	var all []string
	for _, w := range warnings {
		t.Log(w.Code, w.Text)
		all = append(all, strings.TrimPrefix(w.Code, "telemetry_"))
	}
	slices.Sort(all)
	return server, strings.Join(all, " ")
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

// count checks a counter's total, window and rate.
func count(t *testing.T, what string, c *Count, total, window, rate float64) {
	t.Helper()
	switch {
	case c == nil || c.Window == nil || c.PerSecond == nil:
		t.Errorf("%s: %+v", what, c)
	case !near(c.Total, total) || !near(*c.Window, window) || !near(*c.PerSecond, rate):
		t.Errorf("%s: %v in all, %v in the window, %v a second; want %v, %v, %v", what, c.Total, *c.Window, *c.PerSecond, total, window, rate)
	}
}
