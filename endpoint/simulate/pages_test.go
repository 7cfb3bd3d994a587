package simulate_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// page returns the values of a page by series, without the label of the model.
func page(t *testing.T, serve http.HandlerFunc) map[string]float64 {
	t.Helper()
	w := httptest.NewRecorder()
	serve(w, httptest.NewRequest("GET", "/metrics", nil))
	values := make(map[string]float64)
	for line := range strings.Lines(w.Body.String()) {
		series, value, ok := strings.Cut(strings.TrimSpace(line), "} ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		values[strings.ReplaceAll(series, `,model_name="simulated"`, "")+"}"] = v
	}
	return values
}

func check(t *testing.T, values map[string]float64, want map[string]float64) {
	t.Helper()
	for name, v := range want {
		if got, ok := values[name]; !ok || math.Abs(got-v) > 1e-9*math.Abs(v) {
			t.Errorf("%s is %v (%v), want %v", name, got, ok, v)
		}
	}
}

// Four requests of 100 tokens at once, for two slots and steps of 10 ms, that put out 11
// tokens each: two are done after 11 steps, and the other two wait 110 ms and then take as
// long. They are admitted when all four have come, after 1 ns.
func TestMetricsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{StepOverhead: 10 * ms, Slots: 2, KVTokens: 1600}})
		c := client(t, s)
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() { must(t, c, body(11, message(strconv.Itoa(i), 100))) })
		}
		time.Sleep(55 * ms) // each of two holds 7 blocks of 16 tokens, of 100
		check(t, page(t, s.ServeMetrics), map[string]float64{
			`vllm:num_requests_running{engine="0"}`:                         2,
			`vllm:num_requests_waiting{engine="0"}`:                         2,
			`vllm:kv_cache_usage_perc{engine="0"}`:                          0.14,
			`vllm:generation_tokens_total{engine="0"}`:                      10,
			`vllm:prompt_tokens_total{engine="0"}`:                          200,
			`vllm:time_to_first_token_seconds_count{engine="0"}`:            2,
			`vllm:request_queue_time_seconds_count{engine="0"}`:             0, // none has ended
			`vllm:inter_token_latency_seconds_count{engine="0"}`:            8,
			`vllm:inter_token_latency_seconds_bucket{engine="0",le="0.01"}`: 8,
		})
		wg.Wait()
		if took := time.Since(began); took < 220*ms || took > 221*ms {
			t.Fatalf("took %v, want 220ms", took)
		}
		values := page(t, s.ServeMetrics)
		check(t, values, map[string]float64{
			`vllm:num_requests_running{engine="0"}`:                           0,
			`vllm:num_requests_waiting{engine="0"}`:                           0,
			`vllm:kv_cache_usage_perc{engine="0"}`:                            0,
			`vllm:generation_tokens_total{engine="0"}`:                        44,
			`vllm:prompt_tokens_total{engine="0"}`:                            400,
			`vllm:prefix_cache_queries_total{engine="0"}`:                     400,
			`vllm:prefix_cache_hits_total{engine="0"}`:                        0,
			`vllm:num_preemptions_total{engine="0"}`:                          0,
			`vllm:request_success_total{engine="0",finished_reason="length"}`: 4,
			`vllm:time_to_first_token_seconds_count{engine="0"}`:              4,
			`vllm:inter_token_latency_seconds_count{engine="0"}`:              40,
			`vllm:e2e_request_latency_seconds_count{engine="0"}`:              4,
			`vllm:e2e_request_latency_seconds_bucket{engine="0",le="0.3"}`:    4,
			`vllm:request_queue_time_seconds_count{engine="0"}`:               4,
			`vllm:request_queue_time_seconds_bucket{engine="0",le="+Inf"}`:    4,
		})
		for name, want := range map[string]float64{
			"request_queue_time":  0 + 0 + 0.11 + 0.11,
			"time_to_first_token": 2*0.01 + 2*0.12,
			"inter_token_latency": 40 * 0.01,
			"e2e_request_latency": 2*0.11 + 2*0.22,
		} {
			if got := values["vllm:"+name+`_seconds_sum{engine="0"}`]; math.Abs(got-want) > 1e-7 {
				t.Errorf("%s: sum %v, want %v", name, got, want)
			}
		}
		// The same prompt again finds 6 of its 7 blocks of 16 tokens.
		must(t, c, body(1, message("0", 100)))
		check(t, page(t, s.ServeMetrics), map[string]float64{
			`vllm:prefix_cache_queries_total{engine="0"}`: 500,
			`vllm:prefix_cache_hits_total{engine="0"}`:    96,
		})
	})
}

// Two accelerators of 100 W to 500 W, and two slots. One sequence loads them to a half: 100 +
// 400 × 3/4 = 400 W, two to the full, 500 W. The first look is at 0 s; from 10 s on one
// request takes a second, from 20 s on two take one. Until 30 s each accelerator draws 28 s
// × 100 W + 400 J + 500 J = 3,700 J.
func TestPowerPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := system(t, simulate.Config{Pool: simulate.Pool{StepOverhead: 10 * ms, Slots: 2, Power: simulate.Power{Accelerators: 2, IdleWatts: 100, FullWatts: 500}}})
		c := client(t, s)
		const first, second = `{gpu="0",UUID="GPU-simulated-0",device="nvidia0",modelName="SIMULATION",Hostname="simulated"}`, `{gpu="1",UUID="GPU-simulated-1",device="nvidia1",modelName="SIMULATION",Hostname="simulated"}`
		check(t, page(t, s.ServePower), map[string]float64{"DCGM_FI_DEV_POWER_USAGE" + first: 100, "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION" + first: 0})
		began := time.Now()
		until := func(d time.Duration) { time.Sleep(time.Until(began.Add(d))) }
		until(10 * time.Second)
		must(t, c, body(100, message("a", 100)))
		until(20 * time.Second)
		var wg sync.WaitGroup
		for _, text := range []string{"b", "c"} {
			wg.Go(func() { must(t, c, body(100, message(text, 100))) })
		}
		// A second later its sensor has come within exp(-2) of the 500 W.
		until(21*time.Second - ms)
		values := page(t, s.ServePower)
		if got, want := values["DCGM_FI_DEV_POWER_USAGE"+second], 500-400*math.Exp(-2*0.999); math.Abs(got-want) > 0.1 {
			t.Errorf("the sensor shows %v W, want %v", got, want)
		}
		wg.Wait()
		until(30 * time.Second)
		for _, labels := range []string{first, second} {
			if got := page(t, s.ServePower)["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"+labels]; math.Abs(got-3700e3) > 1 { // mJ
				t.Errorf("%v mJ, want 3,700,000", got)
			}
		}
	})
}

// Who sets one of the two powers gets the standard for the other, and has it checked.
func TestPowerValidate(t *testing.T) {
	for _, tt := range []struct {
		power simulate.Power
		ok    bool
	}{
		{simulate.Power{}, true}, {simulate.Power{IdleWatts: 700}, true}, {simulate.Power{FullWatts: 75}, true},
		{simulate.Power{IdleWatts: 701}, false}, {simulate.Power{FullWatts: 74}, false}, {simulate.Power{IdleWatts: -1}, false},
		{simulate.Power{Accelerators: -1}, false}, {simulate.Power{IdleWatts: math.NaN()}, false}, {simulate.Power{FullWatts: math.Inf(1)}, false},
	} {
		if _, err := simulate.New(simulate.Config{Pool: simulate.Pool{Power: tt.power}}); (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt.power, err)
		}
	}
}
