package page

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
)

// A page says which clients drove the load where there were several, and which was the latest.
func TestLoadFromClients(t *testing.T) {
	r := sample{name: "System", model: "a model", speed: 420, half: 60}.search()
	if page := string(write(t, []*report.Report{r})); strings.Contains(page, "<dt>Load from</dt>") || strings.Contains(page, "ms late in valid ones (") {
		t.Error("it says where the load of one client came from")
	}
	for i := range r.Agentperf.Phases {
		p := &r.Agentperf.Phases[i]
		p.Client.Name = "w<2>"
		p.Clients = []agentperf.ClientResult{{Name: "w1", LagSeconds: 0.0005}, {Name: "w<2>", LagSeconds: 0.0011, ClockError: new(0.002)}}
		p.StartSpread, p.LatestStart = new(0.0015), "w1"
	}
	page := strings.ReplaceAll(string(write(t, []*report.Report{r})), "\u00a0", " ")
	for _, want := range []string{
		"<dt>Load from</dt><dd>2 clients: w1 and w&lt;2&gt;; in valid phases at most 1.1 ms late (w&lt;2&gt;), starts within 1.5 ms (w1 last), clocks within 2 ms</dd>",
		" late in valid ones (w&lt;2&gt;), CPU at most",
	} {
		if !strings.Contains(page, want) {
			_, rest, _ := strings.Cut(page, "<dt>Load from</dt>")
			t.Errorf("%q is missing, beside %q", want, rest[:min(len(rest), 500)])
		}
	}
	r.Agentperf.Config.Load = "fleet of 1 worker"
	for i := range r.Agentperf.Phases {
		r.Agentperf.Phases[i].Clients = nil
	}
	if page := string(write(t, []*report.Report{r})); !strings.Contains(page, "<dt>Load from</dt><dd>fleet of 1 worker</dd>") {
		t.Error("it does not say that a fleet of one made the load")
	}
}
