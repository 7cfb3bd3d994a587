package inprocess

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// sender lets agents use the engine: this is all that an engine in process needs.
func sender(e *Engine) trajectory.Sender {
	return trajectory.SenderFunc(func(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
		clock.Sent(time.Now())
		chat, err := r.Chat()
		if err != nil {
			return err
		}
		var prompt strings.Builder
		for _, m := range chat.Messages {
			prompt.WriteString(m.Content + "\n")
		}
		err = e.Generate(ctx, prompt.String(), r.MaxTokens, func() { clock.Arrived(time.Now(), 4, 1) })
		clock.Usage(metrics.Usage{Prompt: prompt.Len() / 4, Completion: r.MaxTokens})
		clock.Done(time.Now())
		return err
	})
}

// A step with n requests takes 10 ms and n more: 50 tokens/s or more each with 10 agents that do
// not pause, and less with 11.
func config() agentperf.Config {
	engine := &Engine{Overhead: 10 * time.Millisecond, PerRequest: time.Millisecond}
	return agentperf.Config{
		Connect:  func(int) trajectory.Sender { return sender(engine) },
		Workload: generate.Preset(generate.Demo).Workload(),
		Policy:   trajectory.Policy{ToolDelay: trajectory.ToolDelayNone},
		Tiers:    []agentperf.Tier{{SpeedFloor: 50, TTFTCeiling: time.Second}},
	}
}

func TestSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := agentperftest.TestSender(config().Connect, trajectory.Policy{}); err != nil {
			t.Error(err)
		}
	})
}

func TestSustains10Agents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { agentperftest.Sustains(t, config(), 10) })
}

// In virtual time, a test can afford to be sure.
func TestSurelySustains9Agents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Rule = agentperf.Controlled{}
		agentperftest.Sustains(t, cfg, 9)
	})
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Rule = agentperf.Quick()
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if limit := report.Tiers[0]; limit.MaxAgents != 10 || *limit.FirstFailingAgents != 11 {
			t.Error(limit.Sentence())
		}
	})
}
