package trajectory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

const sec = time.Second

// family has a parent of four turns, with tool delays of 0 to 3 s. After its
// first turn it starts two subagents and waits for them before the next, and
// one that it never waits for.
func family(t *testing.T, s *trajectory.Store) *trajectory.Trajectory {
	parent := build(t, s, "parent", 4)
	parent.Subagents = []trajectory.Subagent{
		{Trajectory: build(t, s, "long", 3), After: 0, Delay: sec, Join: 1},
		{Trajectory: build(t, s, "short", 1), After: 0, Join: 1},
		{Trajectory: build(t, s, "background", 3), After: 1, Delay: 2 * sec},
	}
	return parent
}

// lines is a set of senders that note when which thread sent, from the start.
type lines struct {
	mu    sync.Mutex
	start time.Time
	open  int
	sent  []string
}

func (l *lines) connect() trajectory.Sender {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open++
	return &line{lines: l}
}

type line struct {
	lines *lines
	busy  bool
}

func (l *line) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	if l.busy {
		return fmt.Errorf("two requests at once")
	}
	l.busy = true
	defer func() { l.busy = false }()
	now := time.Now()
	text := string(slices.Concat(r.Body...))
	_, task, _ := strings.Cut(text, "Task ")
	task, _, _ = strings.Cut(task, `"`)
	l.lines.mu.Lock()
	l.lines.sent = append(l.lines.sent, fmt.Sprintf("%v %s %s", now.Sub(l.lines.start), task, r.Session))
	l.lines.mu.Unlock()
	clock.Sent(now)
	select {
	case <-time.After(sec):
	case <-ctx.Done():
		return ctx.Err()
	}
	clock.Arrived(time.Now(), 5, 0)
	clock.Done(time.Now())
	return nil
}

func (l *line) Close() error {
	l.lines.mu.Lock()
	defer l.lines.mu.Unlock()
	l.lines.open--
	return nil
}

// Threads run beside each other and are joined where they were: worked out by
// hand. Each request takes 1 s; tool delays are 0, 1, 2 s.
func TestSubagents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		l := &lines{start: time.Now()}
		r := trajectory.NewReplayer(l.connect, trajectory.Policy{Prefix: trajectory.PrefixNone}, nil)
		var completed []string
		for res := range r.Play(t.Context(), trajectory.Play{Trajectory: family(t, &store), Session: "x"}) {
			if res.Completed {
				completed = append(completed, fmt.Sprintf("%v %q", time.Since(l.start), res.Subagent))
			}
			if res.Timing.Lateness != 0 || res.Err != nil {
				t.Errorf("%+v", res)
			}
		}
		// The parent's turn 0 ends at 1 s, and long's last begins at 5 s and ends
		// at 6 s (delays of 0 and 1 s): turn 1 is due then, turn 0's delay being 0.
		want := []string{
			"0s parent x",
			"1s short x",
			"2s long x", "3s long x", "5s long x",
			"6s parent x",
			"8s parent x",
			"9s background x", "10s background x",
			"11s parent x",
			"12s background x",
		}
		slices.Sort(want)
		slices.Sort(l.sent)
		if diff := cmp.Diff(want, l.sent); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{`12s ""`}, completed); diff != "" {
			t.Errorf("completed (-want +got)\n%s", diff)
		}
		if since := time.Since(l.start); since != 13*sec {
			t.Errorf("the play took %v", since)
		}
		if l.open != 3 {
			t.Errorf("%d connections for at most 3 live threads", l.open)
		}
		r.Close()
		if l.open != 0 {
			t.Errorf("%d connections are not closed", l.open)
		}
	})
}

// Whoever stops in the middle, or is stopped, leaves nothing behind.
func TestSubagentsStopped(t *testing.T) {
	for after := range 8 {
		for _, how := range []string{"break", "cancel"} {
			t.Run(fmt.Sprintf("%s after %d", how, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var store trajectory.Store
					l := &lines{start: time.Now()}
					r := trajectory.NewReplayer(l.connect, trajectory.Policy{}, nil)
					defer r.Close()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					n := 0
					for range r.Play(ctx, trajectory.Play{Trajectory: family(t, &store)}) {
						if n++; n <= after {
							continue
						}
						if how == "break" {
							break
						}
						cancel()
					}
					if took := time.Since(l.start); took > 13*sec {
						t.Errorf("it went on for %v", took)
					}
				})
			})
		}
	}
}

// A play that begins in the middle has no subagents from before.
func TestSubagentsOfAStartInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		l := &lines{start: time.Now()}
		r := trajectory.NewReplayer(l.connect, trajectory.Policy{}, nil)
		defer r.Close()
		seen := make(map[string]int)
		for res := range r.Play(t.Context(), trajectory.Play{Trajectory: family(t, &store), Start: 1}) {
			seen[res.Subagent]++
		}
		if diff := cmp.Diff(map[string]int{"": 3, "background": 3}, seen); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestFitSubagents(t *testing.T) {
	var store trajectory.Store
	parent := family(t, &store)
	for thread := range parent.All() {
		for i := range thread.Turns {
			thread.Turns[i].PromptTokens = 1000
		}
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{parent}}
	parent.Turns[1].PromptTokens = 1e6                         // the background goes with it
	parent.Subagents[0].Trajectory.Turns[2].PromptTokens = 1e6 // cut
	parent.Subagents[1].Trajectory.Turns[0].PromptTokens = 1e6 // dropped
	got, fit := w.Fit(trajectory.Policy{Window: 10_000})
	if want := (trajectory.Fit{Dropped: 1, Cut: 2, Turns: 3 + 1 + 1 + 3}); fit != want {
		t.Errorf("fit %+v, expected %+v", fit, want)
	}
	tr := got.Trajectories[0]
	if len(tr.Turns) != 1 || len(tr.Subagents) != 1 || len(tr.Subagents[0].Trajectory.Turns) != 2 {
		t.Errorf("left %d turns, %d subagents", len(tr.Turns), len(tr.Subagents))
	}
	if got, fit := w.Fit(trajectory.Policy{}); fit != (trajectory.Fit{}) || got.Trajectories[0] != parent {
		t.Errorf("without a window: %+v", fit)
	}
	if s := w.Stats(); s.Subagents != 3 || s.Requests != 11 || s.Turns.N != 1 || s.Turns.Max != 4 {
		t.Errorf("stats %+v", s)
	}
}

func TestWaits(t *testing.T) {
	var store trajectory.Store
	// Delays of 0+1+2, 0+1, 0 and 0+1 s between turns, of 1 and 2 s before subagents.
	parent := family(t, &store)
	parent.Turns[1].HumanDelay = 100 * sec
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{parent}}
	for _, tt := range []struct {
		policy trajectory.Policy
		want   trajectory.Waits
	}{
		{trajectory.Policy{}, trajectory.Waits{Tool: 8 * sec, ToolReplayed: 8 * sec, Human: 100 * sec}},
		{trajectory.Policy{ToolDelayMax: sec, HumanWaits: 10 * sec}, trajectory.Waits{Tool: 8 * sec, ToolReplayed: 6 * sec, Human: 100 * sec, HumanReplayed: 10 * sec}},
		{trajectory.Policy{ToolDelayScale: 2}, trajectory.Waits{Tool: 8 * sec, ToolReplayed: 16 * sec, Human: 100 * sec}},
		{trajectory.Policy{ToolDelay: trajectory.ToolDelayNone}, trajectory.Waits{Tool: 8 * sec, Human: 100 * sec}},
	} {
		if got := w.Waits(tt.policy); got != tt.want {
			t.Errorf("%+v: %+v, expected %+v", tt.policy, got, tt.want)
		}
	}
}

// What a subagent would have waited for after its last turn holds nobody up, what
// the client does with results is not the subagent's time, and one without an ID is
// no session of its own.
func TestSubagentsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		parent := build(t, &store, "parent", 2)
		child := build(t, &store, "child", 1)
		child.ID = ""
		child.Turns[0].ToolDelay = time.Hour
		parent.Subagents = []trajectory.Subagent{{Trajectory: child, Join: 1}}
		l := &lines{start: time.Now()}
		r := trajectory.NewReplayer(l.connect, trajectory.Policy{}, nil)
		defer r.Close()
		completed := 0
		for range 2 {
			for res := range r.Play(t.Context(), trajectory.Play{Trajectory: parent}) {
				if res.Completed {
					completed++
				}
			}
		}
		// 0 and 1 s, 1 and 2 s; then the same again from 3 s on.
		if took := time.Since(l.start); took != 6*sec || completed != 2 {
			t.Errorf("two plays took %v and were completed %d times", took, completed)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		parent := build(t, &store, "parent", 2)
		parent.Subagents = []trajectory.Subagent{{Trajectory: build(t, &store, "child", 1), Join: 1}}
		l := &lines{start: time.Now()}
		r := trajectory.NewReplayer(l.connect, trajectory.Policy{}, nil)
		defer r.Close()
		var lateness time.Duration
		for res := range r.Play(t.Context(), trajectory.Play{Trajectory: parent}) {
			lateness = max(lateness, res.Timing.Lateness)
			time.Sleep(5 * sec)
		}
		// The last turn was due when the child's response had ended, at 2 s or as
		// late as its first could be sent.
		if lateness < 4*sec {
			t.Errorf("the client held up everything for 5 s a result, and was %v late", lateness)
		}
	})
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		var store trajectory.Store
		defer func() { recover() }()
		r := trajectory.NewReplayer((&lines{start: time.Now()}).connect, trajectory.Policy{}, nil)
		for range r.Play(t.Context(), trajectory.Play{Trajectory: family(t, &store)}) {
			panic("who takes the results")
		}
	})
}

func TestBadBlocks(t *testing.T) {
	var s trajectory.Store
	for _, tokens := range []int{-1, 1 << 40} {
		if _, err := s.AppendSynthetic(nil, []byte(`{"role":"user","content":""}`), []trajectory.Block{{Seed: 1, Tokens: tokens}}); err == nil {
			t.Errorf("%d tokens: no error", tokens)
		}
	}
}
