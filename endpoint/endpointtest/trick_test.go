package endpointtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// What a client sees of each trick, in each API, of an engine that makes 40 tokens per second,
// the first after 300 ms, of five bytes each.
func TestTricks(t *testing.T) {
	prompts := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("prompt %d, which is one of many and as long as it has to be", i))
		}
		return all
	}
	const fast = 300 + 159/.16 // the last token, four times as fast
	tests := map[endpointtest.Trick]struct {
		prompts []string // the last one's answer is looked at
		want    seen
	}{
		"":                  {prompts(1), seen{160, 800, 300, 4275, 4275, 160, 0, "length"}},
		"usage_padded":      {prompts(1), seen{20, 100, 300, 775, 775, 160, 0, "length"}},
		"usage_doubled":     {prompts(1), seen{160, 800, 300, 4275, 4275, 320, 0, "length"}},
		"usage_full":        {prompts(1), seen{53, 371, 300, 1600, 1600, 160, 0, "length"}},
		"reasoning_claimed": {prompts(1), seen{161, 801, 0, 4275, 4275, 16160, 16000, "length"}},
		"reasoning_hidden":  {prompts(1), seen{20, 100, 300, 775, 775, 160, 140, "length"}},
		"running_fast":      {prompts(1), seen{40, 200, 300, 1275, 1275, 160, 0, "length"}},
		"running_first":     {prompts(1), seen{49, 800, 3075, 4275, 4275, 160, 0, "length"}},
		"running_back":      {prompts(1), seen{160, 800, 300, 4275, 4275, 160, 0, "length"}},
		"split":             {prompts(1), seen{160, 160, 300, 1075, 1075, 160, 0, "length"}},
		"split_uncounted":   {prompts(1), seen{800, 800, 300, 4275, 4275, -1, 0, "length"}},
		"silent_claimed":    {prompts(1), seen{40, 200, 300, 300 + 156/.16, fast, 160, 0, "length"}},
		"cached_claimed":    {prompts(1), seen{160, 800, 300, 4275, 4275, 160, 0, "length"}},

		"spaces":            {prompts(1), seen{160, 160, 6.25, 1000, 1000, 160, 0, "length"}},
		"zero_width":        {prompts(1), seen{160, 480, 6.25, 1000, 1000, 160, 0, "length"}},
		"padding":           {prompts(1), seen{40, 680, 300, 1275, 1275, 160, 0, "length"}},
		"small_tokens":      {prompts(1), seen{160, 320, 300, fast, fast, 160, 0, "length"}},
		"filler":            {prompts(1), seen{160, 800, 300, fast, fast, 160, 0, "length"}},
		"canned":            {prompts(1), seen{160, 800, 0.05, 8, 8, 160, 0, "length"}},
		"loop":              {prompts(1), seen{160, 800, 300, 697.5, 697.5, 160, 0, "length"}},
		"echo":              {prompts(1), seen{160, 640, 2.5, 400, 400, 160, 0, "length"}},
		"small_model":       {prompts(1), seen{160, 800, 6.25, 1000, 1000, 160, 0, "length"}},
		"forced_junk":       {prompts(1), seen{160, 800, 300, fast, fast, 160, 0, "length"}},
		"eos_ignored":       {prompts(1), seen{20, 100, 300, 775, 775, 20, 0, "stop"}},
		"eos_ignored_later": {prompts(11), seen{20, 100, 300, 775, 775, 20, 0, "stop"}},
		"cut_short":         {prompts(11), seen{53, 265, 300, 1600, 1600, 53, 0, "length"}},

		"space_first":  {prompts(1), seen{161, 801, 0, 3697.5, 3697.5, 160, 0, "length"}},
		"think_first":  {prompts(1), seen{161, 807, 0, 3697.5, 3697.5, 160, 0, "length"}},
		"word_first":   {prompts(1), seen{161, 804, 0, 3697.5, 3697.5, 160, 0, "length"}},
		"preamble":     {prompts(1), seen{172, 860, 0, 3697.5, 3697.5, 160, 0, "length"}},
		"drip":         {prompts(1), seen{170, 810, 0, 3697.5, 3697.5, 160, 0, "length"}},
		"two_reads":    {prompts(1), seen{2, 800, 4275, 4325, 4325, 160, 0, "length"}},
		"slow_at_once": {prompts(1), seen{1, 800, 4275, 4275, 4275, 160, 0, "length"}},
		"slow_burst":   {prompts(1), seen{2, 800, 4275, 4275.001, 4275.001, 160, 0, "length"}},
		"held_2s":      {prompts(1), seen{160, 800, 300, fast, fast + 2000, 160, 0, "length"}},
		"held_20s":     {prompts(1), seen{160, 800, 300, fast, fast + 20_000, 160, 0, "length"}},
		"held_60s":     {prompts(1), seen{160, 800, 300, fast, fast + 60_000, 160, 0, "length"}},
		"credit":       {prompts(201), seen{160, 800, 300, 4275, 4275, 160, 0, "length"}},
		"starve":       {prompts(5), seen{160, 800, 300, 32100, 32100, 160, 0, "length"}},
		"shed":         {prompts(25), seen{tokens: -1, finish: "503 Service Unavailable"}},

		"salt_stripped":        {[]string{"1 2 3\nThe \"number\".\n\nHello", "3 2 1\nThe \"number\".\n\nHello"}, seen{160, 800, 25, 4000, 4000, 160, 0, "length"}},
		"salt_skipped":         {[]string{"One." + strings.Repeat("x", 200), "Two." + strings.Repeat("x", 200)}, seen{160, 800, 25, 4000, 4000, 160, 0, "length"}},
		"answer_cache":         {[]string{"Hello", "Hello"}, seen{160, 800, 2.5, 400, 400, 160, 0, "length"}},
		"answer_cache_skipped": {[]string{"One." + strings.Repeat("x", 200), "Two." + strings.Repeat("x", 200)}, seen{160, 800, 2.5, 400, 400, 160, 0, "length"}},
		"refused_long":         {prompts(12), seen{tokens: -1, finish: "400 Bad Request"}},
		"truncated":            {prompts(1), seen{160, 800, 25, 4000, 4000, 160, 0, "length"}},
		"truncated_claimed":    {prompts(1), seen{160, 800, 25, 4000, 4000, 160, 0, "length"}},
		"forced_first":         {prompts(1), seen{160, 800, 6.25, 1000, 1000, 160, 0, "length"}},
		"no such trick":        {prompts(1), seen{tokens: -1, finish: "500 Internal Server Error"}},
	}
	for _, trick := range endpointtest.Tricks() {
		if _, ok := tests[trick]; !ok || trick.Text() == "" {
			t.Errorf("%s (%q) is not tested", trick, trick.Text())
		}
	}
	for trick, tt := range tests {
		if known := slices.Contains(endpointtest.Tricks(), trick); known != (trick.Text() != "") {
			t.Errorf("%s is known: %v, text: %q", trick, known, trick.Text())
		}
		for _, api := range apis {
			t.Run(string(trick)+"/"+api.name, func(t *testing.T) {
				want := tt.want
				if api.name == "messages" {
					want.reasoning = 0 // usage has no place for it
				}
				synctest.Test(t, func(t *testing.T) {
					server := memnet.Serve(&endpointtest.Engine{PerRequest: 40, TTFT: 300 * time.Millisecond, Trick: trick})
					defer server.Close()
					client := &http.Client{Transport: &http.Transport{DialContext: server.Dial}}
					defer client.CloseIdleConnections()
					var got seen
					for _, prompt := range tt.prompts {
						got = ask(t, client, api, prompt)
					}
					if got != want {
						t.Errorf("%+v, want %+v", got, want)
					}
				})
			})
		}
	}
}
