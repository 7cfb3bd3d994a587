package load_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
)

// A crowd is a phase in parts, whose entries reach the merge late, each part's by another delay.
type crowd struct {
	plan   record.Plan
	watch  record.Watch
	parts  int
	length func(agent, n int) time.Duration
	fails  bool
}

type told struct {
	mu      sync.Mutex
	entries []load.Entry
}

// run runs the phase and returns it, with how many requests were cut.
func (c *crowd) run(t *testing.T) (*record.Phase, int) {
	start := time.Now().Add(time.Second)
	merge := load.NewMerge(&c.plan, c.watch, c.parts, start, func(agent int) int { return agent % c.parts })
	l := &driver{length: c.length, fails: c.fails}
	parts, heard := make([]*load.Part, c.parts), make([]told, c.parts)
	for i := range parts {
		var agents []int
		for a := i; a < c.plan.Agents; a += c.parts {
			agents = append(agents, a)
		}
		parts[i] = load.StartPart(t.Context(), load.PartConfig{Shape: c.plan.Shape, Agents: agents, Start: start, Tell: func(e load.Entry) {
			heard[i].mu.Lock()
			heard[i].entries = append(heard[i].entries, e)
			heard[i].mu.Unlock()
		}}, l.work)
	}
	// Part i is heard of every 40+30i ms.
	bring := func(i int) {
		until := parts[i].Until()
		heard[i].mu.Lock()
		entries := heard[i].entries
		heard[i].entries = nil
		heard[i].mu.Unlock()
		if err := merge.Add(i, entries, until); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Until(start))
	for tick := time.Duration(0); ; tick += 10 * time.Millisecond {
		time.Sleep(10 * time.Millisecond)
		for i := range parts {
			if tick%time.Duration((40+30*i)*int(time.Millisecond)) == 0 {
				bring(i)
			}
		}
		if err := merge.Advance(); err != nil {
			t.Fatal(err)
		}
		if _, _, over := merge.Window(); over {
			break
		}
	}
	for _, p := range parts {
		p.Stop(time.Until(start.Add(merge.Drained())))
	}
	for i, p := range parts {
		<-p.Ended()
		if p.Err() != nil {
			t.Error(p.Err())
		}
		bring(i)
		p.Release()
	}
	p, err := merge.Phase(record.Interrupted, "")
	if err != nil {
		t.Fatal(err)
	}
	return p, l.cut
}

// The same scenarios as of one process, with the same answers.
func TestParts(t *testing.T) {
	for _, tt := range scenarios {
		for _, parts := range []int{1, 2, 4} {
			t.Run(fmt.Sprint(tt.name, "/", parts), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := &crowd{plan: record.Plan{Shape: tt.cfg.Shape}, parts: parts, length: tt.length, fails: tt.fails}
					r, _ := c.run(t)
					if r.Ending != tt.ending || r.Settled != tt.settled || r.WindowEnd != tt.window {
						t.Errorf("%q from %v to %v, want %q from %v to %v", r.Ending, r.Settled, r.WindowEnd, tt.ending, tt.settled, tt.window)
					}
					if tt.completed > 0 && r.Completed != tt.completed {
						t.Errorf("%d completed in the window, want %d", r.Completed, tt.completed)
					}
					if got := measured(r); tt.measured >= 0 && got != tt.measured {
						t.Errorf("%d measured, want %d", got, tt.measured)
					}
					if r.Up != tt.cfg.Agents || len(r.Open) > 0 {
						t.Errorf("%d agents up of %d, %d requests open at the end", r.Up, tt.cfg.Agents, len(r.Open))
					}
				})
			})
		}
	}
}

// What a merge knows at each look does not depend on what the phase is divided into, nor on
// when its entries come.
func TestLooksOfParts(t *testing.T) {
	looked := func(t *testing.T, parts int) (seen []string, p *record.Phase) {
		synctest.Test(t, func(t *testing.T) {
			looks := 0
			c := &crowd{
				plan:  record.Plan{Shape: record.Shape{Agents: 8, SpawnRate: 4, Settle: time.Second, FirstTokens: 5 * sec, Measure: 100 * sec, Drain: 5 * sec, Fixed: true}, LookEvery: 500 * time.Millisecond},
				parts: parts, length: func(agent, n int) time.Duration { return time.Duration(700+137*agent+61*(n%5)) * time.Millisecond },
			}
			c.watch.Look = func(p *record.Phase) bool {
				open := slices.Clone(p.Open)
				slices.SortFunc(open, func(a, b record.Row) int { return int(a.Agent - b.Agent) })
				var s strings.Builder
				fmt.Fprint(&s, p.End, p.Settled, p.Completed, len(p.Rows))
				for _, r := range append(slices.Clone(p.Rows), open...) {
					fmt.Fprint(&s, " ", r.Agent, r.Begun, r.First, r.End, r.Outcome)
				}
				seen = append(seen, s.String())
				looks++
				return looks == 12
			}
			p, _ = c.run(t)
		})
		return seen, p
	}
	want, one := looked(t, 1)
	if len(want) != 12 || one.Ending != record.Decided {
		t.Fatalf("%d looks, %q", len(want), one.Ending)
	}
	// At the sixth look, by hand: agents begin at 0, 0.25, ... 1.75 s. Each has its first
	// token with its end, the last of the first ones, agent 7's, at 1.75 + 1.659 s.
	if one.Settled != 3409*time.Millisecond || one.WindowEnd != one.Settled+6*sec {
		t.Errorf("the window is from %v to %v", one.Settled, one.WindowEnd)
	}
	for _, parts := range []int{2, 4, 8} {
		got, p := looked(t, parts)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d parts: %s", parts, diff)
		}
		if p.WindowEnd != one.WindowEnd || len(p.Looks) != 12 {
			t.Errorf("%d parts: the window ends at %v, want %v", parts, p.WindowEnd, one.WindowEnd)
		}
	}
}

// What a worker tells is not believed where it cannot be.
func TestMergeRefuses(t *testing.T) {
	row := record.New()
	begin := func(agent int32, request int64, at time.Duration) load.Entry {
		r := row
		r.Begun, r.Play = at, record.None
		return load.Entry{Kind: load.Begin, At: at, Agent: agent, Request: request, Row: r}
	}
	with := func(e load.Entry, change func(*load.Entry)) load.Entry { change(&e); return e }
	for _, tt := range []struct {
		name    string
		entries []load.Entry
		want    string
	}{
		{"a kind that is none", []load.Entry{{Kind: 99}}, "kind 99"},
		{"no kind", []load.Entry{{}}, "kind 0"},
		{"the agent of another", []load.Entry{begin(1, 0, 1)}, "agent 1, who belongs to another"},
		{"an agent beyond", []load.Entry{begin(4, 0, 1)}, "agent 4"},
		{"a negative agent", []load.Entry{begin(-2, 0, 1)}, "agent -2"},
		{"back in time", []load.Entry{begin(0, 0, 2), begin(0, 1, 1)}, "at 1ns after one at 2ns"},
		{"started twice", []load.Entry{{Kind: load.Up}}, "agent 0, who was started twice"},
		{"not started", []load.Entry{begin(2, 0, 1)}, "agent 2, who was started twice or not at all"},
		{"begun twice", []load.Entry{begin(0, 0, 1), begin(0, 0, 1)}, "begins twice"},
		{"ended without beginning", []load.Entry{with(begin(0, 0, 1), func(e *load.Entry) { e.Kind = load.End })}, "has not begun"},
		{"ended by another", []load.Entry{{Kind: load.Up, Agent: 2}, begin(0, 0, 1), with(begin(2, 0, 1), func(e *load.Entry) { e.Kind = load.End })}, "has not begun"},
		{"another beginning", []load.Entry{begin(0, 0, 1), with(begin(0, 0, 2), func(e *load.Entry) { e.Kind = load.End })}, "began at 1ns, and at 2ns"},
		{"a first output before", []load.Entry{begin(0, 0, 2), {Kind: load.First, At: 3, Row: record.Row{First: 1}}}, "first output at 1ns, and began at 2ns"},
		{"a play not told of", []load.Entry{with(begin(0, 0, 1), func(e *load.Entry) { e.Row.Play = 0 })}, "play 0"},
		{"a thread not told of", []load.Entry{with(begin(0, 0, 1), func(e *load.Entry) { e.Row.Thread = 1 })}, "thread 1"},
		{"a message not told of", []load.Entry{with(begin(0, 0, 1), func(e *load.Entry) { e.Row.Message = 7 })}, "message 7"},
	} {
		plan := record.Plan{Shape: record.Shape{Agents: 4, Measure: sec}}
		m := load.NewMerge(&plan, record.Watch{}, 2, time.Now(), func(agent int) int { return agent % 2 })
		err := m.Add(0, append([]load.Entry{{Kind: load.Up, Agent: 0}}, tt.entries...), 10)
		if err == nil {
			err = errors.Join(m.Add(1, nil, 10), m.Advance())
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
