package observe

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/telemetry"
)

// answers is a phase of 100 s with 20 answers of 101 tokens each: the first after 0.5 s, then
// one every 20 ms. 1,000 tokens of input, of which 600 are cached.
func answers() *record.Phase {
	p := &record.Phase{Header: record.Header{Agents: 2, Settled: 10 * time.Second, WindowEnd: 90 * time.Second, End: 100 * time.Second, Ending: record.Complete}}
	for i := range 20 {
		r := record.New()
		r.Begun = 11*time.Second + time.Duration(i)*3*time.Second
		r.Due, r.Sent = r.Begun, r.Begun
		r.First = r.Sent + 500*time.Millisecond
		r.Last, r.Made, r.End = r.First+2*time.Second, r.First+2*time.Second, r.First+2*time.Second
		r.Outcome, r.Reported, r.MaxTokens = record.OK, true, 200
		r.Prompt, r.Cached, r.Completion, r.Hidden, r.Tokens, r.FirstTokens = 1000, 600, 101, 0, 101, 1
		r.TokenSource, r.FirstSource = record.SourceOf(metrics.SourceUsage), record.SourceOf(metrics.SourceContinuous)
		r.Events, r.FirstEvents, r.Bytes = 101, 1, 404
		p.Rows = append(p.Rows, r)
	}
	return p
}

// agreeing is what a server says that saw the same, and generated 2,020 tokens.
func agreeing() *telemetry.Server {
	gauge := func(before, after float64) *telemetry.Gauge {
		return &telemetry.Gauge{Covered: 1, Before: &before, After: &after}
	}
	return &telemetry.Server{Metrics: telemetry.Metrics{
		Window: telemetry.Span{From: 10, To: 90}, Running: gauge(0, 0), Waiting: gauge(0, 0),
		GenerationTokens: &telemetry.Count{Total: 2020, Window: new(2020.0)},
		PromptTokens:     &telemetry.Count{Total: 20_000}, CachedTokens: &telemetry.Count{Total: 12_000},
		TTFT: &telemetry.Latency{Count: 20, Mean: 0.48}, ITL: &telemetry.Latency{Count: 2000, Mean: 0.0199},
	}}
}

func TestClient(t *testing.T) {
	c := sawOf(answers(), 10*time.Second, 90*time.Second)
	if want := (client{output: 2020, slack: 20, prompt: 20_000, cached: 12_000, ttft: c.ttft, firsts: 20, itl: 0.02, tokens: 2000}); c != want || c.ttft < 0.4999 || c.ttft > 0.5001 {
		t.Errorf("%+v, want %+v", c, want)
	}
	p := answers()
	p.Rows[0].Outcome, p.Rows[0].Tokens, p.Rows[0].Completion, p.Rows[0].Reported = record.Canceled, 7, record.None, false
	p.Open = append(p.Open, record.New())
	if c = sawOf(p, 0, 12*time.Second); c.output != 2020-101+7 || c.slack != 19+193+200 || c.firsts != 1 || c.tokens != 0 {
		t.Errorf("%+v", c)
	}
}

// Each warning is given where it is due, and not on the other side of its bound.
func TestCompare(t *testing.T) {
	type change func(*record.Phase, *telemetry.Server)
	for name, tt := range map[string]struct {
		change change
		want   string // code; none if empty
		text   string
	}{
		"agree": {change: func(*record.Phase, *telemetry.Server) {}},
		"not drained": {func(_ *record.Phase, s *telemetry.Server) { s.Running.Before, s.Waiting.Before = new(3.0), new(1.0) }, codeNotDrained,
			"before the first request the server had 4 requests at work or waiting"},
		"nobody knows": {change: func(_ *record.Phase, s *telemetry.Server) { s.Running.Before, s.Waiting = nil, nil }},
		"router": {func(_ *record.Phase, s *telemetry.Server) {
			s.InFlight, s.Running, s.Waiting = &telemetry.Gauge{Before: new(1.0)}, nil, nil
		}, codeNotDrained, "had 1 request at"},
		"router and engine": {change: func(_ *record.Phase, s *telemetry.Server) { s.InFlight = &telemetry.Gauge{Before: new(1.0)} }},
		"still running":     {func(_ *record.Phase, s *telemetry.Server) { s.Running.After = new(2.0) }, codeRunning, "still had 2 requests"},
		"interrupted":       {change: func(p *record.Phase, s *telemetry.Server) { p.Ending, s.Running.After = record.Interrupted, new(2.0) }},
		// 2020 and 2 % are 2060, and one token for each answer.
		"others":     {func(_ *record.Phase, s *telemetry.Server) { s.GenerationTokens.Total = 2081 }, codeForeign, "generated 2081 tokens, and this load had 2020 of them, 2080 at most"},
		"hardly any": {change: func(_ *record.Phase, s *telemetry.Server) { s.GenerationTokens.Total = 2080 }},
		"after a cut": {change: func(p *record.Phase, s *telemetry.Server) {
			p.Rows[0].Outcome, s.GenerationTokens.Total = record.Canceled, 2178
		}},
		"part":          {func(_ *record.Phase, s *telemetry.Server) { s.GenerationTokens.Total = 1799 }, codePartly, "1799 generated tokens, and the client got 2020"},
		"nearly all":    {change: func(_ *record.Phase, s *telemetry.Server) { s.GenerationTokens.Total = 1801 }},
		"cached":        {func(_ *record.Phase, s *telemetry.Server) { s.CachedTokens.Total = 10_900 }, codeCached, "by usage 60.0 % of the input came from a cache, by the server's counters 54.5 %"},
		"cached, about": {change: func(_ *record.Phase, s *telemetry.Server) { s.CachedTokens.Total = 11_100 }},
		// 0.5 - 0.15 is more than 0.3 + 0.015.
		"late":                  {func(_ *record.Phase, s *telemetry.Server) { s.TTFT.Mean = 0.15 }, codeTTFT, "0.50 s after the request on average, and by the server's own clock after 0.15 s: the network does not explain 0.35 s; requests wait before they reach it, or"},
		"by the network":        {change: func(_ *record.Phase, s *telemetry.Server) { s.TTFT.Mean = 0.19 }},
		"few":                   {change: func(_ *record.Phase, s *telemetry.Server) { s.TTFT = &telemetry.Latency{Count: 3, Mean: 0.1} }},
		"ahead":                 {func(_ *record.Phase, s *telemetry.Server) { s.TTFT.Mean = 0.75 }, codeEarly, "0.75 s, which is later: what is between sends something ahead"},
		"about as late":         {change: func(_ *record.Phase, s *telemetry.Server) { s.TTFT.Mean = 0.72 }},
		"itl, faster":           {func(_ *record.Phase, s *telemetry.Server) { s.ITL.Mean = 0.026 }, codeITL, "every 20.0 ms on average, and by the server's own clock every 26.0 ms: output comes faster"},
		"itl, slower":           {func(_ *record.Phase, s *telemetry.Server) { s.ITL.Mean = 0.016 }, codeITL, "output comes slower"},
		"itl, about":            {change: func(_ *record.Phase, s *telemetry.Server) { s.ITL.Mean = 0.024 }},
		"itl of several tokens": {change: func(_ *record.Phase, s *telemetry.Server) { s.ITL = &telemetry.Latency{Count: 1000, Mean: 0.04} }},
		"itl with drafts":       {change: func(_ *record.Phase, s *telemetry.Server) { s.ITL.Mean, s.Acceptance = 0.04, &telemetry.Ratio{} }},
		"restarted":             {change: func(_ *record.Phase, s *telemetry.Server) { s.GenerationTokens.Total, s.Restarts = 5, 1 }},
	} {
		p, s := answers(), Seen{Server: agreeing()}
		tt.change(p, s.Server)
		s.compare(p)
		switch {
		case tt.want == "" && len(s.Warnings) > 0, tt.want != "" && (len(s.Warnings) != 1 || s.Warnings[0].Code != tt.want || !strings.Contains(s.Warnings[0].Text, tt.text)):
			t.Errorf("%s: %v, want %s %s", name, s.Warnings, tt.want, tt.text)
		}
		if foreign := slices.Contains([]string{"others", "restarted"}, name); foreign != (s.Foreign != "") {
			t.Errorf("%s: %q", name, s.Foreign)
		}
	}
}

// A proxy that sends each answer at once, at its end, is named.
func TestHeldBack(t *testing.T) {
	p, s := answers(), Seen{Server: agreeing()}
	for i := range p.Rows {
		r := &p.Rows[i]
		r.First, r.Last, r.Made = r.End, r.End, r.End
		r.Events, r.FirstEvents, r.FirstTokens = 1, 1, 101
	}
	s.compare(p)
	if len(s.Warnings) != 1 || s.Warnings[0].Code != codeTTFT || !strings.Contains(s.Warnings[0].Text, "after 0.48 s: the network does not explain 2.02 s; what is between holds output back") {
		t.Error(s.Warnings)
	}
}

// Without counters nobody knows whose load it was.
func TestUnknownLoad(t *testing.T) {
	for _, server := range []*telemetry.Server{nil, {}} {
		s := Seen{Server: server}
		if s.compare(answers()); len(s.Warnings) > 0 || !strings.Contains(s.Foreign, "no observer counts the tokens") {
			t.Errorf("%v %q", s.Warnings, s.Foreign)
		}
	}
}

func TestPowerWords(t *testing.T) {
	s := Seen{Server: agreeing(), Power: &telemetry.Power{
		Figures: []telemetry.PowerFigure{{Devices: make([]telemetry.DevicePower, 4), Watts: new(1.0)}, {Basis: "measured_wall", Reason: "half of the window is covered"}},
		Throttled: []telemetry.Throttle{
			{Device: "a", Reason: telemetry.PowerCap, Share: 0.9}, {Device: "a", Reason: telemetry.Thermal, Share: 0.25},
			{Device: "b", Reason: telemetry.Thermal, Share: 0.5}, {Device: "c", Reason: telemetry.PowerBrake, Share: 0.001},
		},
	}}
	s.compare(answers())
	want := []metrics.Warning{
		{Code: codePower, Text: "no power (measured_wall): half of the window is covered"},
		{Code: codeThrottled, Text: "clocks were held down by thermal (2 devices, up to 50 % of the window): the system may be faster at other times"},
	}
	if !slices.Equal(s.Warnings, want) {
		t.Errorf("%q", s.Warnings)
	}
	if got := Throttling(s.Power); got < 0.35024 || got > 0.35026 { // 0.9, 0.5, 0.001 and none
		t.Error(got)
	}
	if s.Power.Throttled = s.Power.Throttled[:1]; Throttling(nil) != 0 {
		t.Error("of nothing")
	}
	s.Warnings, s.Power.Figures = nil, s.Power.Figures[:1]
	if s.power(); s.Warnings != nil { // a power limit is normal operation
		t.Error(s.Warnings)
	}
}
