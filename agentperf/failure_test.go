package agentperf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Failures count against the verdict, whatever they are; those of our own
// making do not, and those of the machine make the phase invalid.
func TestFailuresInVerdicts(t *testing.T) {
	every := func(k int, f endpointtest.Fault) func(int) endpointtest.Fault {
		return func(n int) endpointtest.Fault {
			if n%k == k-1 {
				return f
			}
			return endpointtest.Fault{}
		}
	}
	for _, kind := range []struct {
		fault endpointtest.Fault
		want  endpoint.Outcome
	}{
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 429}, endpoint.OutcomeStatus},
		{endpointtest.Fault{Kind: endpointtest.FaultHang}, endpoint.OutcomeTimeoutBeforeHeaders},
		{endpointtest.Fault{Kind: endpointtest.FaultStall, After: 5}, endpoint.OutcomeTimeoutMidStream},
		{endpointtest.Fault{Kind: endpointtest.FaultCut, After: 5}, endpoint.OutcomeReset},
		{endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 5}, endpoint.OutcomeTruncated},
		{endpointtest.Fault{Kind: endpointtest.FaultErrorEvent, After: 5}, endpoint.OutcomeErrorEvent},
		{endpointtest.Fault{Kind: endpointtest.FaultBadJSON, After: 5}, endpoint.OutcomeMalformed},
		{endpointtest.Fault{Kind: endpointtest.FaultNotHTTP}, endpoint.OutcomeMalformed},
		{endpointtest.Fault{Kind: endpointtest.FaultEmpty}, endpoint.OutcomeEmpty},
	} {
		t.Run(string(kind.fault.Kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run := func(share int) *agentperf.PhaseResult {
					cfg := inMemory(t, &endpointtest.Engine{Fault: every(share, kind.fault)}, agentperf.Config{
						Workload: workload(t, 3, []int{40, 30, 50}, 0), Tiers: floor(50), Rule: short,
					})
					cfg.Endpoint.Timeout = 8 * time.Second
					report, err := agentperf.Check(t.Context(), cfg, 4)
					if err != nil {
						t.Fatal(err)
					}
					return &report.Phases[0]
				}
				// 1 in 10: P95 TTFT is infinite, P25 speed is not touched.
				p := run(10)
				if p.Verdict("50@1m0s") != agentperf.Fail || p.Figures.P95TTFT != nil || p.Figures.P95TTFTState != "infinite" || *p.Figures.P25Speed < 99 {
					t.Errorf("1 in 10: %+v", p)
				}
				if p.Figures.Failed == 0 || p.Figures.Outcomes[kind.want] != p.Figures.Failed || p.Figures.Requests != p.Figures.Failed+p.Figures.Outcomes[endpoint.OutcomeOK] {
					t.Errorf("1 in 10: %d of %d failed: %v", p.Figures.Failed, p.Figures.Requests, p.Figures.Outcomes)
				}
				// 1 in 3: and P25 speed is that of a failure.
				if p = run(3); *p.Figures.P25Speed != 0 {
					t.Errorf("1 in 3: P25 speed %v", *p.Figures.P25Speed)
				}
				// 1 in 50: neither.
				if p = run(50); p.Verdict("50@1m0s") != agentperf.Pass || p.Figures.Failed == 0 {
					t.Errorf("1 in 50: %+v", p)
				}
			})
		})
	}
}

func TestLocalFailureIsInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1000}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rule: short, MaxAgents: 16})
		dial := cfg.Endpoint.Dial
		var open atomic.Int32
		cfg.Endpoint.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if open.Add(1) > 6 {
				open.Add(-1)
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
			}
			c, err := dial(ctx, network, addr)
			return &counted{Conn: c, open: &open}, err
		}
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := report.Tiers[0]
		if got.MaxAgents < 4 || got.MaxAgents > 6 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("%+v: the client's limit is taken for the system's", got)
		}
		if !strings.Contains(texts(report.Warnings), "the client failed: endpoint: local") {
			t.Errorf("warnings %q", report.Warnings)
		}
		logPhases(t, report)
	})
}

type counted struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// Above half of unmeasurable answers there is no speed to judge.
func TestUnmeasurable(t *testing.T) {
	for _, tt := range []struct {
		batch int
		want  agentperf.Verdict
	}{{30, agentperf.Pass}, {40, agentperf.Undecided}} {
		synctest.Test(t, func(t *testing.T) {
			report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{TokensPerEvent: tt.batch}, agentperf.Config{
				Workload: workload(t, 3, []int{30, 40, 50}, 0), Tiers: floor(50), Rule: short,
			}), 2)
			if want := tt.want == agentperf.Undecided; err != nil && !want || errors.Is(err, agentperf.ErrUndecided) != want {
				t.Fatal(err)
			}
			p := report.Phases[0]
			if p.Verdicts[0].Verdict != tt.want || p.Figures.Unmeasurable == 0 || p.Figures.Requests != p.Figures.Outcomes[endpoint.OutcomeOK] {
				t.Errorf("batches of %d: %+v, %d of %d unmeasurable", tt.batch, p.Verdicts[0], p.Figures.Unmeasurable, p.Figures.Requests)
			}
			// A tier may still fail by its TTFT.
		})
	}
}

// Agents whose requests from before the window get no answer are not served,
// whatever the others get.
func TestStarvedAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		var mu sync.Mutex
		served := make(map[string]bool) // connections
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session := r.Header.Get("X-Agent")
			mu.Lock()
			ok := served[session] || len(served) < 4
			if ok {
				served[session] = true
			}
			mu.Unlock()
			if !ok {
				io.Copy(io.Discard, r.Body) // or the server does not notice that the client leaves
				<-r.Context().Done()
				return
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(agent int) trajectory.Sender {
				client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial, Header: http.Header{"X-Agent": {fmt.Sprint(agent)}}})
				if err != nil {
					t.Error(err)
				}
				return agentperf.HTTPSender(client.Conn())
			},
			Policy: trajectory.Policy{Model: "simulated"}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rule: short, Seed: 1,
		}, 16)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Phases[0]
		if p.Figures.StarvedAgents != 12 || p.Verdicts[0].Verdict != agentperf.Fail || !strings.Contains(p.Verdicts[0].Reason, "12 of 16 agents got nothing") {
			t.Errorf("%d starved, %+v", p.Figures.StarvedAgents, p.Verdicts[0])
		}
	})
}

// An endpoint that rejects ignore_eos is measured without it, unless that was
// asked for.
func TestIgnoreEOSRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{OutputTokens: 30} // a model that ends by itself
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if bytes.Contains(body, []byte("ignore_eos")) {
				http.Error(w, `{"error":"unknown field ignore_eos"}`, http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := agentperf.Config{Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rule: short}
		report, err := agentperf.Check(t.Context(), cfg, 2)
		if err != nil || report.Phases[0].Verdicts[0].Verdict != agentperf.Pass || report.Config.Output != trajectory.OutputFree || !strings.Contains(texts(report.Warnings), "deviation: answers are as long as the model makes them") || report.Phases[0].Figures.Failed > 0 {
			t.Errorf("%v, %+v", err, report.Config)
		}
		cfg.Policy.Output = trajectory.OutputExact
		if _, err := agentperf.Check(t.Context(), cfg, 2); err == nil || !strings.Contains(err.Error(), "rejects ignore_eos") {
			t.Error(err)
		}
	})
}

// A Sender that replays in process can say that a failure is its own.
func TestLocalFailureOfASender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(agent int) trajectory.Sender {
				if agent == 1 {
					return outOfPorts{}
				}
				return inProcess{}
			}, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(10), Rule: short,
		}, 3)
		if !errors.Is(err, agentperf.ErrInvalid) || !strings.Contains(err.Error(), "no port is left") {
			t.Error(err)
		}
		if p := report.Phases[0]; p.Figures != nil || p.InvalidFigures == nil {
			t.Errorf("the figures of an invalid phase are %+v", p.Figures)
		}
		if v := report.Phases[0].Verdicts[0]; v.Verdict != agentperf.Invalid || !strings.Contains(v.Reason, "no port is left") {
			t.Errorf("%+v", v)
		}
	})
}

type outOfPorts struct{}

func (outOfPorts) Error() string { return "no port is left" }
func (outOfPorts) Local() bool   { return true }

func (o outOfPorts) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	clock.Sent(time.Now())
	clock.Done(time.Now())
	return o
}
