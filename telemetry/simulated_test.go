package telemetry_test

import (
	"fmt"
	"math"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/exposition"
	"github.com/agentperf/agentperf-go/telemetry"
)

// ask sends a request for so many tokens, of 10 ms each, and waits for the answer.
func ask(s *simulate.System, tokens int) {
	body := fmt.Sprintf(`{"model":"simulated","messages":[{"role":"user","content":"Hi"}],"max_tokens":%d,"ignore_eos":true,"stream":true}`, tokens)
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body)))
}

// The power page of a simulated system, read every second between the instants that matter.
// Two accelerators of 100 W to 500 W, each at 400 W with one of two slots busy and at 500 W
// with both. One request from 5 s to 40 s, two from 50 s to 75 s: from 10 s to 70 s that is
// 30 s × 400 W + 10 s × 100 W + 20 s × 500 W = 23 kJ each.
func TestPowerOfSimulatedPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := simulate.New(simulate.Config{Pool: simulate.Pool{StepOverhead: 10 * time.Millisecond, Slots: 2, Power: simulate.Power{Accelerators: 2, IdleWatts: 100, FullWatts: 500}}})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		at := func(seconds float64) time.Time { return began.Add(time.Duration(seconds * 1e9)) }
		var load sync.WaitGroup
		load.Go(func() {
			time.Sleep(time.Until(at(5)))
			ask(s, 3500)
			time.Sleep(time.Until(at(50)))
			load.Go(func() { ask(s, 2500) })
			ask(s, 2500)
		})
		byKey := make(map[string]*telemetry.Series)
		var order []string
		parser := exposition.Parser[*telemetry.Series]{Make: func(name string, labels []exposition.Label) (*telemetry.Series, bool) {
			series := &telemetry.Series{Name: name}
			for _, l := range labels {
				series.Labels = append(series.Labels, telemetry.Label{Name: l.Name, Value: l.Value})
			}
			key := fmt.Sprint(name, labels)
			byKey[key] = series
			order = append(order, key)
			return series, true
		}}
		for second := 0.37; second < 80; second++ {
			time.Sleep(time.Until(at(second)))
			page := httptest.NewRecorder()
			s.ServePower(page, nil)
			now := time.Now().UnixNano()
			parser.Parse(page.Body.Bytes(), false, func(series *telemetry.Series, value float64, _ int64) {
				series.Points = append(series.Points, telemetry.Point{Nanos: now, Value: value})
			})
		}
		load.Wait()
		o := telemetry.Observed{Target: telemetry.Target{Name: "power", Role: telemetry.PowerMeter}}
		for _, key := range order {
			o.Series = append(o.Series, *byKey[key])
		}
		for _, tt := range []struct {
			from   string
			joules float64
			within float64
		}{
			{telemetry.FromEnergy, 46e3, 0.001},
			// Without the counters: the sensor lags by half a second, so that it has 150 J
			// more of 400 W to see after 40 s, and so much less where power rises.
			{telemetry.FromPower, 46e3, 0.01},
		} {
			_, p, notes := telemetry.Summarize([]telemetry.Observed{o}, telemetry.Instants{Begin: at(4), Settled: at(10), WindowEnd: at(70), End: at(78)}, 2)
			if p == nil || len(p.Figures) != 1 || p.Figures[0].EnergyJoules == nil || len(notes) > 0 {
				t.Fatalf("%+v, %v", p, notes)
			}
			f := p.Figures[0]
			if got := *f.EnergyJoules; f.From != tt.from || math.Abs(got-tt.joules) > tt.within*tt.joules || math.Abs(*f.Watts-got/60) > 1e-6 || f.Accelerators != 2 {
				t.Errorf("%v J, %v W from %s of %d accelerators; want %v J from %s", got, *f.Watts, f.From, f.Accelerators, tt.joules, tt.from)
			}
			o.Series = o.Series[:2] // the gauges
		}
	})
}
