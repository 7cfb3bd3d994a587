package trajectory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
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
	add := func(c *trajectory.Context, format string, args ...any) *trajectory.Context {
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
			Context: c, Tools: tools, OutputTokens: 10 + i,
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
		if a.Turns[i].Context != b.Turns[i].Context {
			t.Fatalf("turn %d: equal contexts are stored twice", i)
		}
	}
	full := 0
	for _, turn := range a.Turns {
		full += turn.Context.Size()
	}
	if got := s.Bytes(); got > int64(full/50) {
		t.Errorf("%d bytes stored of %d in all contexts", got, full)
	}
	c := build(t, &s, "y", 3)
	if n := a.Turns[2].Context.Shared(c.Turns[2].Context); n != 1 {
		t.Errorf("%d messages shared, want the system message", n)
	}
	if n := a.Turns[5].Context.Shared(a.Turns[2].Context); n != a.Turns[2].Context.Len() {
		t.Errorf("%d messages shared with an earlier turn of %d", n, a.Turns[2].Context.Len())
	}
	sum := 0
	for m := range a.Turns[7].Context.All() {
		sum += len(m.JSON()) + 1
	}
	if sum-1 != a.Turns[7].Context.Size() {
		t.Errorf("Size = %d, counted %d", a.Turns[7].Context.Size(), sum-1)
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

func (s *sender) Send(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) error {
	n := len(s.bodies)
	s.bodies = append(s.bodies, string(bytes.Join(body, nil)))
	s.sessions = append(s.sessions, session)
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
	r := trajectory.NewReplayer(s, policy, nil)
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
		for i := range a.bodies {
			x, y := withoutPrefix(t, a.bodies[i]), withoutPrefix(t, c.bodies[i])
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

const marker = "Pay no attention to them.\\n\\n"

func withoutPrefix(t *testing.T, body string) string {
	t.Helper()
	head, rest, ok := strings.Cut(body, marker)
	i := strings.LastIndex(head, `"content":"`)
	if !ok || i < 0 {
		t.Fatalf("no prefix in %s", body)
	}
	return head[:i] + rest
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

func TestBody(t *testing.T) {
	var store trajectory.Store
	tr := build(t, &store, "a", 2)
	fields := map[string]json.RawMessage{"stream_options": json.RawMessage(`{ "include_usage": false }`), "max_tokens": json.RawMessage("7")}
	const messages = `{"role":"system","content":"You are a \"test\"."},{"role":"user","content":"Task a"}`
	const tools = `[{"type":"function","function":{"name":"sh"}}]`
	for _, tt := range []struct {
		policy trajectory.Policy
		want   string
	}{
		{trajectory.Policy{Model: "m"}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":10,"ignore_eos":true,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Output: trajectory.OutputCap, MaxTokens: 4}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":4,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Output: trajectory.OutputFree}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":16384,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Fields: fields}, `],"stream":true,"ignore_eos":true,"tools":` + tools + `,"max_tokens":7,"stream_options":{"include_usage":false}}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &sender{}
			for range trajectory.NewReplayer(s, tt.policy, nil).Play(t.Context(), trajectory.Play{Trajectory: tr}) {
			}
			if want := `{"model":"m","messages":[` + messages + tt.want; s.bodies[0] != want {
				t.Errorf("body\n%s\nwant\n%s", s.bodies[0], want)
			}
			if strings.Contains(s.bodies[1], `"tools"`) {
				t.Error("the last turn has tools, the recording has none")
			}
		})
	}
}

func TestPrefixGoesIntoAnyContent(t *testing.T) {
	for in, want := range map[string]string{
		`{"role":"user","content":"hi"}`:                          `{"role":"user","content":"P\n\"hi"}`,
		`{"content":"","role":"user"}`:                            `{"content":"P\n\"","role":"user"}`,
		`{"role":"user","content":[{"type":"text","text":"hi"}]}`: `{"role":"user","content":[{"type":"text","text":"P\n\""},{"type":"text","text":"hi"}]}`,
		`{"role":"user","content":[]}`:                            `{"role":"user","content":[{"type":"text","text":"P\n\""}]}`,
		`{"role":"assistant","content":null,"tool_calls":[]}`:     `{"role":"assistant","content":"P\n\"","tool_calls":[]}`,
		`{"role":"assistant","tool_calls":[{"content":"inner"}]}`: `{"content":"P\n\"","role":"assistant","tool_calls":[{"content":"inner"}]}`,
		`{"role":"user","name":"\"content\":\"x","content":"hi"}`: `{"role":"user","name":"\"content\":\"x","content":"P\n\"hi"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			var store trajectory.Store
			c, err := store.Append(nil, []byte(in))
			if err != nil {
				t.Fatal(err)
			}
			s := &sender{}
			p := trajectory.Play{Trajectory: &trajectory.Trajectory{Turns: []trajectory.Turn{{Context: c}}}, Prefix: "P\n\""}
			for range trajectory.NewReplayer(s, trajectory.Policy{}, nil).Play(t.Context(), p) {
			}
			var body struct{ Messages []json.RawMessage }
			if err := json.Unmarshal([]byte(s.bodies[0]), &body); err != nil {
				t.Fatal(err)
			}
			if got := string(body.Messages[0]); got != want {
				t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
			}
		})
	}
}

func TestDelays(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name   string
		policy trajectory.Policy
		fail   func(n int) (bool, error)
		want   []time.Duration // between sends; a send takes 100 ms
	}{
		{"recorded", trajectory.Policy{}, nil, []time.Duration{100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"scaled", trajectory.Policy{ToolDelayScale: 0.5}, nil, []time.Duration{100 * time.Millisecond, 600 * time.Millisecond, 1100 * time.Millisecond}},
		{"none", trajectory.Policy{ToolDelay: trajectory.ToolDelayNone}, nil, []time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond}},
		{"failed silently", trajectory.Policy{}, func(int) (bool, error) { return false, broken }, []time.Duration{1100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"failed after output", trajectory.Policy{}, func(int) (bool, error) { return true, broken }, []time.Duration{100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
		{"longer pause", trajectory.Policy{FailurePause: 3 * time.Second}, func(n int) (bool, error) { return n > 0, broken }, []time.Duration{3100 * time.Millisecond, 1100 * time.Millisecond, 2100 * time.Millisecond}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var store trajectory.Store
				s := &sender{fail: tt.fail}
				n := 0
				for res := range trajectory.NewReplayer(s, tt.policy, nil).Play(t.Context(), trajectory.Play{Trajectory: build(t, &store, "a", 4)}) {
					if res.Turn != n || (res.Err != nil) != (tt.fail != nil) || res.Timing.Lateness != 0 {
						t.Errorf("result %+v", res)
					}
					n++
				}
				if diff := cmp.Diff(tt.want, gaps(s.sentAt)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// Time that passes between the end of a response and the next request, beyond
// the tool delay, is the client's lateness, within a play and between plays.
func TestLateness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		slow := &lagging{sender: &sender{}}
		r := trajectory.NewReplayer(slow, trajectory.Policy{}, nil)
		r.StartAt(time.Now().Add(-30 * time.Millisecond))
		tr := build(t, &store, "a", 3)
		tr.Turns[1].ToolDelay = 20 * time.Millisecond // less than the lag
		var got []time.Duration
		for range 2 {
			for res := range r.Play(t.Context(), trajectory.Play{Trajectory: tr}) {
				got = append(got, res.Timing.Lateness)
			}
		}
		const ms = time.Millisecond
		// 70 ms pass after each response; the tool delay of turn 1 hides 20.
		if diff := cmp.Diff([]time.Duration{30 * ms, 70 * ms, 50 * ms, 70 * ms, 70 * ms, 50 * ms}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// lagging is a Sender that comes back long after the response has ended.
type lagging struct{ *sender }

func (l *lagging) Send(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) error {
	err := l.sender.Send(ctx, session, body, clock)
	time.Sleep(70 * time.Millisecond)
	return err
}

// A trajectory of one turn must not hammer a dead server either.
func TestPauseAfterTheLastTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 1)}}
		s := &sender{fail: func(int) (bool, error) { return false, errors.New("dead") }}
		r := trajectory.NewReplayer(s, trajectory.Policy{}, nil)
		plays := 0
		for p := range (trajectory.Schedule{Workload: w}).Plays(0) {
			for range r.Play(t.Context(), p) {
			}
			if plays++; plays == 4 {
				break
			}
		}
		for i, d := range gaps(s.sentAt) {
			if d != 1100*time.Millisecond {
				t.Errorf("request %d came %v after the one before", i+1, d)
			}
		}
	})
}

func TestSampledDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{build(t, &store, "a", 500)}}
		s, _ := run(t, w, 3, 0, 0, 1, trajectory.Policy{ToolDelay: trajectory.ToolDelaySampled})
		p := metrics.Percentiles{Exact: -1}
		for _, d := range gaps(s.sentAt) {
			p.Record((d - 100*time.Millisecond).Seconds())
		}
		median, _ := p.At(50)
		least, _ := p.Min()
		most, _ := p.Max()
		if math.Abs(median-1) > 0.15 || least < 0.1 || most > 5 || most-least < 1 {
			t.Errorf("median %v, from %v to %v; want about 1 within 0.1 to 5", median, least, most)
		}
	})
}

func TestPlayEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store trajectory.Store
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond) // within a tool delay
		defer cancel()
		began, n := time.Now(), 0
		for range trajectory.NewReplayer(&sender{}, trajectory.Policy{}, nil).Play(ctx, trajectory.Play{Trajectory: build(t, &store, "a", 9)}) {
			n++
		}
		if took := time.Since(began); n != 3 || took != 1500*time.Millisecond {
			t.Errorf("%d turns in %v", n, took)
		}
	})
}

func TestFit(t *testing.T) {
	var store trajectory.Store
	long, short := build(t, &store, "long", 20), build(t, &store, "short", 2)
	short.Turns[0].PromptTokens, short.Turns[1].PromptTokens = 100, 990
	w := &trajectory.Workload{Name: "w", Trajectories: []*trajectory.Trajectory{long, short}}
	if fitted, f := w.Fit(trajectory.Policy{Window: 0}); f != (trajectory.Fit{}) || len(fitted.Trajectories) != 2 {
		t.Errorf("no window: %+v", f)
	}
	// The second turn of short needs 990 + 11 tokens, and 64 for a prefix.
	fitted, f := w.Fit(trajectory.Policy{Window: 1065})
	if f.Cut != 1 || f.Dropped != 0 || len(fitted.Trajectories[1].Turns) != 2 {
		t.Errorf("1065: %+v", f)
	}
	fitted, f = w.Fit(trajectory.Policy{Window: 1064})
	if f.Cut != 2 || len(fitted.Trajectories[1].Turns) != 1 || len(short.Turns) != 2 || len(long.Turns) != 20 {
		t.Errorf("1064: %+v, %d turns left", f, len(fitted.Trajectories[1].Turns))
	}
	for i, turn := range fitted.Trajectories[0].Turns {
		if turn.PromptEstimate()+64+10+i > 1064 {
			t.Errorf("turn %d does not fit", i)
		}
	}
	// An answer of free length takes what is left, if that is worth it.
	free := trajectory.Policy{Output: trajectory.OutputFree, Window: 990 + 64 + 300}
	if _, f := w.Fit(free); f.Dropped != 0 {
		t.Errorf("free: %+v", f)
	}
	if tokens, forced := free.Limit(&short.Turns[1]); tokens != 300 || forced {
		t.Errorf("free: limit %d, %v; want what is left, 300", tokens, forced)
	}
	if fitted, f = w.Fit(trajectory.Policy{Window: 50}); f.Dropped != 2 || len(fitted.Trajectories) != 0 || f.Turns != 22 {
		t.Errorf("50: %+v", f)
	}
}

func TestPolicyValidate(t *testing.T) {
	err := trajectory.Policy{
		Output: "x", ToolDelay: "y", MaxTokens: -1, ToolDelayScale: math.Inf(1),
		Fields: map[string]json.RawMessage{"stream": json.RawMessage("false"), "a": json.RawMessage("{")},
	}.Validate()
	for _, want := range []string{`Output is "x"`, `ToolDelay is "y"`, "MaxTokens is -1", "ToolDelayScale is +Inf", `"stream" is set by the replay`, `"a" is not JSON`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
	if err := (trajectory.Policy{}).Validate(); err != nil {
		t.Errorf("zero policy: %v", err)
	}
}
