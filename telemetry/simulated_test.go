package telemetry_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/telemetry"
)

// A world is a simulated system in virtual time.
type world struct {
	*simulate.System
	began time.Time
}

func newWorld(t *testing.T, pool simulate.Pool) world {
	t.Helper()
	s, err := simulate.New(simulate.Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return world{s, time.Now()}
}

func (w world) at(seconds float64) time.Time {
	return w.began.Add(time.Duration(seconds * 1e9))
}

func (w world) until(seconds float64) { time.Sleep(time.Until(w.at(seconds))) }

// ask sends a request of 100 tokens that begins with a text, and waits for its answer.
func (w world) ask(text string, tokens int) {
	const empty = `{"role":"user","content":""}`
	message := strings.Replace(empty, `""`, `"`+text+strings.Repeat(".", 400-len(empty)-len(text))+`"`, 1)
	body := fmt.Sprintf(`{"model":"simulated","messages":[%s],"max_tokens":%d,"ignore_eos":true,"stream":true}`, message, tokens)
	w.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body)))
}

// observed reads pages every second, at 370 ms past each, with a window from 10 s to 70 s.
func (w world) observed(t *testing.T, accelerators int, pages map[telemetry.Role]http.HandlerFunc) (*telemetry.Server, *telemetry.Power, []metrics.Warning) {
	t.Helper()
	var all []telemetry.Observer
	for role, page := range pages {
		server := memnet.Serve(page)
		defer server.Close()
		s, err := telemetry.NewScrape(telemetry.ScrapeConfig{URL: "http://" + string(role), Role: role, Transport: telemetry.Transport{Dial: server.Dial}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	w.until(0.37)
	watch := observe.New(all).Begin(t.Context())
	phase := telemetry.Instants{Begin: w.at(2), Settled: w.at(10), WindowEnd: w.at(70), End: w.at(78)}
	w.until(78)
	return telemetry.Summarize(watch.End(phase), phase, accelerators)
}

// Two accelerators of 100 W to 500 W, each at 400 W with one of two slots busy and at 500 W
// with both. One request from 5 s to 40 s, two from 50 s to 75 s: from 10 s to 70 s that is
// 30 s × 400 W + 10 s × 100 W + 20 s × 500 W = 23 kJ each.
func TestPowerOfSimulatedPhase(t *testing.T) {
	for _, counters := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, simulate.Pool{StepOverhead: 10 * time.Millisecond, Slots: 2, Power: simulate.Power{Accelerators: 2, IdleWatts: 100, FullWatts: 500}})
			var load sync.WaitGroup
			load.Go(func() {
				w.until(5)
				w.ask("a", 3500)
				w.until(50)
				load.Go(func() { w.ask("b", 2500) })
				w.ask("c", 2500)
			})
			page, from, within := http.HandlerFunc(w.ServePower), telemetry.FromEnergy, 0.001
			if !counters {
				// The sensor lags by half a second, so that it has 150 J of 400 W
				// still to show after 40 s, and 200 J fewer after 50 s.
				from, within = telemetry.FromPower, 0.01
				page = func(out http.ResponseWriter, r *http.Request) {
					whole := httptest.NewRecorder()
					w.ServePower(whole, r)
					gauges, _, _ := strings.Cut(whole.Body.String(), "# HELP DCGM_FI_DEV_TOTAL")
					fmt.Fprint(out, gauges)
				}
			}
			_, p, notes := w.observed(t, 2, map[telemetry.Role]http.HandlerFunc{telemetry.PowerMeter: page})
			load.Wait()
			if p == nil || len(p.Figures) != 1 || p.Figures[0].EnergyJoules == nil || len(notes) > 0 {
				t.Fatalf("%+v, %v", p, notes)
			}
			f := p.Figures[0]
			if got := *f.EnergyJoules; f.From != from || math.Abs(got-46e3) > within*46e3 || math.Abs(*f.Watts-got/60) > 1e-6 || f.Accelerators != 2 {
				t.Errorf("%v J, %v W from %s of %d accelerators; want 46,000 J from %s", got, *f.Watts, f.From, f.Accelerators, from)
			}
		})
	}
}

// Steps of a second, two slots. At 20 s come four requests of 100 tokens for 11 each: two run
// for 11 s while the others wait. At 50 s comes the first again, for one token, and finds 96
// of its tokens cached. Pages at 20.37 s, ..., 30.37 s show two that wait, which over 60 s is
// 22/60; two run at 22 pages, and one at another.
func TestMetricsOfSimulatedPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulate.Pool{StepOverhead: time.Second, Slots: 2, KVTokens: 1600})
		var load sync.WaitGroup
		load.Go(func() {
			w.until(20)
			for i := range 4 {
				load.Go(func() { w.ask(fmt.Sprint(i), 11) })
			}
			w.until(50)
			w.ask("0", 1)
		})
		s, _, notes := w.observed(t, 0, map[telemetry.Role]http.HandlerFunc{telemetry.Engine: w.ServeMetrics})
		load.Wait()
		if s == nil || len(notes) > 0 {
			t.Fatalf("%+v, %v", s, notes)
		}
		for what, v := range map[string][2]float64{
			"waiting":        {s.Waiting.Mean, 22. / 60},
			"running":        {s.Running.Mean, 45. / 60},
			"queue time":     {s.QueueTime.Mean, (0 + 0 + 11 + 11 + 0) / 5.},
			"TTFT":           {s.TTFT.Mean, (1 + 1 + 12 + 12 + 1) / 5.},
			"ITL":            {s.ITL.Mean, 1},
			"E2E":            {s.E2E.Mean, (11 + 11 + 22 + 22 + 1) / 5.},
			"prompts":        {*s.PromptTokens.Window, 500},
			"cached":         {*s.CachedTokens.Window, 96},
			"generated":      {s.GenerationTokens.Total, 45},
			"preemptions":    {s.Preemptions.Total, 0},
			"hit rate":       {s.PrefixHitRate.Ratio, 96. / 500},
			"most of the KV": {s.KVUse.Max, 0.14},
			"ended":          {s.Requests[0].Total, 5},
		} {
			if math.Abs(v[0]-v[1]) > 1e-6 {
				t.Errorf("%s: %v, want %v", what, v[0], v[1])
			}
		}
	})
}
