package telemetry

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/memnet"
)

// prometheus answers queries as one that scrapes two engines every 15 seconds, which wait
// for 1 and 2 requests and make 10 and 20 tokens a second. The second was added at 20 s.
func prometheus(t *testing.T, began time.Time, queries *[]string) http.HandlerFunc {
	ranged := regexp.MustCompile(`^\{__name__=~` + "`[^`]+`" + `,job="vllm"\}\[(\d+)ms\]$`)
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.PostFormValue("query")
		*queries = append(*queries, query)
		var seconds float64
		fmt.Sscan(r.PostFormValue("time"), &seconds)
		now := seconds - float64(began.Unix())
		last := float64(int(now/15) * 15)
		if strings.HasPrefix(query, "max(timestamp(") {
			fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%v,"%v"]}]}}`, seconds, last+float64(began.Unix()))
			return
		}
		m := ranged.FindStringSubmatch(query)
		if m == nil || r.URL.Path != "/prom/api/v1/query" || r.Header.Get("X-Scope-Orgid") != "me" {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"status":"error","errorType":"bad_data","error":"unexpected %s at %s"}`, query, r.URL.Path)
			return
		}
		var ms float64
		fmt.Sscan(m[1], &ms)
		var series []string
		add := func(name, instance string, since float64, value func(at float64) float64) {
			var values []string
			for at := -300.0; at <= now; at += 15 {
				if at >= since && at >= now-ms/1000 {
					values = append(values, fmt.Sprintf(`[%.3f,"%v"]`, float64(began.Unix())+at, value(at)))
				}
			}
			if values != nil {
				series = append(series, fmt.Sprintf(`{"metric":{"__name__":"%s","job":"vllm","instance":"%s"},"values":[%s]}`, name, instance, strings.Join(values, ", ")))
			}
		}
		for i, since := range []float64{-300, 20} {
			name := fmt.Sprint("engine", i)
			add("up", name, since, func(float64) float64 { return 1 })
			add("vllm:num_requests_waiting", name, since, func(float64) float64 { return float64(i + 1) })
			add("vllm:generation_tokens_total", name, since+15, func(at float64) float64 { return 10 * float64(i+1) * (at + 300) })
		}
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[%s]}}`, strings.Join(series, ","))
	}
}

func TestPrometheus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now().Truncate(time.Second)
		at := func(s float64) time.Time { return began.Add(time.Duration(s * 1e9)) }
		phase := Instants{Begin: at(0), Settled: at(60), WindowEnd: at(360), End: at(400)}
		var queries []string
		server := memnet.Serve(prometheus(t, began, &queries))
		defer server.Close()
		p, err := NewPrometheus(PrometheusConfig{URL: "http://prometheus:9090/prom/", Match: `job="vllm"`, Transport: Transport{Dial: server.Dial, Header: http.Header{"X-Scope-OrgID": {"me"}}}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(phase.End))
		samples, err := p.Stop(t.Context(), phase)
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(phase.End); waited < 5*time.Second || waited > 7*time.Second { // the next look is at 405 s
			t.Errorf("waited %v", waited)
		}
		if n := len(queries); !strings.HasPrefix(queries[n-1], "{") || !strings.HasPrefix(queries[n-2], "{") || strings.HasPrefix(queries[n-3], "{") {
			t.Errorf("%.300q", queries)
		}
		o := Observed{Target: p.Target(), Scrapes: 1}
		keep(&o, samples)
		s, _, warnings := Summarize([]Observed{o}, phase, 0)
		if len(warnings) != 1 || warnings[0].Code != "telemetry_not_closed" || !strings.Contains(warnings[0].Text, "instance=engine1") {
			t.Error(warnings)
		}
		// The second engine's counter was at 6,900 when it was first there, one look after
		// the engine: it began at 0 in between.
		if c := s.GenerationTokens; c.Total != 10*405+20*(405+300) || *c.Window != 30*300 || *c.PerSecond != 30 {
			t.Errorf("%v %v %v", c.Total, *c.Window, *c.PerSecond)
		}
		if s.Waiting.Mean != 3 || s.Waiting.Covered != 1 || s.Window != (Span{60, 360}) {
			t.Errorf("%+v %+v", s.Waiting, s.Window)
		}
		synctest.Wait()
	})
}

func TestPrometheusFails(t *testing.T) {
	for name, test := range map[string]struct {
		body, want string
	}{
		"error":        {`{"status":"error","error":"parse error"}`, "parse error"},
		"not JSON":     {`<html>`, "not an answer of Prometheus"},
		"not a sample": {`{"status":"success","data":{"result":[{"value":["x","y"]}]}}`, "not a sample"},
	} {
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, test.body) }))
		p, err := NewPrometheus(PrometheusConfig{URL: "http://prometheus:9090", Wait: -1, Transport: Transport{Dial: server.Dial}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Stop(t.Context(), Instants{Begin: time.Now(), End: time.Now()}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
	// Another clock is an error.
	server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat))
		fmt.Fprint(w, `{"status":"success","data":{"result":[]}}`)
	}))
	defer server.Close()
	p, _ := NewPrometheus(PrometheusConfig{URL: "http://prometheus:9090", Wait: -1, Transport: Transport{Dial: server.Dial}})
	if _, err := p.Stop(t.Context(), Instants{Begin: time.Now(), End: time.Now()}); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Error(err)
	}
}

// What Prometheus is asked for is what is known.
func TestKnownPattern(t *testing.T) {
	pattern := regexp.MustCompile("^(?:" + knownPattern() + ")$")
	for _, name := range []string{"up", "vllm:num_requests_waiting", "vllm:time_to_first_token_seconds_bucket", "trtllm_page:kv_use", "nv_llm_http_service_cached_tokens_sum"} {
		if !pattern.MatchString(name) || !Known(name) {
			t.Errorf("%s is unknown", name)
		}
	}
	for _, name := range []string{"", "vllm:num_requests_waiting_by_reason", "llamacpp:prompt_tokens_seconds", "vllm:time_to_first_token_seconds", "go_goroutines"} {
		if pattern.MatchString(name) || Known(name) {
			t.Errorf("%s is known", name)
		}
	}
}
