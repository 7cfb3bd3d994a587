package trajectory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// build makes a trajectory of the given number of turns: a system and a user
// message, then an assistant's tool call and its result for each further turn.
func build(t *testing.T, s *trajectory.Store, id string, turns int) *trajectory.Trajectory {
	t.Helper()
	add := func(c *trajectory.History, format string, args ...any) *trajectory.History {
		c, err := s.Append(c, fmt.Appendf(nil, format, args...))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := add(nil, `{"role":"system", "content":"You are a \"test\"."}`)
	c = add(c, `{"role":"user","content":"Task %s"}`, id)
	tools, err := s.Raw([]byte(`[ {"type":"function","function":{"name":"sh"}} ]`))
	if err != nil {
		t.Fatal(err)
	}
	tr := &trajectory.Trajectory{ID: id}
	for i := range turns {
		tr.Turns = append(tr.Turns, trajectory.Turn{
			History: c, Tools: tools, OutputTokens: 10 + i,
			ToolDelay: time.Duration(i) * time.Second, ToolDelayKnown: true,
		})
		c = add(c, `{"role":"assistant","content":null,"tool_calls":[{"id":"c%d","type":"function","function":{"name":"sh","arguments":"{}"}}]}`, i)
		c = add(c, `{"role":"tool","tool_call_id":"c%d","content":"%s"}`, i, strings.Repeat("output ", 100))
	}
	tr.Turns[turns-1].Tools = nil
	return tr
}

func TestStoreSharesEqualContent(t *testing.T) {
	var s trajectory.Store
	a, b := build(t, &s, "x", 200), build(t, &s, "x", 200)
	for i := range a.Turns {
		if a.Turns[i].History != b.Turns[i].History {
			t.Fatalf("turn %d: equal contexts are stored twice", i)
		}
	}
	full := 0
	for _, turn := range a.Turns {
		full += turn.History.Size()
	}
	if got := s.Bytes(); got > int64(full/50) {
		t.Errorf("%d bytes stored of %d in all contexts", got, full)
	}
	c := build(t, &s, "y", 3)
	if n := a.Turns[2].History.Shared(c.Turns[2].History); n != 1 {
		t.Errorf("%d messages shared, want the system message", n)
	}
	if n := a.Turns[5].History.Shared(a.Turns[2].History); n != a.Turns[2].History.Len() {
		t.Errorf("%d messages shared with an earlier turn of %d", n, a.Turns[2].History.Len())
	}
	sum := 0
	for m := range a.Turns[7].History.All() {
		sum += len(m.JSON()) + 1
	}
	if sum-1 != a.Turns[7].History.Size() {
		t.Errorf("Size = %d, counted %d", a.Turns[7].History.Size(), sum-1)
	}
}

func TestStoreRefuses(t *testing.T) {
	var s trajectory.Store
	for in, want := range map[string]string{
		`{"role":"user"`: "not JSON", `[]`: "an array, expected a JSON object", `"x"`: "a string", `7`: "a number",
		`null`: "null", `true`: "a boolean", `{}`: `no "role"`, `{"role":7}`: `no "role"`, `{"role":""}`: `no "role"`, ``: "not JSON",
	} {
		if _, err := s.Append(nil, []byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", in, err, want)
		}
	}
}

// sender records bodies and answers like a server with a fixed TTFT.
type sender struct {
	bodies   []string
	sessions []string
	sentAt   []time.Time
	fail     func(n int) (streamed bool, err error)
}

func (s *sender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	n := len(s.bodies)
	s.bodies = append(s.bodies, string(bytes.Join(r.Body, nil)))
	s.sessions = append(s.sessions, r.Session)
	s.sentAt = append(s.sentAt, time.Now())
	clock.Sent(time.Now())
	time.Sleep(100 * time.Millisecond)
	streamed, err := true, error(nil)
	if s.fail != nil {
		streamed, err = s.fail(n)
	}
	if streamed {
		clock.Arrived(time.Now(), 5, 0)
	}
	clock.Done(time.Now())
	return err
}

// run plays the first plays of an agent.
func run(t *testing.T, w *trajectory.Workload, seed uint64, phase, agent, plays int, policy trajectory.Policy) (*sender, []trajectory.Result) {
	t.Helper()
	s := &sender{}
	r := trajectory.NewReplayer(func() trajectory.Sender { return s }, policy, nil)
	var results []trajectory.Result
	for p := range (trajectory.Schedule{Workload: w, Seed: seed, Phase: phase, MaxStart: 3}).Plays(agent) {
		for res := range r.Play(t.Context(), p) {
			results = append(results, res)
		}
		if plays--; plays == 0 {
			break
		}
	}
	return s, results
}

func TestSameSeedSameBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 4), build(t, &store, "b", 6), build(t, &store, "c", 5)}}
		policy := trajectory.Policy{Model: `m"1`, ToolDelay: trajectory.ToolDelaySampled, Fields: map[string]json.RawMessage{"top_p": json.RawMessage("0.5"), "reasoning_effort": json.RawMessage(`"high"`)}}
		a, _ := run(t, w, 42, 1, 7, 5, policy)
		b, _ := run(t, w, 42, 1, 7, 5, policy)
		if diff := cmp.Diff(a.bodies, b.bodies); diff != "" {
			t.Errorf("the same seed gave other requests: %s", diff)
		}
		if diff := cmp.Diff(gaps(a.sentAt), gaps(b.sentAt)); diff != "" {
			t.Errorf("the same seed gave other delays: %s", diff)
		}
		for _, body := range a.bodies {
			if !json.Valid([]byte(body)) {
				t.Fatalf("not JSON: %s", body)
			}
		}

		// Another phase: the same work behind other prefixes.
		c, _ := run(t, w, 42, 2, 7, 5, policy)
		if len(a.bodies) != len(c.bodies) || slices.Equal(a.bodies, c.bodies) {
			t.Error("prefixes do not change between phases")
		}
		if diff := cmp.Diff(gaps(a.sentAt), gaps(c.sentAt)); diff != "" {
			t.Errorf("delays change between phases: %s", diff)
		}
		ofPlay := make(map[string]string) // session to prefix
		for phase := 1; phase <= 2; phase++ {
			for p := range (trajectory.Schedule{Workload: w, Seed: 42, Phase: phase, MaxStart: 3}).Plays(7) {
				if ofPlay[p.Session] = p.Prefix; len(ofPlay) == 5*phase {
					break
				}
			}
		}
		for i := range a.bodies {
			x, y := withoutPrefix(t, a.bodies[i], ofPlay[a.sessions[i]]), withoutPrefix(t, c.bodies[i], ofPlay[c.sessions[i]])
			if x != y {
				t.Fatalf("request %d differs in more than its prefix:\n%s\n%s", i, x, y)
			}
		}
		// Another agent, another seed: other work.
		for name, other := range map[string]*sender{
			"agent": first(run(t, w, 42, 1, 8, 5, policy)), "seed": first(run(t, w, 43, 1, 7, 5, policy)),
		} {
			if slices.Equal(a.bodies, other.bodies) {
				t.Errorf("another %s has the same requests", name)
			}
		}
	})
}

func first[A, B any](a A, _ B) A { return a }

func gaps(times []time.Time) (d []time.Duration) {
	for i := 1; i < len(times); i++ {
		d = append(d, times[i].Sub(times[i-1]))
	}
	return d
}

func withoutPrefix(t *testing.T, body, prefix string) string {
	t.Helper()
	quoted, err := json.Marshal(prefix)
	head, rest, ok := strings.Cut(body, string(quoted[1:len(quoted)-1]))
	if err != nil || !ok || !strings.HasSuffix(head, `"content":"`) {
		t.Fatalf("no prefix %q in %s", prefix, body)
	}
	return head + rest
}

// Within a play every request begins with the one before it, so that a prefix
// cache can work; between plays nothing is shared from the prefix on.
func TestPrefixIsPerPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 6)}}
		s, results := run(t, w, 1, 0, 0, 4, trajectory.Policy{})
		prefixes := make(map[string]string) // session to messages so far
		for i, body := range s.bodies {
			messages := body[:strings.Index(body, `],"stream"`)]
			old, ok := prefixes[s.sessions[i]]
			if ok && !strings.HasPrefix(messages, old) {
				t.Errorf("request %d does not extend the one before", i)
			}
			for session, other := range prefixes {
				if session != s.sessions[i] && strings.HasPrefix(messages, other[:150]) {
					t.Errorf("request %d shares the prefix of another play", i)
				}
			}
			prefixes[s.sessions[i]] = messages
		}
		if len(prefixes) != 4 {
			t.Errorf("%d sessions in 4 plays", len(prefixes))
		}
		start, rest := results[0].Turn, 0
		for _, r := range results {
			if r.Completed {
				rest++
			}
		}
		if start > 3 || rest != 4 || len(results) != 24-start {
			t.Errorf("start %d, %d completed, %d turns", start, rest, len(results))
		}
	})
}

func TestScheduleOfAnAgentIsItsOwn(t *testing.T) {
	var store trajectory.Store
	w := &trajectory.Workload{}
	for i := range 20 {
		w.Trajectories = append(w.Trajectories, build(t, &store, fmt.Sprint(i), 30))
	}
	seen := make(map[string]bool)
	starts := make(map[int]bool)
	for agent := range 50 {
		n, round := 0, make(map[string]bool)
		for p := range (trajectory.Schedule{Workload: w, Seed: 9, MaxStart: 10}).Plays(agent) {
			if seen[p.Prefix] || seen[p.Session] {
				t.Fatal("two plays have one prefix or session")
			}
			seen[p.Prefix], seen[p.Session] = true, true
			if n == 0 {
				starts[p.Start] = true
			} else if p.Start != 0 {
				t.Errorf("play %d of agent %d starts at turn %d", n, agent, p.Start)
			}
			round[p.Trajectory.ID] = true
			if n++; n == 20 {
				break
			}
		}
		if len(round) != 20 {
			t.Errorf("agent %d played %d of 20 trajectories in a round", agent, len(round))
		}
	}
	if len(starts) != 11 {
		t.Errorf("first plays start at %d different turns, want all of 0 to 10", len(starts))
	}
}
