package agentperftest_test

import (
	"errors"
	"net/http"
	"strings"

	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/internal/worlds"

	"github.com/agentperf/agentperf-go/trajectory"
)

// The senders of this module keep what a Sender promises: over HTTP to both simulated servers,
// and those of systems in process.
func TestSendersOfThisModule(t *testing.T) {
	model := trajectory.Policy{Model: "simulated"}
	system, err := simulate.New(simulate.Config{Pool: simulate.Pool{StepOverhead: 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		connect func(*testing.T) func(int) trajectory.Sender
		policy  trajectory.Policy
	}{
		"endpoint.Conn, endpointtest": {over(&endpointtest.Engine{Capacity: 200, TTFT: 300 * time.Millisecond}), model},
		"endpoint.Conn, simulate":     {func(t *testing.T) func(int) trajectory.Sender { return overHTTP(t, system) }, model},
		"endpoint.Conn, free lengths": {over(&endpointtest.Engine{OutputTokens: 30}), trajectory.Policy{Model: "simulated", Output: trajectory.OutputFree}},
		"in process":                  {func(*testing.T) func(int) trajectory.Sender { return worlds.Named("kv").Serve(1).Connect }, trajectory.Policy{}},
		"a function": {func(*testing.T) func(int) trajectory.Sender {
			return func(int) trajectory.Sender { return trajectory.SenderFunc(pacedAt(50).Send) }
		}, trajectory.Policy{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if err := agentperftest.TestSender(tt.connect(t), tt.policy); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func over(engine *endpointtest.Engine) func(*testing.T) func(int) trajectory.Sender {
	return func(t *testing.T) func(int) trajectory.Sender { return overHTTP(t, engine) }
}

// Each flaw is caught by the rule that is about it. What has none passes.
func TestFlawsAreCaught(t *testing.T) {
	for flaw, rule := range map[flaw]string{
		"":                             "",
		"fails":                        "answers: ",
		"Sent missing":                 "sent: ",
		"Sent at the first token":      "sent: ",
		"Sent before the call":         "sent: ",
		"Sent later":                   "sent: ",
		"no arrivals":                  "stamps: ",
		"arrivals out of order":        "stamps: ",
		"arrivals in the future":       "stamps: ",
		"Done missing":                 "done: ",
		"Done at the first token":      "done: ",
		"Done later":                   "done: ",
		"running total":                "totals: ",
		"no counts":                    "totals: ",
		"short":                        "totals: ",
		"more cached than sent":        "totals: ",
		"usage of all sessions":        "sessions: ",
		"changes the body":             "request: ",
		"changes the limit":            "request: ",
		"keeps the request":            "request: ",
		"keeps the body":               "request: ",
		"ignores ctx":                  "canceled: ",
		"nil when canceled":            "canceled: ",
		"an error without a cause":     "canceled: ",
		"arrivals after Send":          "canceled: ",
		"broken by a cancellation":     "canceled: ",
		"looks at ctx once":            "broken off: ",
		"nil when broken off":          "broken off: ",
		"slow to stop":                 "broken off: ",
		"broken off without a cause":   "broken off: ",
		"stuck after being broken off": "broken off: ",
		"one at a time, else fails":    "concurrent: ",
		"agents share a state":         "concurrent: ",
		"one Sender for an agent":      "concurrent: ",
		"Close fails":                  "close: ",
		"Close waits":                  "close: ",
		"Close closes all":             "close: ",
	} {
		t.Run(string(flaw), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &flawedEngine{flaw: flaw, first: 280 * time.Millisecond, token: 20 * time.Millisecond}
				err := agentperftest.TestSender(e.connect, trajectory.Policy{})
				time.Sleep(2 * time.Hour) // until the calls that are stuck have ended
				switch {
				case rule == "" && err != nil:
					t.Error(err)
				case rule != "" && err == nil:
					t.Error("not caught")
				case rule != "" && !strings.Contains("\n"+err.Error(), "\n"+rule):
					t.Errorf("not caught by the rule %q, but: %v", rule, err)
				}
			})
		})
	}
}

// Only in real time have times a monotonic reading.
func TestWallClockIsCaught(t *testing.T) {
	e := &flawedEngine{flaw: "Sent by the wall clock", token: 100 * time.Microsecond}
	if err := agentperftest.TestSender(e.connect, trajectory.Policy{}); err == nil || !strings.Contains("\n"+err.Error(), "\nsent: ") {
		t.Errorf("%v", err)
	}
}

// The subtests are the rules; this Sender keeps them in real time, too.
func TestRunSender(t *testing.T) {
	agentperftest.RunSender(t, func(int) trajectory.Sender { return pacedAt(2000) }, trajectory.Policy{})
}

// What is caught is said with what was expected, and a Sender that does not answer is not asked
// eleven times.
func TestSenderErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := agentperftest.TestSender(func(int) trajectory.Sender { return failing{} }, trajectory.Policy{})
		if want := "answers: request 0: Send: the engine is down (expected: Send returns nil when the response has ended well)"; err == nil || err.Error() != want || !errors.Is(err, errDown) {
			t.Errorf("%v, want %s", err, want)
		}
		err = agentperftest.TestSender(func(int) trajectory.Sender { return nil }, trajectory.Policy{})
		if err == nil || !strings.Contains(err.Error(), "connect returned nil") {
			t.Errorf("%v", err)
		}
	})
}

// A Sender that hangs is waited for once: twice is longer than go test lets a test run.
func TestSenderHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := agentperftest.TestSender((&flawedEngine{flaw: "hangs", token: time.Millisecond}).connect, trajectory.Policy{})
		if took := time.Since(began); err == nil || took > 6*time.Minute || !strings.Contains(err.Error(), "Send did not return within 5m0s; nothing else was tested") {
			t.Errorf("after %v: %v", took, err)
		}
		time.Sleep(2 * time.Hour) // until the call that is stuck has ended
	})
}

// overHTTP returns connections to a server in memory.
func overHTTP(t *testing.T, handler http.Handler) func(int) trajectory.Sender {
	server := memnet.Serve(handler)
	t.Cleanup(server.Close)
	client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
	if err != nil {
		t.Fatal(err)
	}
	return func(int) trajectory.Sender { return agentperf.HTTPSender(client.Conn()) }
}
