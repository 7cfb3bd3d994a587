package trajectory_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// usageOf keeps the usage of each request that goes over HTTP.
type usageOf struct {
	conn  *endpoint.Conn
	usage []metrics.Usage
}

func (u *usageOf) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	err := u.conn.Send(ctx, r.Session, r.Body, clock)
	u.usage = append(u.usage, clock.Timing().Usage)
	return err
}

// With a cache that forgets nothing, a server reuses in each request exactly
// what the recording repeats of its own play, and across plays, agents and
// phases nothing but the scaffold before the prefix: by the engine's own count.
func TestCacheIsHonest(t *testing.T) {
	for _, tt := range []struct {
		position trajectory.PrefixPosition
		shared   int // messages shared across plays, beside the tools
	}{
		{"", 1},
		{trajectory.PrefixAfterSystem, 1},
		{trajectory.PrefixFront, 0},
	} {
		t.Run(string(tt.position), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := memnet.Serve(&endpointtest.Engine{PerRequest: 1e6})
				defer server.Close()
				client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
				if err != nil {
					t.Fatal(err)
				}
				var store trajectory.Store
				w := &trajectory.Workload{}
				for _, id := range []string{"a", "b", "c"} {
					tr := build(t, &store, id, 7)
					for i := range tr.Turns {
						tr.Turns[i].Tools = tr.Turns[0].Tools // the same throughout
					}
					// A compaction: turn 4 keeps the first two messages only.
					tr.Turns[4].History, tr.Turns[5].History = tr.Turns[0].History, tr.Turns[1].History
					w.Trajectories = append(w.Trajectories, tr)
				}
				scaffoldSeen := false
				for phase := range 2 {
					for agent := range 3 {
						conn := client.Conn()
						sender := &usageOf{conn: conn}
						r := trajectory.NewReplayer(func() trajectory.Sender { return sender }, trajectory.Policy{Model: "simulated", ToolDelay: trajectory.ToolDelayNone, Prefix: tt.position}, nil)
						plays := 0
						for p := range (trajectory.Schedule{Workload: w, Seed: 5, Phase: phase, MaxStart: 3}).Plays(agent) {
							sender.usage = nil
							for res := range r.Play(t.Context(), p) {
								if res.Err != nil {
									t.Fatal(res.Err)
								}
								want := expectedCached(p, res.Turn, tt.position, tt.shared, scaffoldSeen)
								scaffoldSeen = true
								got := sender.usage[len(sender.usage)-1]
								if got.Cached != want {
									t.Fatalf("phase %d, agent %d, play %d, turn %d: %d of %d tokens cached, the recording repeats %d", phase, agent, plays, res.Turn, got.Cached, got.Prompt, want)
								}
							}
							if plays++; plays == 4 { // a trajectory twice
								break
							}
						}
						conn.Close()
					}
				}
			})
		})
	}
}

// expectedCached returns the tokens of a request that came before: in an
// earlier turn of the play, or as the scaffold of any.
func expectedCached(p trajectory.Play, turn int, position trajectory.PrefixPosition, shared int, scaffoldSeen bool) int {
	turns := p.Trajectory.Turns
	same := 0 // messages at the front that an earlier turn of the play had
	for i := p.Start; i < turn; i++ {
		same = max(same, turns[turn].History.Shared(turns[i].History))
	}
	if scaffoldSeen {
		same = max(same, shared)
	}
	if same == 0 && !scaffoldSeen {
		return 0
	}
	bytes := len(turns[turn].Tools)
	n := 0
	for m := range turns[turn].History.All() {
		if n == same {
			break
		}
		bytes += len(m.JSON())
		n++
	}
	marked := 1 // the index of the message that holds the prefix
	if position == trajectory.PrefixFront {
		marked = 0
	}
	if same > marked {
		bytes += len(p.Prefix) + countLineEnds(p.Prefix) // a line end takes two bytes in JSON
	}
	return bytes / 4
}

func countLineEnds(s string) (n int) {
	for _, r := range s {
		if r == '\n' {
			n++
		}
	}
	return n
}
