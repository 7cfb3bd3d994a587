package agentperf_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// The limit of a tier in words, for each combination of what may be known.
func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		r    agentperf.TierResult
		want string
	}{
		{agentperf.TierResult{}, "no answer."},
		{agentperf.TierResult{MaxAgents: 14, FirstFailingAgents: new(15)}, "14 agents; 15 are too many."},
		{agentperf.TierResult{MaxAgents: 14, FirstFailingAgents: new(15), Limit: new(14.4)}, "14 agents; 15 are too many."},
		{agentperf.TierResult{MaxAgents: 1, FirstFailingAgents: new(2)}, "1 agent; 2 are too many."},
		// Certain on both sides, but no neighbors.
		{agentperf.TierResult{MaxAgents: 9, FirstFailingAgents: new(13), Limit: new(10.94), UndecidedAgents: new(11), TentativeMaxAgents: new(10)}, "9 agents hold, 13 do not, about 10.9."},
		{agentperf.TierResult{MaxAgents: 90, FirstFailingAgents: new(130), Limit: new(109.4)}, "90 agents hold, 130 do not, about 109."},
		{agentperf.TierResult{MaxAgents: 1, FirstFailingAgents: new(3), Limit: new(1.5)}, "1 agent holds, 3 do not, about 1.5."},
		{agentperf.TierResult{MaxAgents: 8, FirstFailingAgents: new(16)}, "8 agents hold, 16 do not."},
		{agentperf.TierResult{MaxAgents: 8, FirstFailingAgents: new(16), UndecidedAgents: new(12)}, "8 agents hold, 16 do not; 12 could not be judged."},
		{agentperf.TierResult{MaxAgents: 8, FirstFailingAgents: new(16), UndecidedAgents: new(10), TentativeMaxAgents: new(12)}, "8 agents hold, 16 do not; 12 seem to hold."},
		// Certain on one side.
		{agentperf.TierResult{MaxAgents: 8}, "at least 8 agents; more were not seen to fail."},
		{agentperf.TierResult{MaxAgents: 8, Confirmed: true}, "at least 8 agents; more were not tried."},
		{agentperf.TierResult{MaxAgents: 8, Limit: new(10.9), UndecidedAgents: new(12)}, "at least 8 agents, about 10.9."},
		{agentperf.TierResult{MaxAgents: 8, UndecidedAgents: new(12)}, "at least 8 agents; 12 could not be judged."},
		{agentperf.TierResult{MaxAgents: 8, UndecidedAgents: new(12), TentativeMaxAgents: new(16)}, "at least 8 agents; 16 seem to hold."},
		{agentperf.TierResult{FirstFailingAgents: new(4)}, "4 agents are too many; no number was seen to hold."},
		{agentperf.TierResult{FirstFailingAgents: new(4), TentativeMaxAgents: new(2)}, "4 agents are too many; no number is sure to hold, 2 seem to."},
		{agentperf.TierResult{FirstFailingAgents: new(4), TentativeMaxAgents: new(1), Limit: new(2.1)}, "4 agents are too many, about 2.1; no number is sure to hold, 1 seems to."},
		// 0 agents only when 1 was measured and failed.
		{agentperf.TierResult{FirstFailingAgents: new(1)}, "0 agents; not even 1 gets it."},
		{agentperf.TierResult{FirstFailingAgents: new(1), Limit: new(0.4)}, "0 agents; not even 1 gets it."},
		{agentperf.TierResult{Numbers: []agentperf.Number{{Agents: 1, Verdict: agentperf.Undecided, Tentative: agentperf.Fail}}}, "no number is sure yet; not even 1 agent seems to hold."},
		// Nothing is certain, but never nothing.
		{agentperf.TierResult{Limit: new(12.0)}, "no number is sure yet; about 12.0."},
		{agentperf.TierResult{Limit: new(12.04), TentativeMaxAgents: new(11), UndecidedAgents: new(1)}, "no number is sure yet; about 12.0; 11 agents seem to hold."},
		{agentperf.TierResult{Limit: new(12.04), TentativeMaxAgents: new(13)}, "no number is sure yet; about 12.0."},
		{agentperf.TierResult{TentativeMaxAgents: new(2)}, "no number is sure yet; 2 agents seem to hold."},
		{agentperf.TierResult{TentativeMaxAgents: new(1)}, "no number is sure yet; 1 agent seems to hold."},
		{agentperf.TierResult{Numbers: []agentperf.Number{{Agents: 4, Verdict: agentperf.Undecided}, {Agents: 8, Tentative: agentperf.Fail}}, UndecidedAgents: new(4)}, "no number is sure yet; 8 agents seem to be too many."},
		{agentperf.TierResult{UndecidedAgents: new(1)}, "no answer; 1 agent could not be judged."},
	} {
		tt.r.SpeedFloorTokensPerSecond, tt.r.TTFTCeilingSeconds = 20, 10
		if got, want := tt.r.Sentence(), "20 tokens/s with TTFT of at most 10s: "+tt.want; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	e2e := agentperf.TierResult{E2EFloorTokensPerSecond: 50, E2EPercent: 10, MaxAgents: 3, FirstFailingAgents: new(4)}
	if got, want := e2e.Sentence(), "50 tokens/s over whole requests (P10): 3 agents; 4 are too many."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// line returns the lines of a report's table that begin with a tier's sentence.
func lines(t *testing.T, r *agentperf.Report) []string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(b.String(), "\n\n")
	return strings.Split(strings.TrimSpace(text), "\n")
}

// A check says what it checked, whatever it found.
func TestSentencesOfChecks(t *testing.T) {
	for _, tt := range []struct {
		n    agentperf.Number
		want string
	}{
		{agentperf.Number{Agents: 64, Verdict: agentperf.Pass}, "64 agents hold."},
		{agentperf.Number{Agents: 1, Verdict: agentperf.Pass}, "1 agent holds."},
		{agentperf.Number{Agents: 64, Verdict: agentperf.Fail, Reason: "P25 output speed 17.3 tokens/s is below 20"}, "64 agents do not hold: P25 output speed 17.3 tokens/s is below 20."},
		{agentperf.Number{Agents: 1, Verdict: agentperf.Fail}, "1 agent does not hold."},
		{agentperf.Number{Agents: 64, Verdict: agentperf.Undecided, Reason: "3 measured requests were cut"}, "64 agents undecided: 3 measured requests were cut."},
		{agentperf.Number{Agents: 1, Verdict: agentperf.Undecided, Tentative: agentperf.Pass, Reason: "x"}, "1 agent undecided, tentatively a pass: x."},
		{agentperf.Number{Agents: 8, Verdict: agentperf.Undecided, Reason: "x", MeasuredSeconds: 300, NeededSeconds: 1800}, "8 agents undecided: x; about 25 min more of measuring would."},
		{agentperf.Number{Agents: 8, Verdict: agentperf.Undecided, Reason: "x", MeasuredSeconds: 300, NeededSeconds: 600000}, "8 agents undecided: x."},
		{agentperf.Number{Agents: 8, Verdict: agentperf.Undecided, Reason: "x", MeasuredSeconds: 300, NeededSeconds: 200}, "8 agents undecided: x."},
		{agentperf.Number{Agents: 64, Verdict: agentperf.Invalid, Reason: "the client was too late"}, "64 agents invalid: the client was too late."},
	} {
		r := agentperf.Report{Tiers: []agentperf.TierResult{{CheckAgents: tt.n.Agents, SpeedFloorTokensPerSecond: 20, Numbers: []agentperf.Number{tt.n}}}}
		if got := lines(t, &r); len(got) != 1 || got[0] != "20 tokens/s: "+tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// Under a rule that bounds its error the table says what a result rests on: for a pass the
// upper bounds of all criteria, for a fail the lower bounds of those beyond their limit.
func TestEvidenceLines(t *testing.T) {
	speed := agentperf.Criterion{Name: "output_speed", Limit: 0.25, Estimate: 0.114, Lower: new(0.05), Upper: new(0.201), Requests: 1054, Effective: 205}
	ttft := agentperf.Criterion{Name: "ttft", Limit: 0.05, Estimate: 0, Lower: new(0.0), Upper: new(0.0476), Requests: 1054, Effective: 60}
	slow := speed
	slow.Estimate, slow.Lower, slow.Upper = 0.392, new(0.263), new(0.5)
	tier := agentperf.TierResult{
		SpeedFloorTokensPerSecond: 20, MaxAgents: 14, FirstFailingAgents: new(15), SpentSeconds: 62, FixedRuleSeconds: 5100,
		Numbers: []agentperf.Number{
			{Agents: 14, Verdict: agentperf.Pass, MeasuredSeconds: 12, Criteria: []agentperf.Criterion{speed, ttft}},
			{Agents: 15, Verdict: agentperf.Fail, MeasuredSeconds: 700, Criteria: []agentperf.Criterion{slow, ttft}},
		},
	}
	r := agentperf.Report{Config: agentperf.ConfigEcho{Rule: agentperf.RuleEcho{Name: "controlled", ErrorRate: 0.1}}, Tiers: []agentperf.TierResult{tier}}
	check := func(want ...string) {
		t.Helper()
		if got := strings.Join(lines(t, &r), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	}
	const passed = "    14 passed in 12s measured; too slow: 11.4 % of requests, at most 20.1 % (limit 25 %, N 1054, effectively 205); first token too late: 0 % of requests, at most 4.76 % (limit 5 %, N 1054, effectively 60)"
	const known = "    known after 62s of the system's time; 10 minutes a number would have taken 85 min"
	const wrong = "\nWrong with a probability of at most 0.1 for each, if load and system were in their steady state and what each rests on is true (rule: controlled)."
	check("20 tokens/s: 14 agents; 15 are too many.", passed,
		"    15 failed in 12 min measured; too slow: 39.2 % of requests, at least 26.3 % (limit 25 %, N 1054, effectively 205)", known, wrong)

	// A failure that rests on no statistics says why; bounds that are not there are not written.
	r.Tiers[0].Numbers[1] = agentperf.Number{Agents: 15, Verdict: agentperf.Fail, Categorical: true, Reason: "9 of 15 agents got nothing", MeasuredSeconds: 3, Criteria: []agentperf.Criterion{{Name: "ttft", Lower: new(0.5)}}}
	check("20 tokens/s: 14 agents; 15 are too many.", passed, "    15 failed in 3.0s measured; 9 of 15 agents got nothing", known, wrong)

	// Between numbers that are not neighbors there is an estimate. What it rests on, and which
	// numbers were tried, is said.
	r.Tiers[0].Numbers[1].Agents, r.Tiers[0].FirstFailingAgents = 17, new(17)
	r.Tiers[0].Limit, r.Tiers[0].LimitLow, r.Tiers[0].LimitHigh = new(15.52), new(14.8), new(16.25)
	r.Tiers[0].Assumption, r.Tiers[0].Tried = "no first token was late in 38 min measured", []int{1, 2, 4, 8, 14, 16, 17}
	const failed = "    17 failed in 3.0s measured; 9 of 15 agents got nothing"
	const estimate = "    the limit is estimated at 15.5, and from 14.8 to 16.2 by two standard errors"
	const rests = "    rests on: no first token was late in 38 min measured"
	const tried = "\nNumbers of agents tried: 1 2 4 8 14 16 17."
	check("20 tokens/s: 14 agents hold, 17 do not, about 15.5.", passed, failed, known, estimate, rests, tried, wrong)

	// Without an answer there is no comparison with what one would have taken, and what is not
	// certain has no error rate.
	r.Tiers[0].FirstFailingAgents, r.Tiers[0].Numbers = nil, r.Tiers[0].Numbers[:1]
	check("20 tokens/s: at least 14 agents, about 15.5.", passed, "    known after 62s of the system's time", estimate, rests, tried, wrong)
	r.Tiers[0].MaxAgents = 0
	check("20 tokens/s: no number is sure yet; about 15.5.", estimate, rests, tried)

	// The point rule has none.
	r.Tiers = []agentperf.TierResult{tier}
	r.Config.Rule = agentperf.RuleEcho{Name: "published"}
	check("20 tokens/s: 14 agents; 15 are too many.")
}

func TestVerdictsInWords(t *testing.T) {
	for want, v := range map[string]agentperf.TierVerdict{
		"20@10s: pass":                         {Tier: "20@10s", Verdict: agentperf.Pass},
		"20@10s: fail (too slow)":              {Tier: "20@10s", Verdict: agentperf.Fail, Reason: "too slow"},
		"20@10s: pass? (too slow: 4 % to 90)":  {Tier: "20@10s", Verdict: agentperf.Undecided, Tentative: agentperf.Pass, Reason: "too slow: 4 % to 90"},
		"20@10s: undecided (it was cut short)": {Tier: "20@10s", Verdict: agentperf.Undecided, Reason: "it was cut short"},
		"20@10s: invalid (the client failed)":  {Tier: "20@10s", Verdict: agentperf.Invalid, Reason: "the client failed"},
	} {
		if got := v.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
