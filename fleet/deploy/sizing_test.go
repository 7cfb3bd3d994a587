package deploy

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// What was measured, as README.md states it beside the commands.
const (
	usPerEvent     = 14.1    // clientcost -streams 1000 -rate 50 -duration 20s -tls
	usPerRequest   = 475     // clientcost -streams 1000 -rate 2 -tokens 4 -prompt-bytes 108000 -duration 20s
	kbPerAgent     = 75.7    // the first of these
	bytesPerRecord = 159     // BenchmarkController
	recordsPerCore = 429_000 // the same
)

// What is assumed, as README.md states it.
const (
	rack         = 72
	speedFactor  = 2    // the mean speed of answers, in floors of P25 speed
	outputTokens = 150  // the published median of the outputs, for all
	toolSeconds  = 1    // the published median of tool delays, and nothing for the first token
	promptKB     = 108  // 27,000 tokens of 4 bytes
	eventBytes   = 250  // of a chat completion's chunk with one token
	searchFactor = 2    // numbers that a search may try, in limits
	safetyFactor = 2    // no more than half of the processors busy
	workerCores  = 16.0 // of a worker
)

// A demand is a row of the table in README.md.
type demand struct {
	tier   string
	agents float64
	floor  float64 // P25 speed, tok/s
}

// published returns agents for a rack, from the catalog's result for a tier on so many
// accelerators.
func published(t *testing.T, slo string, accelerators int) float64 {
	t.Helper()
	for _, r := range catalog.BuiltinResults() {
		if each, _ := r.Each(); r.Accelerator == "GB300" && r.SLO == slo && r.Accelerators == accelerators && each != nil {
			return math.Ceil(each.Value * rack)
		}
	}
	t.Fatalf("no result for %s on %d accelerators", slo, accelerators)
	return 0
}

// thousands writes a whole number with commas.
func thousands(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (d demand) events() float64 { return d.agents * d.floor * speedFactor }

func (d demand) requests() float64 {
	return d.agents / (outputTokens/(d.floor*speedFactor) + toolSeconds)
}

func (d demand) cores() float64 { return (d.events()*usPerEvent + d.requests()*usPerRequest) / 1e6 }

// workers is how many workers of so many cores are needed.
func (d demand) workers(cores float64) float64 { return math.Ceil(d.cores() * safetyFactor / cores) }

func (d demand) row() string {
	events, requests, cores := d.events(), d.requests(), d.cores()
	most := d.agents * searchFactor
	return fmt.Sprintf("| %s | %s | %s | %s | %.1f | %s | %.1f | %.1f / %.1f | %.0f | %.2f %% | %.0f |",
		d.tier, thousands(d.agents), thousands(events), thousands(requests), cores, thousands(most), most*kbPerAgent/1e6,
		requests*promptKB*8/1e6, events*eventBytes*8/1e9, requests*bytesPerRecord/1e3, requests/recordsPerCore*100,
		d.workers(workerCores))
}

// The page has the table that follows from what it states.
func TestSizing(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	latest := published(t, "60@5s", 36)
	all := []demand{
		{"1: 20@10s, June 2026", published(t, "20@10s", 32), 20},
		{"2: 60@5s, July 2026", published(t, "60@5s", 40), 60},
		{"2: 60@5s, August 2026, more than", latest, 60},
		{"3: 180@3s, no result; as many tok/s as above", math.Ceil(latest * 60 / 180), 180},
		{"none: 5,000 agents at 200 tok/s", 5000, 100},
	}
	for _, d := range all {
		if !strings.Contains(page, "\n"+d.row()+"\n") {
			t.Errorf("no row\n%s", d.row())
		}
	}
	for _, d := range all[:3] {
		if d.workers(workerCores) != 1 || d.workers(4) != 2 {
			t.Errorf("%s needs %v workers of %v cores, %v of 4", d.tier, d.workers(workerCores), workerCores, d.workers(4))
		}
	}
	for _, says := range []string{
		"one worker of 16 cores carries a rack at each published tier, or two of 4 cores",
		fmt.Sprintf("%.1f µs for each event", usPerEvent),
		fmt.Sprintf("%d µs for each request", usPerRequest),
		fmt.Sprintf("%.1f KB for each agent", kbPerAgent),
		fmt.Sprintf("%d bytes for each request", bytesPerRecord),
		fmt.Sprintf("%s requests/s on one core", thousands(recordsPerCore)),
		fmt.Sprintf("some %s events/s for each core", thousands(math.Floor(1e6/usPerEvent/1000)*1000)),
		fmt.Sprintf("%d times the tier's floor", speedFactor),
		fmt.Sprintf("%d tokens each", outputTokens),
		fmt.Sprintf("%d s of tool delay", toolSeconds),
		fmt.Sprintf("%d KB", promptKB),
		fmt.Sprintf("%d bytes of network for each event", eventBytes),
		fmt.Sprintf("%d times the limit", searchFactor),
		fmt.Sprintf("safety factor of %d", safetyFactor),
		fmt.Sprintf("%.0f cores", workerCores),
	} {
		if !strings.Contains(page, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}

// A row worked out by hand: 1,000 agents at 2 x 50 tok/s make 100,000 events/s; each has a request
// every 1.5 + 1 s, so 400 requests/s; 1.41 + 0.19 cores; 2,000 connections of 75.7 KB.
func TestSizingByHand(t *testing.T) {
	const want = "| x | 1,000 | 100,000 | 400 | 1.6 | 2,000 | 0.2 | 0.3 / 0.2 | 64 | 0.09 % | 1 |"
	if got := (demand{"x", 1000, 50}).row(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
