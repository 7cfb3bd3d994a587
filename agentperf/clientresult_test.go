package agentperf_test

import (
	"bytes"
	"context"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A pair is a Load of two clients that returns a phase made by hand, by agents that do what the
// schedule says and have one request for each play. Those that the phase has none of have one before
// the window.
type pair struct {
	t     *testing.T
	phase func(*record.Plan) *record.Phase
}

// byHand has the window of a pair's phases.
var byHand = agentperf.Point{SpawnRate: -1, Settle: 10 * time.Second, Measure: 30 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}

func (l pair) Phase(_ context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	p := l.phase(plan)
	p.Up, p.Plays = plan.Agents, nil
	schedule := trajectory.Schedule{Workload: workload(l.t, 3, []int{20}, 0), Seed: plan.Seed, Phase: plan.Index, Draw: plan.Draw, MaxStart: plan.MaxStart}
	for agent := range int32(plan.Agents) {
		if !slices.ContainsFunc(p.Rows, func(r record.Row) bool { return r.Agent == agent }) {
			p.Rows = append(p.Rows, answered(agent, 5, 8, 20))
		}
		next, stop := iter.Pull(schedule.Plays(int(agent)))
		for i := range p.Rows {
			if r := &p.Rows[i]; r.Agent == agent {
				play, _ := next()
				r.Play, r.Turn = int32(len(p.Plays)), int32(play.Start)
				p.Plays = append(p.Plays, record.Play{Agent: agent, Trajectory: play.Trajectory.ID, Session: play.Session})
			}
		}
		stop()
	}
	for i := range p.Rows {
		if watch.Ended != nil {
			watch.Ended(p, &p.Rows[i])
		}
	}
	return p, nil
}

func (pair) String() string { return "a pair\nof clients" }

// answered is a row of an answer whose first of so many tokens came a second after the request,
// and the others evenly until it ended; one without tokens failed.
func answered(agent int32, sent, end, tokens int) record.Row {
	const second = time.Second
	r := record.New()
	r.Agent, r.Begun, r.Due, r.Sent, r.End = agent, time.Duration(sent)*second, time.Duration(sent)*second, time.Duration(sent)*second, time.Duration(end)*second
	if tokens == 0 {
		r.Conclude(record.Failed, 0)
		return r
	}
	r.First = r.Sent + second
	r.Last, r.Made = r.End, r.End
	r.MaxTokens, r.Reported, r.Completion, r.Bytes = 2000, true, int32(tokens), int32(4*tokens)
	r.Tokens, r.TokenSource, r.Events = r.Completion, record.SourceOf(metrics.SourceUsage), r.Completion
	r.FirstTokens, r.FirstSource, r.FirstEvents = 1, record.SourceOf(metrics.SourceEstimated), 1
	r.Conclude(record.OK, 0)
	return r
}

// twoClients is a phase of four agents on two clients, with the window from 10 s to 40 s.
func twoClients(rows ...record.Row) *record.Phase {
	const ms = time.Millisecond
	return &record.Phase{
		Header: record.Header{
			Settled: 10 * time.Second, WindowEnd: 40 * time.Second, End: 50 * time.Second, Ending: record.Complete, Up: 4,
			Clients: []record.Client{
				{Name: "a", Lag: 5 * ms, CPUShare: 0.25, Processors: 8, StartLate: 1 * ms, ClockError: 2 * ms},
				{Name: "b", Lag: 20 * ms, CPUShare: record.None, Processors: 4, StartLate: 4 * ms, ClockError: ms / 2},
			},
		},
		Plays: []record.Play{{Trajectory: "t0", Session: "s0"}}, Owners: []int32{0, 1, 0, 1}, Messages: []string{"reset by peer"}, Rows: rows,
	}
}

// checkPair runs a check of four agents or as many as given, or takes it from a journal.
func checkPair(t *testing.T, journal string, load agentperf.Load, agents ...int) *agentperf.Report {
	t.Helper()
	report, err := agentperf.Check(t.Context(), agentperf.Config{
		Connect: func(int) trajectory.Sender { return inProcess{} }, Label: "by hand", Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: byHand, Seed: 42,
		Journal: journal, Load: load,
	}, slices.Max(append(agents, 4)))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestClientsByHand(t *testing.T) {
	load := pair{t, func(*record.Plan) *record.Phase {
		return twoClients(
			answered(0, 5, 16, 101),   // before the window; 60 of its 100 later tokens are in it
			answered(3, 15, 16, 0),    // failed
			answered(0, 12, 17, 401),  // 100 tokens/s
			answered(2, 20, 31, 501),  // 50 tokens/s
			answered(1, 35, 46, 1001), // 100 tokens/s, the first 401 in the window
		)
	}}
	dir := t.TempDir()
	report := checkPair(t, dir, load)
	p := &report.Phases[0]
	want := []agentperf.ClientResult{
		{
			Name: "a", Agents: 2, Requests: 2, OutputTokens: 902, OutputTokensPerSecond: (60. + 401 + 501) / 30, P50Speed: new(75.),
			LagSeconds: 0.005, CPUShare: new(0.25), Processors: 8, StartLate: new(0.001), ClockError: new(0.002),
		},
		{
			Name: "b", Agents: 2, Requests: 2, Failed: 1, OutputTokens: 1001, OutputTokensPerSecond: 401. / 30, P50Speed: new(50.),
			LagSeconds: 0.02, Processors: 4, StartLate: new(0.004), ClockError: new(0.0005),
		},
	}
	if diff := cmp.Diff(want, p.Clients, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
	if p.Invalid != "" || p.Client.Name != "b" || p.LatestStart != "b" || p.StartSpread == nil || math.Abs(*p.StartSpread-0.003) > 1e-12 {
		t.Errorf("%q, worst %q, latest %q by %v", p.Invalid, p.Client.Name, p.LatestStart, p.StartSpread)
	}
	if sum := want[0].OutputTokensPerSecond + want[1].OutputTokensPerSecond; cmp.Diff(sum, p.Figures.OutputTokensPerSecond, cmpopts.EquateApprox(1e-12, 0)) != "" {
		t.Errorf("%v tokens/s in all, and %v of the clients", p.Figures.OutputTokensPerSecond, sum)
	}
	const line = "\nLoad from 2 clients: a and b; in valid phases at most 20 ms late (b), starts within 3 ms (b last), clocks within 2 ms.\n"
	var table strings.Builder
	if report.WriteTable(&table); !strings.Contains(table.String(), line) {
		t.Errorf("%q is not in\n%s", line, &table)
	}
	if report.Config.Load != "a pair\nof clients" {
		t.Errorf("%q", report.Config.Load)
	}
	// From the journal, which another process goes on with.
	again := checkPair(t, dir, nil)
	if diff := cmp.Diff(report.Phases, again.Phases); again.Resumed != 1 || diff != "" {
		t.Errorf("%d phases resumed: %s", again.Resumed, diff)
	}
	if again.Config.Load != "" || again.LoadText() != report.LoadText() {
		t.Errorf("%q, %q", again.Config.Load, again.LoadText())
	}
}

// The line of a phase in Config.Requests says which client ran which agent.
func TestRequestsNameClients(t *testing.T) {
	var requests bytes.Buffer
	load := pair{t, func(*record.Plan) *record.Phase { return twoClients(answered(0, 12, 17, 401)) }}
	_, err := agentperf.Check(t.Context(), agentperf.Config{
		Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: byHand, Load: load, Requests: &requests,
	}, 4)
	if err != nil || !strings.Contains(requests.String(), `,"clients":["a","b"],"owners":[0,1,0,1]}`) {
		t.Errorf("%v: %s", err, &requests)
	}
}

// Where requests are enough, lateness is the P90, and then the P99: of delays of 0.1 ms, 0.2 ms and
// so on the one at rank (n-1)q.
func TestClientLateness(t *testing.T) {
	for n, want := range map[int]float64{20: 0, 40: 0.00361, 400: 0.039601} {
		report := checkPair(t, "", pair{t, func(*record.Plan) *record.Phase {
			var rows []record.Row
			for i := range n {
				r := answered(int32(2*(i%2)), 12, 17, 401)
				r.Due -= time.Duration(i+1) * 100 * time.Microsecond
				rows = append(rows, r, answered(1, 12, 17, 401))
			}
			return twoClients(rows...)
		}})
		late := report.Phases[0].Clients[0].Lateness
		if (want == 0) != (late == nil) || late != nil && (*late < want-1e-9 || *late > want+1e-9) {
			t.Errorf("%d requests: %v, want %v", n, late, want)
		}
	}
}

// A client that sees half of the speed is named in the phase and in the report; two that see the
// same are not.
func TestUnevenClients(t *testing.T) {
	for _, tokens := range []int{401, 161} {
		report := checkPair(t, "", pair{t, func(plan *record.Plan) *record.Phase {
			p := twoClients()
			p.Agents, p.Owners = plan.Shape.Agents, nil
			for agent := range plan.Shape.Agents {
				p.Owners = append(p.Owners, int32(agent%2))
				if agent%2 == 0 {
					p.Rows = append(p.Rows, answered(int32(agent), 12, 17, 401))
				} else {
					p.Rows = append(p.Rows, answered(int32(agent), 12, 17, tokens))
				}
			}
			return p
		}}, 30)
		says := texts(report.Warnings)
		const want = "the client b saw another system than the others did: the P50 output speed of its requests is 40 tokens/s, that of all others 100; look at its network and machine before the system"
		if (tokens == 161) != strings.Contains(says, want) || (tokens == 161) != slices.ContainsFunc(report.Phases[0].Warnings, func(w metrics.Warning) bool { return w.Code == "uneven_clients" }) {
			t.Errorf("%d tokens: %s\n%+v", tokens, says, report.Phases[0].Warnings)
		}
	}
}

// What a report says of where the load came from: what the Load calls itself, its type, or
// nothing for this process.
func TestLoadNamesItself(t *testing.T) {
	connect := func(int) trajectory.Sender { return inProcess{} }
	local := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}
	one := func(*record.Plan) *record.Phase {
		p := twoClients(answered(0, 12, 17, 401))
		p.Clients, p.Owners = p.Clients[:1], nil
		return p
	}
	for _, tt := range []struct {
		load       agentperf.Load
		name, text string
	}{
		{nil, "", ""},
		{local, "", ""},
		{pair{t, one}, "a pair\nof clients", "Load from elsewhere: a pair\nof clients."},
		{loadFunc(pair{t, one}.Phase), "agentperf_test.loadFunc", "Load from elsewhere: agentperf_test.loadFunc."},
	} {
		var report *agentperf.Report
		synctest.Test(t, func(t *testing.T) { report = checkPair(t, "", tt.load) })
		if report.Config.Load != tt.name || report.LoadText() != tt.text || len(report.Phases[0].Clients) > 0 {
			t.Errorf("%q, %q, %+v; want %q, %q", report.Config.Load, report.LoadText(), report.Phases[0].Clients, tt.name, tt.text)
		}
	}
}
