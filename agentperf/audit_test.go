package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A talker answers 50 words a second, other words to other prompts.
type talker struct {
	keeps bool // a prompt that was seen is answered at 20,000 words a second
	fails func(now int) bool

	mu     sync.Mutex
	seen   map[string]bool
	sent   int
	agents map[int]int // requests by agent
}

func (t *talker) connect(agent int) trajectory.Sender { return &talk{t, agent} }

type talk struct {
	*talker
	agent int
}

func (t *talk) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	_, err := t.Answer(ctx, r, clock)
	return err
}

func (t *talk) Answer(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) (string, error) {
	clock.Sent(time.Now())
	body := string(bytes.Join(r.Body, nil))
	messages := body[:strings.LastIndex(body, `],"stream"`)]
	t.mu.Lock()
	if t.seen == nil {
		t.seen, t.agents = make(map[string]bool), make(map[int]int)
	}
	each := 20 * time.Millisecond
	if t.keeps && t.seen[messages] {
		each = 50 * time.Microsecond
	}
	t.seen[messages] = true
	t.sent++
	t.agents[t.agent]++
	failed := t.fails != nil && t.fails(t.sent)
	t.mu.Unlock()
	h := fnv.New64a()
	h.Write([]byte(messages))
	rng := rand.New(rand.NewPCG(h.Sum64(), 0))
	tokens := r.MaxTokens
	if r.ForcedTokens == 0 {
		tokens = min(tokens, 100)
	}
	var text strings.Builder
	for range tokens {
		select {
		case <-time.After(each):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
		if failed {
			clock.Done(time.Now())
			return "", errors.New("no room")
		}
		n := text.Len()
		fmt.Fprintf(&text, " w%d", rng.IntN(10_000))
		clock.Arrived(time.Now(), text.Len()-n, 0)
	}
	clock.Usage(metrics.Usage{Prompt: len(strings.Fields(messages)), Completion: tokens})
	clock.Done(time.Now())
	return text.String(), nil
}

func audited(t *testing.T, s *talker, change func(*agentperf.Config)) (*agentperf.Report, error) {
	cfg := agentperf.Config{
		Connect: s.connect, Workload: workload(t, 10, []int{40, 60}, 0), Tiers: floor(10), Rule: short, Seed: 7, Audit: &agentperf.Audit{},
	}
	if change != nil {
		change(&cfg)
	}
	return agentperf.Check(t.Context(), cfg, 4)
}

// An audit follows the answer, at the number that holds: one of four agents asks, the
// others go on. What it takes is said before it begins.
func TestAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &talker{}
		var told []agentperf.Event
		before := make(map[int]int)
		report, err := audited(t, s, func(cfg *agentperf.Config) {
			cfg.Progress = func(e agentperf.Event) {
				if e.Stage != "auditing" {
					return
				}
				if told = append(told, e); e.Requests == 0 {
					maps.Copy(before, s.agents)
				}
			}
		})
		a := report.Audit
		if err != nil || a.Outcome != agentperf.AuditPassed || a.Requests != 64 || a.Agents != 4 || a.Failed != 0 || len(a.Checks) != 8 || a.InputTokens == 0 || a.OutputTokens < 32*192 || a.Seconds < 60 {
			t.Fatalf("%v: %+v", err, a)
		}
		for _, want := range []string{"answer_cache passed", "length_not_forced passed", "tokens_padded passed", "canned_answers passed", "repetition passed", "wrong_answers skipped"} {
			if !strings.Contains(fmt.Sprint(a.Checks), want) {
				t.Errorf("%v, want %s", a.Checks, want)
			}
		}
		if len(told) != 65 || told[0].Agents != 4 || told[64].Requests != 64 || told[0].Pending[0] != "64 requests" || told[0].Remaining < time.Minute || told[0].Remaining > 5*time.Minute {
			t.Errorf("%d events, %+v", len(told), told[0])
		}
		for agent := range 3 {
			if s.agents[agent]-before[agent] < 20 {
				t.Errorf("agent %d sent %d requests beside the audit", agent, s.agents[agent]-before[agent])
			}
		}
		if s.agents[3]-before[3] != 64 {
			t.Errorf("the last agent sent %d requests", s.agents[3]-before[3])
		}
		var table strings.Builder
		text, _ := json.Marshal(report)
		if report.WriteTable(&table); !strings.Contains(table.String(), "\nAudit at 4 agents, 64 requests in ") || !strings.Contains(table.String(), ": no findings.\n") || !strings.Contains(string(text), `"audit":{"outcome":"passed","agents":4,"requests":64,`) {
			t.Errorf("%s\n%s", table.String(), text)
		}
		if !report.Complete {
			t.Error("not complete")
		}
	})
}

// What an audit finds is in the report, and no error.
func TestAuditFinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := audited(t, &talker{keeps: true}, func(cfg *agentperf.Config) {
			cfg.Audit.Check = func(_ context.Context, request []byte, answer string) error {
				if !json.Valid(request) || len(strings.Fields(answer)) != 100 {
					t.Errorf("%s: %s", request, answer)
				}
				return errors.New("nonsense")
			}
		})
		var table strings.Builder
		report.WriteTable(&table)
		if a := report.Audit; err != nil || a.Outcome != agentperf.AuditFindings || a.Checked != 8 || a.Wrong != 8 || !strings.Contains(table.String(), ": 2 findings.\n  - answer_cache (found): ") || !strings.Contains(table.String(), "wrong_answers (found): 8 of 8 answers are wrong: nonsense") {
			t.Errorf("%v: %+v\n%s", err, a, table.String())
		}
	})
}

// Where there is no audit, or not all of it, the report says so.
func TestNoAudit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		s       *talker
		change  func(*agentperf.Config)
		outcome agentperf.AuditOutcome
		text    string
	}{
		{"not asked for", &talker{}, func(cfg *agentperf.Config) { cfg.Audit = nil }, agentperf.NotAudited, "Not audited: nobody asked for it."},
		{"no text", nil, func(cfg *agentperf.Config) {
			cfg.Connect = func(int) trajectory.Sender { return inProcess{} }
		}, agentperf.NotAudited, "Not audited: the Sender does not hand out the text of answers (trajectory.Answerer)."},
		{"nothing holds", &talker{}, func(cfg *agentperf.Config) { cfg.Tiers = floor(1000) }, agentperf.NotAudited, "Not audited: no number of agents holds."},
		{"requests fail", &talker{}, func(cfg *agentperf.Config) {
			var auditing atomic.Bool
			cfg.Progress = func(e agentperf.Event) {
				if e.Stage == "auditing" {
					auditing.Store(true)
				}
			}
			s := &talker{fails: func(int) bool { return auditing.Load() }}
			cfg.Connect = s.connect
		}, agentperf.AuditIncomplete, "incomplete, which is no pass: 48 requests failed, such as: no room.\n  - answer_cache (incomplete): 0 of 8 prompts were answered"},
	} {
		synctest.Test(t, func(t *testing.T) {
			report, err := audited(t, tt.s, tt.change)
			var table strings.Builder
			report.WriteTable(&table)
			if err != nil || report.Audit.Outcome != tt.outcome || !strings.Contains(table.String(), "\n"+tt.text) && !strings.Contains(table.String(), ": "+tt.text) {
				t.Errorf("%s: %v: %+v\n%s", tt.name, err, report.Audit, table.String())
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := &talker{fails: func(int) bool { return true }}
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: s.connect, Workload: workload(t, 10, []int{40, 60}, 0), Tiers: floor(10), Rule: short, Audit: &agentperf.Audit{},
		}, 4)
		if err == nil || report.Audit.Outcome != agentperf.NotAudited || report.Audit.Reason != "there was no answer to audit" {
			t.Errorf("%v: %+v", err, report.Audit)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		s := &talker{}
		report, err := agentperf.Check(ctx, agentperf.Config{
			Connect: s.connect, Workload: workload(t, 10, []int{40, 60}, 0), Tiers: floor(10), Rule: short, Audit: &agentperf.Audit{},
			Progress: func(e agentperf.Event) {
				if e.Stage == "auditing" && e.Requests == 5 {
					cancel(stop)
				}
			},
		}, 4)
		if !errors.Is(err, stop) || report.Audit.Outcome != agentperf.AuditIncomplete || report.Audit.Reason != "it was broken off: stop" || report.Complete || report.Tiers[0].MaxAgents != 4 {
			t.Errorf("%v: %+v", err, report.Audit)
		}
	})
	if err := (agentperf.Config{Workload: workload(t, 1, []int{4}, 0), Connect: (&talker{}).connect, Audit: &agentperf.Audit{Prompts: 3}}).Validate(); err == nil || !strings.Contains(err.Error(), "Audit.Prompts is 3, expected 0 or 8 to 64") {
		t.Error(err)
	}
}

// Over HTTP the text comes with the answer: the checks have something to look at.
func TestAuditOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 400}
		report, err := agentperf.Run(t.Context(), inMemory(t, engine, agentperf.Config{
			Workload: workload(t, 10, []int{40, 60}, 0), Tiers: floor(50), Rule: short, Audit: &agentperf.Audit{}, MaxAgents: 10,
		}))
		a := report.Audit
		if err != nil || report.Tiers[0].MaxAgents != 8 || a.Agents != 8 || a.Requests != 64 || a.Failed != 0 {
			t.Fatalf("%v: %+v", err, a)
		}
		for _, want := range []string{"answer_cache passed", "length_not_forced passed", "tokens_padded passed"} {
			if !strings.Contains(fmt.Sprint(a.Checks), want) {
				t.Errorf("%v, want %s", a.Checks, want)
			}
		}
	})
}
