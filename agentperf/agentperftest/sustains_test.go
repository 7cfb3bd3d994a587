package agentperftest_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// An engine of 46 tokens/s gives each of n agents that do not pause 46/n: 10 agents get 4.6, 11
// do not.
func TestSustainsAtTheLimitAndAbove(t *testing.T) {
	for agents, want := range map[int]string{
		10: "",
		11: "4.6 tokens/s with TTFT of at most 10s: 11 agents do not hold: P25 output speed 4.2 tokens/s is below 4.6",
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			began := time.Now()
			f.run(func() { agentperftest.Sustains(f, served(t, &endpointtest.Engine{Capacity: 46}, 4, 4.6), agents) })
			if f.fatal != "" || want == "" && len(f.errors) > 0 || want != "" && (len(f.errors) != 1 || !strings.HasPrefix(f.errors[0], want)) {
				t.Errorf("%d agents: %s", agents, f.said())
			}
			// 8 agents a second, 5 s of settling, 30 s of measuring, and no more than 30 s of draining.
			if d := time.Since(began); d < 35*time.Second || d > 2*time.Minute {
				t.Errorf("took %v", d)
			}
			if !strings.HasPrefix(f.logs[0], "checking "+strconv.Itoa(agents)+" agents takes about 36s by its rule (quick); at most 3m36s, and then") {
				t.Errorf("%s", f.logs[0])
			}
		})
	}
}

// The files are a report that can be read, the table, and a line for each request; a writer of
// the caller's gets the same lines. A second check of the test has files of its own.
func TestArtifacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var mine strings.Builder
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4)
		cfg.Requests = io.Writer(&mine)
		var report *agentperf.Report
		f.run(func() { report = agentperftest.Sustains(f, cfg, 2) })
		cfg.Requests = nil
		f.run(func() { agentperftest.Sustains(f, cfg, 2) })
		var saved agentperf.Report
		if err := json.Unmarshal(read(t, f.dir, "2-agents", "report.json"), &saved); err != nil || saved.Run != report.Run || saved.Tiers[0].MaxAgents != 2 {
			t.Errorf("%v, %+v", err, saved)
		}
		if text := string(read(t, f.dir, "2-agents", "table.txt")); !strings.Contains(text, "2 agents hold.") || !strings.Contains(f.logs[1], text) {
			t.Errorf("%s\n%s", text, f.said())
		}
		rows := string(read(t, f.dir, "2-agents", "requests.jsonl"))
		if n := report.Phases[0].Figures.Requests; strings.Count(rows, "\n") < n || n == 0 || rows != mine.String() {
			t.Errorf("%d requests, %d rows, %d bytes for the caller", n, strings.Count(rows, "\n"), mine.Len())
		}
		if len(read(t, f.dir, "2-agents-2", "requests.jsonl")) == 0 {
			t.Error("the second check left no requests")
		}
	})
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pauses is a workload whose agents rest for longer than half a minute: no request begins in
// the window.
func pauses(t *testing.T) *trajectory.Workload {
	w := workload(t)
	for _, one := range w.Trajectories {
		for i := range one.Turns {
			one.Turns[i].ToolDelay = time.Hour
		}
	}
	return w
}

// Too little evidence is a failure, unless the test says otherwise.
func TestUndecided(t *testing.T) {
	const words = "4.6 tokens/s with TTFT of at most 10s: 2 agents undecided: no request was measured"
	synctest.Test(t, func(t *testing.T) {
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4.6)
		cfg.Workload, cfg.MaxStart = pauses(t), -1
		cfg.Policy.ToolDelayMax = time.Hour
		for _, opts := range [][]agentperftest.Option{nil, {agentperftest.OnUndecided(nil)}} {
			f := newFake(t)
			f.run(func() { agentperftest.Sustains(f, cfg, 2, opts...) })
			if len(f.errors) != 1 || !strings.HasPrefix(f.errors[0], words) || f.fatal != "" {
				t.Errorf("%s", f.said())
			}
		}
		f := newFake(t)
		f.run(func() { agentperftest.Sustains(f, cfg, 2, agentperftest.OnUndecided(f.Skip)) })
		if !strings.HasPrefix(f.skipped, words) || f.Failed() {
			t.Errorf("%s", f.said())
		}
		f = newFake(t)
		f.run(func() { agentperftest.Sustains(f, cfg, 2, agentperftest.OnUndecided(f.Log)) })
		if !strings.HasPrefix(f.logs[len(f.logs)-1], words) || f.Failed() {
			t.Errorf("%s", f.said())
		}
	})
}

// What fails is not skipped for what is undecided beside it: without a tier that holds there is
// no audit.
func TestFailuresAreNotSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4.6)
		cfg.Audit = &agentperf.Audit{}
		f.run(func() { agentperftest.Sustains(f, cfg, 11, agentperftest.OnUndecided(f.Skip)) })
		if len(f.errors) != 1 || f.skipped != "" || !strings.HasPrefix(f.logs[len(f.logs)-1], "audit: not audited: ") {
			t.Errorf("%s", f.said())
		}
	})
}

// What an audit finds is a failure.
func TestAuditFindings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		cfg := served(t, &endpointtest.Engine{PerRequest: 100, Trick: "usage_full"}, 4)
		cfg.Audit = &agentperf.Audit{}
		f.run(func() { agentperftest.Sustains(f, cfg, 2) })
		if len(f.errors) == 0 || !strings.HasPrefix(f.errors[0], "audit: tokens_padded: ") {
			t.Errorf("%s", f.said())
		}
	})
}

// A client that is too late has measured itself. A sender that blames its own machine is the
// client, whatever the clock.
func TestInvalidIsNoFailureOfTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		cfg := agentperf.Config{Workload: workload(t), Tiers: []agentperf.Tier{{SpeedFloor: 10}}, Connect: func(int) trajectory.Sender { return nil }}
		f.run(func() { agentperftest.Sustains(f, cfg, 2) })
		for _, want := range []string{"invalid", "This says nothing about the system", "go test -p 1"} {
			if !strings.Contains(f.fatal, want) || len(f.errors) > 0 {
				t.Errorf("no %q in %s", want, f.said())
			}
		}
	})
}

// A deadline that is too short ends the test before a request, with a -timeout that would do.
func TestDeadline(t *testing.T) {
	for name, tt := range map[string]struct {
		rule agentperf.Rule
		left time.Duration
		most time.Duration // by the rule; 0 if the deadline is far enough
	}{
		"quick, too short":          {nil, time.Minute, 216 * time.Second},
		"quick, default of go test": {nil, 10 * time.Minute, 0},
		"controlled":                {agentperf.Controlled{}, 10 * time.Minute, time.Hour},
		"published":                 {agentperf.Point{}, 10 * time.Minute, time.Hour},
		"published, long enough":    {agentperf.Point{Measure: time.Minute}, 10 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, engine := newFake(t), &endpointtest.Engine{Capacity: 46}
				f.deadline = time.Now().Add(tt.left)
				cfg := served(t, engine, 4)
				cfg.Rule = tt.rule
				f.run(func() { agentperftest.Sustains(f, cfg, 9) })
				if tt.most == 0 {
					if f.Failed() || engine.Stats().Requests == 0 {
						t.Errorf("%s", f.said())
					}
					return
				}
				m := regexp.MustCompile(`^checking 9 agents takes about .*; at most .*\. The deadline of the test leaves .*: nothing was sent\. Run go test -timeout (\d+)m`).FindStringSubmatch(f.fatal)
				if m == nil || engine.Stats().Requests > 0 {
					t.Fatalf("%d requests; %s", engine.Stats().Requests, f.said())
				}
				if minutes, err := strconv.Atoi(m[1]); err != nil || time.Duration(minutes)*time.Minute < tt.most+10*time.Second {
					t.Errorf("%s", f.fatal)
				}
			})
		})
	}
}

// What is still open near the deadline is ended with words, and with the files written: go test
// would kill the test.
func TestDeadlineEndsACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.deadline = time.Now().Add(230 * time.Second)
		began := time.Now()
		engine := &endpointtest.Engine{Fault: func(int) endpointtest.Fault {
			if time.Since(began) > 20*time.Second { // in the window, so that the answers are waited for
				return endpointtest.Fault{Kind: endpointtest.FaultStall, After: 2}
			}
			return endpointtest.Fault{}
		}}
		cfg := served(t, engine, 40)
		cfg.Endpoint.Timeout, cfg.Endpoint.IdleTimeout = time.Hour, time.Hour
		f.run(func() { agentperftest.Sustains(f, cfg, 2) })
		if !strings.Contains(f.fatal, "the deadline of the test is near") || !strings.Contains(f.fatal, "go test -timeout ") || time.Since(began) > 225*time.Second {
			t.Errorf("after %v: %s", time.Since(began), f.said())
		}
		read(t, f.dir, "2-agents", "report.json")
	})
}

// Errors of the configuration, and of a system that answers nothing, are said before and after.
func TestErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.run(func() { agentperftest.Sustains(f, agentperf.Config{}, 2) })
		if !strings.Contains(f.fatal, "Workload is empty") {
			t.Errorf("%s", f.said())
		}
		f = newFake(t)
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4)
		cfg.Connect = func(int) trajectory.Sender { return failing{} }
		f.run(func() { agentperftest.Sustains(f, cfg, 2) })
		if !strings.Contains(f.fatal, "no request succeeded") || !strings.Contains(f.fatal, "the engine is down") {
			t.Errorf("%s", f.said())
		}
	})
}

var errDown = errors.New("the engine is down")
