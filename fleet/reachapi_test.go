package fleet

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// In every API a worker looks at the endpoint as the controller does: with the same fields.
func TestReachInEachAPI(t *testing.T) {
	for _, api := range []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses} {
		t.Run(string(api), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &endpointtest.Engine{PerRequest: 50}
				var mu sync.Mutex
				looks := make(map[string][]string)
				server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					if !strings.Contains(string(body), "turn ") {
						mu.Lock()
						who := r.Header.Get("Authorization")
						looks[who] = append(looks[who], r.URL.Path+" "+string(body))
						mu.Unlock()
					}
					engine.ServeHTTP(w, r)
				}))
				defer server.Close()
				w := newWorld(t, engine)
				e := endpoint.Config{URL: "http://mem", API: api, Dial: server.Dial}
				worker := e
				worker.APIKey = "w"
				p := w.serve(WorkerConfig{Name: "a", Workload: workload(t, 5, 20, 7, 33), Capacity: 8, Endpoint: worker, conn: w.hub.Conn("a")})
				c := w.controller(1)
				e.APIKey = "c"
				report, err := agentperf.Check(t.Context(), agentperf.Config{Endpoint: e, Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4), Rule: point, Seed: 42, Load: c}, 2)
				if err != nil || len(report.Phases) != 1 || report.Phases[0].Invalid != "" {
					t.Errorf("%v: %+v", err, report.Phases)
				}
				c.Close()
				p.stop()
				if own, theirs := looks["Bearer w"], looks["Bearer c"]; len(own) == 0 || !slices.Equal(own, theirs) {
					t.Errorf("the worker: %q\nthe controller: %q", own, theirs)
				}
			})
		})
	}
}
