package report_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
)

// ofTwo is the known report with a load from two clients, at 12 agents in two phases of which the
// second is as long as the first.
func ofTwo() *report.Report {
	r := known()
	a := r.Agentperf
	second := a.Phases[0]
	second.Index = 2
	a.Phases = append(a.Phases, second)
	a.Numbers[0].Phases, a.Numbers[0].MeasuredSeconds = []int{0, 2}, 200
	a.Phases[0].StartSpread, a.Phases[0].LatestStart = new(0.003), "w2"
	a.Phases[0].Clients = []agentperf.ClientResult{
		{Name: "w1", Agents: 6, Requests: 100, Failed: 2, OutputTokensPerSecond: 200, LagSeconds: 0.01, Lateness: new(0.002), ClockError: new(0.0005), StartLate: new(0.001)},
		{Name: "w2", Agents: 6, Requests: 50, OutputTokensPerSecond: 100, LagSeconds: 0.005, CPUShare: new(0.5), ClockError: new(0.0005), StartLate: new(0.004)},
	}
	a.Phases[2].Clients = []agentperf.ClientResult{
		{Name: "w1", Agents: 6, Requests: 10, OutputTokensPerSecond: 100, LagSeconds: 0.02, Lateness: new(0.001)},
		{Name: "w2", Agents: 6, Requests: 20, OutputTokensPerSecond: 300, LagSeconds: 0.001, CPUShare: new(0.25)},
	}
	return r
}

func TestClientsWritten(t *testing.T) {
	got := written(t, report.WriteOpenMetrics, ofTwo())
	const of = `{run="0123456789abcdef",model="gpt-oss",system="8x H200",agents="12",client=`
	for _, want := range []string{
		"agentperf_client_lag_seconds" + of + `"w1"} 0.02` + "\nagentperf_client_lag_seconds" + of + `"w2"} 0.005` + "\n#",
		"agentperf_client_lateness_seconds" + of + `"w1"} 0.002` + "\n#",
		"agentperf_client_start_late_seconds" + of + `"w1"} 0.001` + "\n",
		"agentperf_client_clock_error_seconds" + of + `"w2"} 0.0005` + "\n",
		"agentperf_client_cpu_ratio" + of + `"w2"} 0.5` + "\n#",
		"agentperf_client_output_tokens_per_second" + of + `"w1"} 150` + "\nagentperf_client_output_tokens_per_second" + of + `"w2"} 200` + "\n#",
		"agentperf_client_requests" + of + `"w1"} 110` + "\n",
		"agentperf_client_requests_failed" + of + `"w1"} 2` + "\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	const line = "\nLoad from 2 clients: w1 and w2; in valid phases at most 20 ms late (w1), starts within 3 ms (w2 last), clocks within 0.5 ms.\n"
	if got := strings.ReplaceAll(written(t, report.WriteMarkdown, ofTwo()), `\`, ""); !strings.Contains(got, line) {
		t.Errorf("%q is missing in\n%s", line, got)
	}
	if got := written(t, report.WriteOpenMetrics, known()); strings.Contains(got, "client") {
		t.Errorf("clients of a run by one:\n%s", got)
	}
}

// A run by a fleet and one by a single process are compared as any others are, and it is said.
func TestCompareLoads(t *testing.T) {
	one, fleet := known(), ofTwo()
	one.Agentperf.Config.WorkloadSHA256, fleet.Agentperf.Config.WorkloadSHA256 = "ab", "ab"
	fleet.Name, fleet.Agentperf.Config.Load = "b.json", "fleet of 2 workers"
	for _, tt := range []struct {
		a, b *report.Report
		want string
	}{
		{one, fleet, "the load of a.json came from one client, that of b.json from 2 clients"},
		{fleet, one, "the load of b.json came from 2 clients, that of a.json from one client"},
		{one, one, ""}, {fleet, fleet, ""},
	} {
		c, err := report.Compare(tt.a, tt.b, report.CompareOptions{})
		if err != nil || c.Outcome() != report.NoWorse || len(c.Systems) > 0 {
			t.Fatalf("%+v, %v", c, err)
		}
		notes := strings.Join(c.Notes, "; ")
		if tt.want == "" && strings.Contains(notes, "the load of") || !strings.Contains(notes, tt.want) {
			t.Errorf("%q, want %q", notes, tt.want)
		}
	}
}
