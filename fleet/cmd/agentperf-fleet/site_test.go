package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A site is a system under test that serves two agents well and three badly, and counts what
// each worker sends. The two speeds are far from the service level on either side, so that a
// busy machine changes no answer.
type site struct {
	t        *testing.T
	url      string
	workload string
	fast     endpointtest.Engine
	slow     endpointtest.Engine

	mu     sync.Mutex
	active int
	sent   map[string]int      // requests, by worker
	bodies map[string][]string // and what they were
	keys   map[string]int      // and with which authorization
	news   chan struct{}
}

const (
	fastSpeed, slowSpeed = 300, 60
	slo                  = "130@10s"
	holds                = 2
)

func newSite(t *testing.T) *site {
	s := &site{
		t: t, fast: endpointtest.Engine{PerRequest: fastSpeed}, slow: endpointtest.Engine{PerRequest: slowSpeed},
		sent: make(map[string]int), bodies: make(map[string][]string), keys: make(map[string]int), news: make(chan struct{}), workload: filepath.Join(t.TempDir(), "sessions.jsonl"),
	}
	var text bytes.Buffer
	for i := range 40 {
		fmt.Fprintf(&text, `{"conversation_id":"c%d","conversation_idx":0,"messages":[{"role":"user","content":"session %d"}],"tools":null,"target_output_tokens":40}`+"\n", i, i)
	}
	if err := os.WriteFile(s.workload, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := endpointtest.Serve(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP answers a request as fast as there are others now.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	worker := r.Header.Get("X-Worker")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if worker == "controller" || !bytes.Contains(body, []byte(`"session `)) { // before the run, to look at the endpoint
		s.fast.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.sent[worker]++
	s.bodies[worker] = append(s.bodies[worker], string(body))
	s.keys[r.Header.Get("Authorization")]++
	s.active++
	engine := &s.fast
	if s.active > holds {
		engine = &s.slow
	}
	close(s.news)
	s.news = make(chan struct{})
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.active--
	}()
	engine.ServeHTTP(w, r)
}

// requests returns how many a worker has sent; of all workers with an empty name.
func (s *site) requests(worker string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, sent := range s.sent {
		if worker == "" || name == worker {
			n += sent
		}
	}
	return n
}

// keyed returns how many requests came with a key.
func (s *site) keyed(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys["Bearer "+key]
}

// body returns a request of a worker, the nth.
func (s *site) body(worker string, n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n >= len(s.bodies[worker]) {
		return ""
	}
	return s.bodies[worker][n]
}

// serves waits until each worker has sent some more requests than it has so far.
func (s *site) serves(more int, workers ...string) {
	s.t.Helper()
	late := time.After(patience)
	want := make(map[string]int)
	for _, name := range workers {
		want[name] = s.requests(name) + more
	}
	for {
		s.mu.Lock()
		news, enough := s.news, true
		for name, n := range want {
			enough = enough && s.sent[name] >= n
		}
		s.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-news:
		case <-late:
			s.t.Fatalf("workers %v do not send %d more requests", workers, more)
		}
	}
}

// quiet checks that nothing is sent for a second.
func (s *site) quiet(worker string) {
	s.t.Helper()
	before := s.requests(worker)
	time.Sleep(time.Second)
	if n := s.requests(worker) - before; n != 0 {
		s.t.Errorf("%d requests were sent by a worker that should send none", n)
	}
}

// worker starts a worker.
func (s *site) worker(name, url string, args ...string) *process {
	s.t.Helper()
	return s.workerTo(nil, name, url, args...)
}

func (s *site) workerTo(out *os.File, name, url string, args ...string) *process {
	s.t.Helper()
	args = append([]string{"worker", "-controller", url, "-name", name, "-capacity", "100", "-endpoint", s.url, "-header", "X-Worker=" + name, "-workload", s.workload}, args...)
	return startTo(s.t, out, "worker "+name, args...)
}

// rules are flags with which a phase takes two seconds, and no clock decides anything.
var rules = []string{
	"-slo", slo, "-measure", "1500ms", "-settle", "200ms", "-spawn-rate", "0", "-min-trajectories", "0", "-min-per-agent", "0",
	"-client-lag", "-1s", "-start", "2", "-cache-prefix", "none",
}

// controller starts a controller of two workers.
func (s *site) controller(args ...string) (p *process, url string) {
	s.t.Helper()
	p = s.controllerTo(nil, args...)
	return p, strings.TrimSpace(p.says("waiting for workers at", 1))
}

func (s *site) controllerTo(out *os.File, args ...string) *process {
	s.t.Helper()
	args = append(append([]string{"controller", "-workers", "2", "-listen", "127.0.0.1:0", "-endpoint", s.url, "-header", "X-Worker=controller", "-workload", s.workload, "-lease", "2s"}, rules...), args...)
	return startTo(s.t, out, "controller", args...)
}
