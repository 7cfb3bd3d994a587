package fleet

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/metrics"
)

// Workers that send to different addresses may measure different systems, and nothing else says so.
func TestApart(t *testing.T) {
	names := []string{"a", "b", "c"}
	for _, tt := range []struct {
		endpoints []string
		want      string
	}{
		{[]string{"", "", ""}, ""},
		{[]string{"http://x", "http://x", "http://x"}, ""},
		{[]string{"", "http://x", "http://x"}, ""},
		{[]string{"http://x", "http://x", "http://y"}, "those of a to http://x and those of c to http://y"},
		{[]string{"", "http://x", "http://y"}, "those of b to http://x and those of c to http://y"},
	} {
		if got := apart(names, tt.endpoints); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.endpoints, got, tt.want)
		}
	}
}

// A phase whose workers send to different addresses says so.
func TestPhaseApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{PerRequest: 50})
		var all []*process
		for _, name := range []string{"a", "b"} {
			all = append(all, w.serve(WorkerConfig{Name: name, Workload: workload(t, 5, 20, 7, 33), Capacity: 8, Endpoint: endpoint.Config{URL: "http://" + name, Dial: w.server.Dial}, conn: w.hub.Conn(name)}))
		}
		c := w.controller(2)
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: w.endpoint(), Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4), Rule: point, Seed: 42, Load: c,
		}, 4)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		for _, p := range all {
			p.stop()
		}
		const want = "requests go to different addresses, such as those of a to http://a and those of b to http://b"
		if !slices.ContainsFunc(report.Warnings, func(w metrics.Warning) bool { return w.Code == "endpoints" && strings.Contains(w.Text, want) }) {
			t.Errorf("%+v", report.Warnings)
		}
	})
}

// What a worker says of itself at the end is bounded.
func TestShorten(t *testing.T) {
	long := strings.Repeat("ü", 5000)
	m := wire.Manifest{Err: long}
	m.Client.Explanation = long
	for range 100 {
		m.Warnings = append(m.Warnings, long)
	}
	shorten(&m)
	want := strings.Repeat("ü", 2048) + "..."
	if m.Err != want || m.Client.Explanation != want || len(m.Warnings) != 16 || m.Warnings[15] != want {
		t.Errorf("%d and %d bytes, %d warnings", len(m.Err), len(m.Client.Explanation), len(m.Warnings))
	}
	if m = (wire.Manifest{Err: "short"}); shortened(m.Err) != "short" {
		t.Error(m.Err)
	}
}

// Workers that send in another manner than the controller, or than each other, are no fleet: a
// time limit of one would be a failure of the system.
func TestUnlike(t *testing.T) {
	const url = "http://mem"
	for _, tt := range []struct {
		name       string
		controller endpoint.Config
		workers    [2]endpoint.Config
		want       string
		rejected   string // is told, and ends
	}{
		{"alike", endpoint.Config{URL: "http://other/v1", Timeout: endpoint.DefaultTimeout}, [2]endpoint.Config{{URL: url}, {URL: url}}, "", ""},
		{"one has less time", endpoint.Config{}, [2]endpoint.Config{{URL: url}, {URL: url, Timeout: time.Second}}, "worker b sends with the API chat, HTTP/1.1 and time limits of 1s and 2m0s, and worker a with the API chat, HTTP/1.1 and time limits of 5m0s and 2m0s", ""},
		{"both have less", endpoint.Config{URL: url}, [2]endpoint.Config{{URL: url, Timeout: time.Second}, {URL: url, Timeout: time.Second}}, "worker a sends with the API chat, HTTP/1.1 and time limits of 1s and 2m0s, and the controller with", ""},
		{"another API", endpoint.Config{URL: url}, [2]endpoint.Config{{URL: url}, {URL: url, API: endpoint.APIMessages}}, "worker b sends with the API messages", "b"},
		{"another header for sessions", endpoint.Config{URL: url}, [2]endpoint.Config{{URL: url, SessionHeader: "X-Session"}, {URL: url}}, "sessions in the header X-Session", "a"},
		{"keys and values of its own", endpoint.Config{URL: url, Header: http.Header{"x-pool": {"1"}}}, [2]endpoint.Config{{URL: url, Header: http.Header{"X-Pool": {"7"}, "Api-Key": {"k"}}, APIKey: "key"}, {URL: url, Header: http.Header{"X-Pool": {"8"}}}}, "", ""},
		{"a header of its own", endpoint.Config{}, [2]endpoint.Config{{URL: url, Header: http.Header{"X-Pool": {"7"}}}, {URL: url}}, "worker a with the API chat, HTTP/1.1 and time limits of 5m0s and 2m0s, and the headers X-Pool", ""},
		{"a header of the controller's", endpoint.Config{URL: url, Header: http.Header{"X-Pool": {"7"}}}, [2]endpoint.Config{{URL: url}, {URL: url}}, "the controller with the API chat, HTTP/1.1 and time limits of 5m0s and 2m0s, and the headers X-Pool", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, &endpointtest.Engine{PerRequest: 50})
				var all []*process
				for i, name := range []string{"a", "b"} {
					e := tt.workers[i]
					e.Dial = w.server.Dial
					all = append(all, w.serve(WorkerConfig{Name: name, Workload: workload(t, 5, 20, 7, 33), Capacity: 8, Endpoint: e, conn: w.hub.Conn(name)}))
				}
				c, err := NewController(t.Context(), Config{Workers: 2, Endpoint: tt.controller, conn: w.hub.Conn(bus.Controller)})
				if err != nil {
					t.Fatal(err)
				}
				if err = c.Gather(t.Context()); (err == nil) != (tt.want == "") || err != nil && (!errors.Is(err, ErrWorkers) || !strings.Contains(err.Error(), tt.want)) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				c.Close()
				for i, p := range all {
					err := p.stop()
					rejected, ok := errors.AsType[*RejectedError](err)
					if ok != (tt.rejected == string("ab"[i])) || ok && !strings.Contains(rejected.Why, "and the controller with") {
						t.Errorf("worker %d ends with %v", i, err)
					}
				}
			})
		})
	}
}

// serve starts a worker that has all it needs.
func (w *world) serve(cfg WorkerConfig) *process {
	ctx, cancel := context.WithCancel(w.t.Context())
	p := &process{cancel: cancel, done: make(chan error, 1)}
	go func() { p.done <- Serve(ctx, cfg) }()
	return p
}
