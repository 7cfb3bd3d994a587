package agentperf_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A finding is what a check says of a server: its verdict with what is wrong, and the codes
// of its warnings and of what an audit finds.
type finding struct{ verdict, warnings, audit string }

// A trickTest is one row of the table.
type trickTest struct {
	trick   endpointtest.Trick
	speed   float64
	ttft    time.Duration
	lengths []int
	tier    agentperf.Tier
	window  time.Duration
	want    finding
}

// trickTests has what is found of each trick. The engine makes 40 tokens
// per second, the first after 300 ms, where 100 within a second were promised, unless a row
// says otherwise; a row's server does not keep the promise without its trick.
var trickTests = []trickTest{
	{trick: "usage_padded", want: finding{"fail: implausible", "failed_requests, no_usage", ""}},
	{trick: "usage_doubled", window: time.Minute, speed: 60, want: finding{"fail: implausible", "failed_requests, ignore_eos_ignored", ""}},
	{trick: "usage_full", want: finding{"pass", "", "tokens_padded"}},
	{trick: "reasoning_claimed", window: time.Minute, want: finding{"fail: implausible", "failed_requests, ignore_eos_ignored, no_usage", ""}},
	{trick: "reasoning_hidden", tier: agentperf.Tier{E2EFloor: 100}, want: finding{"fail: implausible", "failed_requests, hidden_reasoning", ""}},
	{trick: "running_fast", want: finding{"fail: implausible", "failed_requests", ""}},
	{trick: "running_first", lengths: []int{36}, ttft: time.Nanosecond, want: finding{"fail: slow", "", ""}},
	{trick: "running_back", window: time.Minute, want: finding{"fail: slow", "", ""}},
	{trick: "split", want: finding{"pass", "first_read_estimated, short_tokens", "tokens_padded"}},
	{trick: "split_uncounted", window: time.Minute, want: finding{"undecided: tokens_do_not_fit", "no_usage", ""}},
	{trick: "silent_claimed", want: finding{"pass", "", "tokens_padded"}},
	{trick: "cached_claimed", speed: 150, want: finding{"pass", "cached_beyond", "prefix_ignored"}},
	{trick: "spaces", want: finding{"undecided: nothing succeeded", "no_visible_output", ""}},
	{trick: "zero_width", want: finding{"undecided: nothing succeeded", "no_visible_output", ""}},
	{trick: "padding", want: finding{"pass", "blank_output", ""}},
	{trick: "small_tokens", want: finding{"pass", "input_drift", ""}},
	{trick: "filler", want: finding{"pass", "", ""}},
	{trick: "canned", window: time.Second / 2, want: finding{"pass", "implausible_speed", "canned_answers"}},
	{trick: "loop", window: 10 * time.Second, want: finding{"pass", "", "repetition"}},
	{trick: "echo", window: 10 * time.Second, want: finding{"pass", "", "canned_answers, repetition"}},
	{trick: "small_model", want: finding{"pass", "", ""}},
	{trick: "forced_junk", want: finding{"pass", "", "forced_faster"}},
	{trick: "eos_ignored", speed: 150, want: finding{"fail: short", "failed_requests, ignore_eos_ignored", ""}},
	{trick: "eos_ignored_later", speed: 150, want: finding{"fail: short", "failed_requests", ""}},
	{trick: "cut_short", speed: 150, want: finding{"fail: short", "failed_requests", ""}},
	{trick: "space_first", lengths: long, window: 2 * time.Minute, want: finding{"fail: late", "", ""}},
	{trick: "think_first", lengths: long, window: 2 * time.Minute, want: finding{"fail: late", "", ""}},
	{trick: "word_first", lengths: long, window: 2 * time.Minute, want: finding{"pass", "first_token_apart", ""}},
	{trick: "preamble", lengths: long, window: 2 * time.Minute, want: finding{"pass", "first_read_estimated", ""}},
	{trick: "drip", lengths: long, window: 2 * time.Minute, want: finding{"pass", "first_token_apart", ""}},
	{trick: "two_reads", lengths: []int{36}, ttft: time.Nanosecond, want: finding{"pass", "", ""}},
	{trick: "slow_at_once", lengths: []int{36}, ttft: time.Nanosecond, want: finding{"fail: slow", "", ""}},
	{trick: "slow_burst", lengths: []int{36}, ttft: time.Nanosecond, want: finding{"fail: slow", "unmeasurable", ""}},
	{trick: "held_2s", window: time.Minute, want: finding{"pass", "held_end", ""}},
	{trick: "held_20s", window: 400 * time.Second, want: finding{"pass", "held_end", ""}},
	{trick: "held_60s", window: 1200 * time.Second, want: finding{"pass", "held_end", ""}},
	{trick: "credit", want: finding{"pass", "", ""}},
	{trick: "starve", window: 200 * time.Second, want: finding{"pass", "out_of_circulation, slow_progress", ""}},
	{trick: "shed", want: finding{"pass: status", "failed_requests", ""}},
	{trick: "salt_stripped", window: time.Minute, speed: 150, ttft: 3 * time.Second, want: finding{"fail: late", "", ""}},
	{trick: "salt_skipped", speed: 150, ttft: 3 * time.Second, want: finding{"pass", "", "prefix_ignored"}},
	{trick: "answer_cache", window: time.Minute, want: finding{"fail: slow", "", ""}},
	{trick: "answer_cache_skipped", window: 10 * time.Second, want: finding{"pass", "", "answer_cache, prefix_ignored"}},
	{trick: "refused_long", want: finding{"invalid", "", ""}},
	{trick: "truncated", speed: 150, ttft: 3 * time.Second, want: finding{"pass", "input_drift", "tokens_padded"}},
	{trick: "truncated_claimed", speed: 150, ttft: 3 * time.Second, want: finding{"pass", "", ""}},
	{trick: "forced_first", want: finding{"pass", "", "forced_faster"}},
}

// long answers, at whose speed a wait of three seconds after the first token is lost.
var long = []int{600, 500, 700}

// TestTricks holds what is found of each trick, and each is in the table.
func TestTricks(t *testing.T) {
	for _, trick := range endpointtest.Tricks() {
		if !slices.ContainsFunc(trickTests, func(tt trickTest) bool { return tt.trick == trick }) {
			t.Errorf("there is no test of %s", trick)
		}
	}
	for _, tt := range trickTests {
		t.Run(string(tt.trick), func(t *testing.T) {
			t.Parallel()
			engine := endpointtest.Engine{PerRequest: cmp.Or(tt.speed, 40), TTFT: cmp.Or(tt.ttft, 300*time.Millisecond), Trick: tt.trick}
			got := find(t, &engine, tt.tier, pointFor(cmp.Or(tt.window, 30*time.Second)), tt.lengths)
			if tt.trick == "shed" && strings.HasPrefix(got.audit, "incomplete ") {
				got.audit = "" // whether a request of the audit is among those refused is chance
			}
			if got != tt.want {
				t.Errorf("%s: %q, want %q", tt.trick, got, tt.want)
			}
		})
	}
}

// The controlled rule finds the same, and has too few requests where each takes long.
func TestTricksControlled(t *testing.T) {
	for _, tt := range []trickTest{
		{trick: "slow_at_once", lengths: []int{36}, ttft: time.Nanosecond, want: finding{"fail", "", ""}},
		{trick: "eos_ignored_later", speed: 150, want: finding{"fail: short", "failed_requests", ""}},
		{trick: "held_20s", want: finding{"undecided", "held_end, slow_progress", ""}},
	} {
		t.Run(string(tt.trick), func(t *testing.T) {
			t.Parallel()
			engine := endpointtest.Engine{PerRequest: cmp.Or(tt.speed, 40), TTFT: cmp.Or(tt.ttft, 300*time.Millisecond), Trick: tt.trick}
			if got := find(t, &engine, tt.tier, brief(), tt.lengths); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.trick, got, tt.want)
			}
		})
	}
}

// Honest servers are judged by their speed, whatever they look like, without a warning.
func TestHonest(t *testing.T) {
	for name, tt := range map[string]struct {
		server  http.Handler
		want    finding
		lengths []int
	}{
		"fast":             {&endpointtest.Engine{PerRequest: 150, TTFT: 300 * time.Millisecond}, finding{"pass", "", ""}, nil},
		"slow":             {&endpointtest.Engine{PerRequest: 40, TTFT: 300 * time.Millisecond}, finding{"fail: slow", "", ""}, nil},
		"late":             {&endpointtest.Engine{PerRequest: 150, TTFT: 3 * time.Second}, finding{"fail: late", "", ""}, nil},
		"speculative":      {honest{150, speculative}.handler(), finding{"pass", "", ""}, nil},
		"slow speculative": {honest{60, speculative}.handler(), finding{"fail: slow", "", ""}, nil},
		"intervals":        {honest{150, intervals}.handler(), finding{"pass", "", ""}, nil},
		"slow intervals":   {honest{60, intervals}.handler(), finding{"fail: slow", "", ""}, nil},
		"silent":           {honest{150, silent}.handler(), finding{"pass", "", ""}, nil},
		"slow silent":      {honest{60, silent}.handler(), finding{"fail: slow", "", ""}, nil},
		"reasoning shown":  {honest{150, reasoningShown}.handler(), finding{"pass", "", ""}, nil},
		// What a reader must know, and no doubt.
		"reasoning hidden":      {honest{150, reasoningHidden}.handler(), finding{"pass", "hidden_reasoning", ""}, nil},
		"slow reasoning hidden": {honest{60, reasoningHidden}.handler(), finding{"fail: slow", "hidden_reasoning", ""}, nil},
		"tool calls":            {honest{150, toolCalls}.handler(), finding{"pass", "", ""}, []int{30, 120, 100, 140, 110}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule := pointFor(time.Minute)
			if got := find(t, tt.server, agentperf.Tier{}, rule, tt.lengths); got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		})
	}
}

// pointFor is the point rule with a window, and with no more time to settle than that.
func pointFor(d time.Duration) agentperf.Rule {
	rule := window(d)
	rule.Settle = min(rule.Settle, d)
	return rule
}

// find checks four agents at 100 tokens/s within a second, or at another tier.
func find(t *testing.T, server http.Handler, tier agentperf.Tier, rule agentperf.Rule, lengths []int) (found finding) {
	t.Helper()
	if tier == (agentperf.Tier{}) {
		tier = agentperf.Tier{SpeedFloor: 100, TTFTCeiling: time.Second}
	}
	if lengths == nil {
		lengths = []int{120, 100, 140}
	}
	synctest.Test(t, func(t *testing.T) {
		s := memnet.Serve(server)
		defer s.Close()
		cfg := agentperf.Config{Workload: chatter(t, 2, lengths...), Tiers: []agentperf.Tier{tier}, Rule: rule, Seed: 42, Audit: new(agentperf.Audit)}
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", s.Dial
		report, _ := agentperf.Check(t.Context(), cfg, 4) // an undecided one is an error
		found = foundBy(report)
		logPhases(t, report)
		for _, w := range report.Warnings {
			t.Log(w.Code, w.Text)
		}
		t.Logf("audit: %+v", report.Audit.Checks)
	})
	return found
}

// foundBy returns what a check of one tier says.
func foundBy(r *agentperf.Report) finding {
	n := r.Tiers[0].Number(4)
	if n == nil {
		return finding{"none", "", ""}
	}
	why := make(map[string]bool)
	for _, p := range r.Phases {
		why[p.Ending] = p.Ending == "nothing succeeded"
		f := cmp.Or(p.Figures, p.InvalidFigures)
		for outcome := range f.Outcomes {
			if outcome != "ok" && outcome != "canceled" {
				why[string(outcome)] = true
			}
		}
		if n.Verdict == agentperf.Undecided {
			for reason := range f.UnmeasurableReasons {
				why[string(reason)] = true
			}
		}
		if n.Verdict == agentperf.Fail && f.Failed == 0 {
			why["slow"] = strings.Contains(n.Reason, "speed")
			why["late"] = strings.Contains(n.Reason, "TTFT")
		}
	}
	maps.DeleteFunc(why, func(_ string, is bool) bool { return !is })
	verdict := string(n.Verdict)
	if len(why) > 0 {
		verdict += ": " + strings.Join(slices.Sorted(maps.Keys(why)), ", ")
	}
	codes := make(map[string]bool)
	for _, w := range r.Warnings {
		codes[w.Code] = true
	}
	delete(codes, "undecided") // repeats the verdict
	var audit []string
	for _, c := range r.Audit.Checks {
		if c.Outcome != "passed" && c.Outcome != "skipped" {
			audit = append(audit, strings.TrimPrefix(c.Outcome+" "+c.Code, "found "))
		}
	}
	return finding{verdict, strings.Join(slices.Sorted(maps.Keys(codes)), ", "), strings.Join(audit, ", ")}
}

// chatter makes trajectories of turns with the given output lengths, whose messages are of some
// kilobytes.
func chatter(tb testing.TB, trajectories int, lengths ...int) *trajectory.Workload {
	tb.Helper()
	var s trajectory.Store
	w := &trajectory.Workload{Name: "chatter"}
	for i := range trajectories {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var c *trajectory.History
		bytes := 2
		for j, n := range lengths {
			m := fmt.Appendf(nil, `{"role":"user","content":"%d of %d:%s"}`, j, i, strings.Repeat(fmt.Sprintf(" item %d", 7*i+j), 600))
			bytes += len(m) + 1
			var err error
			if c, err = s.Append(c, m); err != nil {
				tb.Fatal(err)
			}
			t.Turns = append(t.Turns, trajectory.Turn{History: c, PromptTokens: bytes / 4, OutputTokens: n, ToolDelayKnown: true})
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}
