package telemetry

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

var live = flag.String("live", "", "URL of a running server with a metrics page, such as llama-server's, to hold its counters against its usage")

// What a real server's counters say of a load is what its answers' usage says, and what is
// scraped meanwhile shows the load.
func TestLive(t *testing.T) {
	if *live == "" {
		t.Skip("no -live URL")
	}
	s, err := NewScrape(ScrapeConfig{URL: *live})
	if err != nil {
		t.Fatal(err)
	}
	o := Observed{Target: s.Target()}
	scrape := func() {
		began := time.Now()
		samples, err := s.Sample(t.Context())
		if o.Scrapes++; err != nil {
			t.Fatal(err)
		}
		o.Took += time.Since(began)
		keep(&o, samples)
	}
	scrape()
	at := Instants{Begin: time.Now(), Settled: time.Now()}
	type usage struct {
		Prompt, Completion, Cached float64
	}
	var sum usage
	answers := make(chan usage)
	var senders sync.WaitGroup
	for sender := range 6 {
		senders.Go(func() {
			for i := range 4 {
				body, _ := json.Marshal(map[string]any{
					"max_tokens": 60 + i, "ignore_eos": true,
					"messages": []any{map[string]string{"role": "user", "content": strings.Repeat("word ", 200+50*sender) + fmt.Sprint(i)}},
				})
				resp, err := http.Post(*live+"/v1/chat/completions", "application/json", bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				var a struct {
					Usage struct {
						Prompt     float64 `json:"prompt_tokens"`
						Completion float64 `json:"completion_tokens"`
						Details    struct {
							Cached float64 `json:"cached_tokens"`
						} `json:"prompt_tokens_details"`
					}
				}
				if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != 200 {
					t.Error(resp.Status, err)
				}
				resp.Body.Close()
				answers <- usage{a.Usage.Prompt, a.Usage.Completion, a.Usage.Details.Cached}
			}
		})
	}
	go func() { senders.Wait(); close(answers) }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for open := true; open; {
		select {
		case u, ok := <-answers:
			open = ok
			sum.Prompt, sum.Completion, sum.Cached = sum.Prompt+u.Prompt, sum.Completion+u.Completion, sum.Cached+u.Cached
		case <-tick.C:
			scrape()
		}
	}
	at.WindowEnd, at.End = time.Now(), time.Now()
	time.Sleep(300 * time.Millisecond)
	scrape()
	server, _, warnings := Summarize([]Observed{o}, at, 0)
	text, _ := json.MarshalIndent(server, "", " ")
	t.Logf("usage %+v, %v\n%s", sum, warnings, text)
	if server.PromptTokens.Total != sum.Prompt || server.GenerationTokens.Total != sum.Completion || server.CachedTokens.Total != sum.Cached {
		t.Errorf("%v, %v and %v tokens by counters, %+v by usage", server.PromptTokens.Total, server.GenerationTokens.Total, server.CachedTokens.Total, sum)
	}
	if len(warnings) > 0 || server.Running.Max == 0 || *server.Running.After != 0 {
		t.Errorf("%v %+v", warnings, server.Running)
	}
}
