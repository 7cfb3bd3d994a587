package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// curve is what agents get of a system on average.
type curve struct {
	speed  float64       // P25 of output speed, tokens per second
	ttft   time.Duration // P95
	events float64       // per second, of all
	stats  simulate.Stats
}

const half = 30 * time.Second

// agents puts n agents on a system for half a minute: sessions of 10 turns that grow
// from 2,000 tokens to 8,000, answers of 20 to 80, tools that take 0.2 s to 1 s.
// They share a scaffold of 1,000 tokens.
func agents(t *testing.T, s *simulate.System, n int, delay time.Duration) (c curve) {
	synctest.Test(t, func(t *testing.T) {
		cl := client(t, s)
		var mu sync.Mutex
		var speeds []float64
		var ttfts []time.Duration
		total := 0
		began := time.Now()
		var wg sync.WaitGroup
		for a := range n {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(7, uint64(a)))
				for play := 0; time.Since(began) < half; play++ {
					messages := []string{message("scaffold", 1000), message(fmt.Sprint(a, " ", play), 1000)}
					for turn := range 10 {
						if turn > 0 {
							messages = append(messages, message("tool", 500+rng.IntN(300)))
						}
						r := must(t, cl, body(20+rng.IntN(61), messages...))
						mu.Lock()
						speed, _ := r.OutputSpeed()
						speeds = append(speeds, float64(speed))
						ttfts = append(ttfts, r.ttft())
						total += r.Events
						mu.Unlock()
						time.Sleep(time.Duration((0.2 + 0.8*rng.Float64()) * float64(delay)))
						if time.Since(began) > half {
							return
						}
					}
				}
			})
		}
		wg.Wait()
		slices.Sort(speeds)
		slices.Sort(ttfts)
		c = curve{speeds[len(speeds)/4], ttfts[len(ttfts)*95/100], float64(total) / time.Since(began).Seconds(), s.Stats()}
	})
	return c
}

// The table in the documentation of Presets is what they give.
func TestPresetTable(t *testing.T) {
	source, err := os.ReadFile("presets.go")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, p := range simulate.Presets() {
		synctest.Test(t, func(t *testing.T) {
			c := p
			c.Model = ""
			r := must(t, client(t, system(t, c)), body(500, message("a", 27_000)))
			speed, _ := r.OutputSpeed()
			fmt.Fprintf(&table, "//\t%-34s %18.0f ms %14.0f\n", p.Name, r.ttft().Seconds()*1000, speed)
		})
		if !strings.HasPrefix(p.Description, "MODEL") || p.Accelerators > 0 && !strings.HasSuffix(p.Name, "-model") {
			t.Errorf("%s is not labeled as a model: %s", p.Name, p.Description)
		}
		if again, err := simulate.Preset(p.Name); err != nil || again.Name != p.Name {
			t.Errorf("Preset(%q): %v", p.Name, err)
		}
	}
	if !strings.Contains(string(source), table.String()) {
		t.Errorf("the documentation lacks this table:\n%s", table.String())
	}
	if _, err := simulate.Preset("nothing"); err == nil {
		t.Error("Preset finds nothing")
	}
}

// The demo bends where it should: alone 150 to 250 tokens/s and a TTFT of tens
// of milliseconds; below 100 tokens/s from 8 to 14 agents, with and without
// tools that take time; about a second of TTFT with 20; never more than 3,000
// events a second.
func TestDemoBends(t *testing.T) {
	for _, delay := range []time.Duration{0, time.Second} {
		for _, n := range []int{1, 7, 14, 20} {
			c := agents(t, demo(t), n, delay)
			t.Logf("tools up to %v, %2d agents: P25 %3.0f tokens/s, P95 TTFT %v, %4.0f events/s, %2.0f%% cached", delay, n, c.speed,
				c.ttft.Round(ms), c.events, 100*float64(c.stats.CachedTokens)/float64(c.stats.PromptTokens))
			switch {
			case n == 1 && (c.speed < 150 || c.speed > 250 || c.ttft > 60*ms),
				n == 7 && (c.speed < 100 || c.ttft > 100*ms),
				n == 14 && c.speed > 100,
				n == 20 && (c.speed > 60 || c.ttft < 900*ms || c.ttft > 3*time.Second),
				c.events > 3000:
				t.Error("not so")
			}
		}
	}
}

// The demo gives 13 agents 100 tokens/s, and drifting only 9 once it is as hot as
// they make it, which a shorter time constant shows sooner.
func TestDriftingDrifts(t *testing.T) {
	drifting, err := simulate.Preset("drifting")
	if err != nil {
		t.Fatal(err)
	}
	drifting.Pool.Heat.TimeConstant = 2 * time.Second
	hot := func(n int) float64 { return agents(t, system(t, drifting), n, time.Second).speed }
	if cold := agents(t, demo(t), 13, time.Second).speed; cold < 100 || hot(9) < 100 || hot(10) >= 100 {
		t.Errorf("P25 of 13 agents cold %.0f tokens/s, of 9 hot %.0f, of 10 hot %.0f", cold, hot(9), hot(10))
	}
}

func demo(t *testing.T) *simulate.System {
	c, err := simulate.Preset("demo")
	if err != nil {
		t.Fatal(err)
	}
	return system(t, c)
}
