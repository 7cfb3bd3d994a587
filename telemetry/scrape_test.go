package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/memnet"
)

// scraper returns an observer of what a handler serves.
func scraper(t *testing.T, cfg ScrapeConfig, h http.HandlerFunc) *Scrape {
	t.Helper()
	server := memnet.Serve(h)
	t.Cleanup(server.Close)
	cfg.Dial = server.Dial
	if cfg.URL == "" {
		cfg.URL = "http://engine:8000"
	}
	s, err := NewScrape(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(context.Background(), Instants{}) })
	return s
}

// say returns samples as text.
func say(samples []Sample) string {
	var b strings.Builder
	for _, s := range samples {
		fmt.Fprintf(&b, "%s%v %v\n", s.Name, s.Labels, s.Value)
	}
	return b.String()
}

func TestScrape(t *testing.T) {
	var asked *http.Request
	s := scraper(t, ScrapeConfig{URL: "http://engine:8000/?token=hunter2hunter2", Transport: Transport{Header: http.Header{"authorization": {"Bearer 12345"}}}},
		func(w http.ResponseWriter, r *http.Request) {
			asked = r
			fmt.Fprint(w, "vllm:num_requests_running{b=\"2\",a=\"1\"} 3 1700000000123\nother 1\nup 0\nvllm:num_requests_waiting 1\n")
		})
	for range 2 {
		samples, err := s.Sample(t.Context())
		if err != nil || say(samples) != "vllm:num_requests_running[{a 1} {b 2}] 3\nvllm:num_requests_waiting[] 1\nup[] 1\n" || samples[0].Time.UnixMilli() != 1700000000123 {
			t.Errorf("%s%v", say(samples), err)
		}
	}
	if asked.URL.Path != "/metrics" || asked.URL.RawQuery != "token=hunter2hunter2" || asked.Header.Get("Authorization") != "Bearer 12345" || asked.Header.Get("Accept-Encoding") != "" {
		t.Errorf("%v %v", asked.URL, asked.Header)
	}
	if s.Target() != (Target{Name: "http://engine:8000/metrics", Role: Engine}) {
		t.Errorf("%+v", s.Target())
	}
}

// The samples of a page have the time in the middle of its reading.
func TestScrapeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scraper(t, ScrapeConfig{}, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			fmt.Fprint(w, "vllm:num_requests_waiting 1\n")
		})
		began := time.Now()
		samples, err := s.Sample(t.Context())
		if err != nil || len(samples) != 2 || samples[0].Time.Sub(began) != time.Second {
			t.Errorf("%v %v", samples, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Sample(ctx); err == nil {
			t.Error("no error")
		}
		if samples, err := s.Sample(t.Context()); err != nil || len(samples) != 2 {
			t.Errorf("after an error: %v %v", samples, err)
		}
		synctest.Wait()
	})
}

func TestScrapeFails(t *testing.T) {
	secret := "sesame-open-1234"
	for name, test := range map[string]struct {
		h    http.HandlerFunc
		want string
	}{
		"status": {func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no `--metrics`\x1b[2J for "+secret+"\nat all", http.StatusNotImplemented)
		}, "answered 501: no `--metrics`"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "answered 302"},
		"too long": {func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 1<<16+1)) }, "more than 65536 bytes"},
		"bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			z.Write(make([]byte, 1<<20))
		}, "more than 65536 bytes"},
		"broken off": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("vllm:num_requests_waiting 1\n"))
		}, "EOF"},
		"JSON": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "[1") }, "neither"},
	} {
		s := scraper(t, ScrapeConfig{Transport: Transport{Header: http.Header{"X-Api-Key": {secret}}}}, test.h)
		s.bytes = 1 << 16
		samples, err := s.Sample(t.Context())
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\x1b\n") || len(err.Error()) > 400 {
			t.Errorf("%s: %q, %d samples", name, err, len(samples))
		}
	}
	for _, url := range []string{"", "engine:8000", "ftp://engine", "http://", "http://user:hunter2@engine", "http://%zz:hunter2@x", "http://engine:8000\n"} {
		if _, err := NewScrape(ScrapeConfig{URL: url}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestScrapeCompressed(t *testing.T) {
	s := scraper(t, ScrapeConfig{}, func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		fmt.Fprint(z, "vllm:num_requests_waiting 1\n")
		z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(b.Bytes())
	})
	if samples, err := s.Sample(t.Context()); err != nil || len(samples) != 2 {
		t.Errorf("%v %v", samples, err)
	}
}

// A page of more series than are kept says so, and a page of other ones each time stays
// within memory.
func TestScrapeBounds(t *testing.T) {
	page, most := 0, 100
	s := scraper(t, ScrapeConfig{Keep: func(string) bool { return true }}, func(w http.ResponseWriter, r *http.Request) {
		page++
		var b strings.Builder
		for i := range most + 5 {
			fmt.Fprintf(&b, "a{i=\"%d %d\"} 1\n", page, i)
		}
		w.Write([]byte(b.String()))
	})
	s.most = most
	for range 3 {
		samples, err := s.Sample(t.Context())
		if err != nil || len(samples) != most+2 || samples[most+1].Name != leftOutName || samples[most+1].Value != 5 {
			t.Fatalf("%d samples, %v", len(samples), err)
		}
	}
	if len(s.series) > most {
		t.Error(len(s.series))
	}
}

// The JSON page of TensorRT-LLM: its latest iteration, and of none nothing, not zeros.
func TestScrapeIterations(t *testing.T) {
	for page, want := range map[string]string{
		`[]`: "",
		`[{"iter":7,"numActiveRequests":3,"numQueuedRequests":2,"kvCacheStats":{"maxNumBlocks":100,"usedNumBlocks":25,"reusedBlocks":6,"missedBlocks":9}},
		  {"iter":6,"numActiveRequests":9}]`: "up[] 1\ntrtllm_page:active_requests[] 3\ntrtllm_page:queued_requests[] 2\ntrtllm_page:reused_blocks[] 6\ntrtllm_page:missed_blocks[] 9\ntrtllm_page:kv_use[] 0.25\n",
		` [{"iterLatencyMS":3}]`: "up[] 1\n",
	} {
		s := scraper(t, ScrapeConfig{}, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) })
		if samples, err := s.Sample(t.Context()); err != nil || say(samples) != want {
			t.Errorf("%s: %s%v", page, say(samples), err)
		}
	}
	o := observe(t, Target{}, every(1, func(at float64) string {
		if at > 20 && at < 23 {
			return "[]"
		}
		return fmt.Sprintf(`[{"iter":%v,"numActiveRequests":3,"numQueuedRequests":2,"kvCacheStats":{"maxNumBlocks":100,"usedNumBlocks":25,"reusedBlocks":%v,"missedBlocks":%v}}]`, at, 3*at, at)
	}))
	s, warnings := codes(t, o)
	if s.Waiting.Mean != 2 || s.Waiting.Covered != 1 || s.KVUse.Mean != 0.25 || *s.PrefixHitRate != (Ratio{0.75, 120, 160, "blocks"}) || warnings != "partial" {
		t.Errorf("%+v %+v %q", s.Waiting, s.PrefixHitRate, warnings)
	}
}
