package agentperf_test

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

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

var apis = []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses}

// agentWorkload returns sessions as agents have them: a system prompt, tools, calls and their
// results.
func agentWorkload(tb testing.TB) *trajectory.Workload {
	var s trajectory.Store
	w := &trajectory.Workload{Name: "agents"}
	tools, err := s.Raw([]byte(`[{"type":"function","function":{"name":"sh","description":"Runs a command.","parameters":{"type":"object","properties":{"command":{"type":"string"}}}}}]`))
	if err != nil {
		tb.Fatal(err)
	}
	for i := range 3 {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var h *trajectory.History
		add := func(format string, args ...any) {
			if h, err = s.Append(h, fmt.Appendf(nil, format, args...)); err != nil {
				tb.Fatal(err)
			}
		}
		add(`{"role":"system","content":"You are an \"agent\"."}`)
		add(`{"role":"user","content":"Task %d: %s"}`, i, strings.Repeat("word ", 50))
		for j, n := range []int{20, 7, 33} {
			t.Turns = append(t.Turns, trajectory.Turn{History: h, Tools: tools, OutputTokens: n, ToolDelayKnown: true})
			add(`{"role":"assistant","content":"I look.","tool_calls":[{"id":"c%d","type":"function","function":{"name":"sh","arguments":"{\"command\":\"ls %d\"}"}}]}`, j, i)
			add(`{"role":"tool","tool_call_id":"c%d","content":"%s"}`, j, strings.Repeat("file ", 20*j+i))
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}

// One workload through the three APIs on an engine of known capacity: the same number of
// agents, and request by request the same tokens in and out.
func TestOneAnswerInEachAPI(t *testing.T) {
	var want []string
	for _, api := range apis {
		synctest.Test(t, func(t *testing.T) {
			var rows bytes.Buffer
			cfg := agentperf.Config{Workload: agentWorkload(t), Tiers: floor(4), Rule: brief(), Requests: &rows}
			cfg.Endpoint.API = api
			r, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg))
			if err != nil || !r.Complete {
				t.Fatal(api, err)
			}
			if tier := r.Tiers[0]; tier.MaxAgents != 11 || *tier.FirstFailingAgents != 12 || !tier.Confirmed {
				t.Errorf("%s: %+v, want exactly 11", api, tier)
			}
			if got := string(r.Config.API); got != strings.TrimPrefix(string(api), "chat") {
				t.Errorf("%s: the report has API %q", api, got)
			}
			var table strings.Builder
			if r.WriteTable(&table); strings.Contains(table.String(), "API: "+string(api)) != (api != endpoint.APIChat) {
				t.Errorf("%s: the table says\n%s", api, table.String())
			}
			var got []string
			for line := range bytes.Lines(rows.Bytes()) {
				var row agentperf.Request
				if err := json.Unmarshal(line, &row); err != nil {
					t.Fatal(err)
				}
				if row.Outcome != "ok" || row.InputTokens == nil || row.OutputTokens == nil {
					continue
				}
				got = append(got, fmt.Sprintf("%s turn %d: %d in, %d out", row.Trajectory, row.Turn, *row.InputTokens, *row.OutputTokens))
			}
			slices.Sort(got)
			if got = slices.Compact(got); len(got) == 0 { // what each turn has, whoever plays it
				t.Fatal("no requests")
			}
			if want == nil {
				want = got
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s beside chat (-chat +%s)\n%s", api, api, d)
			}
		})
	}
}

// The API is that of the endpoint: a policy that says otherwise is a mistake, and so is a
// journal of another.
func TestAPIOfEndpoint(t *testing.T) {
	cfg := agentperf.Config{Workload: agentWorkload(t)}
	cfg.Endpoint.URL, cfg.Policy.API = "http://mem/v1/messages", trajectory.APIChat
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "agentperf: Policy.API is chat, but that of the endpoint is messages") {
		t.Error(err)
	}
	cfg.Policy.API = trajectory.APIMessages
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	dir := t.TempDir()
	for i, tt := range []struct {
		api     endpoint.API
		refused string
	}{{endpoint.APIChat, ""}, {endpoint.APIMessages, `api: was absent, now "messages"`}, {"", ""}} {
		synctest.Test(t, func(t *testing.T) {
			cfg := agentperf.Config{
				Workload: agentWorkload(t), Tiers: floor(4), Journal: dir,
				Rule: agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 5 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
			}
			cfg.Endpoint.API = tt.api
			_, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg), 1)
			if tt.refused == "" && err != nil || tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)) {
				t.Errorf("run %d with API %q: %v, want %q", i, tt.api, err, tt.refused)
			}
		})
	}
}

// An engine behind Connect gets the API of the policy, and decodes it as the same messages.
func TestAPIBehindConnect(t *testing.T) {
	turn := agentWorkload(t).Trajectories[0].Turns[2]
	var want string
	for _, api := range []trajectory.API{trajectory.APIChat, trajectory.APIMessages, trajectory.APIResponses} {
		synctest.Test(t, func(t *testing.T) {
			s := &keeper{}
			tr := &trajectory.Trajectory{ID: "a", Turns: []trajectory.Turn{turn}}
			for res := range trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{API: api}, nil).Play(t.Context(), trajectory.Play{Trajectory: tr, Prefix: "P "}) {
				if res.Err != nil {
					t.Fatal(res.Err)
				}
			}
			for i := range s.chat.Messages {
				s.chat.Messages[i].JSON = nil
			}
			got := fmt.Sprintf("%+v", s.chat.Messages)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s: %s\nwant %s", api, got, want)
			}
		})
	}
}

// keeper keeps the last request and answers at once.
type keeper struct{ chat *trajectory.Chat }

func (k *keeper) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) (err error) {
	clock.Sent(time.Now())
	k.chat, err = r.Chat()
	clock.Arrived(time.Now(), 1, 1)
	clock.Done(time.Now())
	return err
}

// Where Messages ignore ignore_eos, as vLLM's do, lengths are free, unless exact ones were
// asked for: then every answer counts as short, as in the other APIs.
func TestUnforcedInMessages(t *testing.T) {
	for _, tt := range []struct {
		api    endpoint.API
		output trajectory.Output
		want   trajectory.Output
	}{
		{endpoint.APIMessages, "", trajectory.OutputFree},
		{endpoint.APIMessages, trajectory.OutputExact, trajectory.OutputExact},
		{endpoint.APIResponses, "", trajectory.OutputExact},
		{endpoint.APIChat, "", trajectory.OutputExact},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := agentperf.Config{
				Workload: agentWorkload(t), Tiers: floor(4), Policy: trajectory.Policy{Output: tt.output},
				Rule: agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 5 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
			}
			cfg.Endpoint.API = tt.api
			r, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46, OutputTokens: 20, IgnoreEOSIgnored: true}, cfg), 1)
			if err != nil && r.Preflight == nil {
				t.Fatal(err)
			}
			if got := timesWarned(r, "not_forced"); r.Config.Output != tt.want || (got == 1) != (tt.want == trajectory.OutputFree) {
				t.Errorf("%s, output %q: %q with %d warnings, want %q", tt.api, tt.output, r.Config.Output, got, tt.want)
			}
		})
	}
}
