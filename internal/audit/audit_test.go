package audit

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// audited returns what an audit says of a double that has been measured before, and how
// many requests it sent.
func audited(t *testing.T, d *double, cfg Config) (r *Result, cost Cost) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Schedule.Workload == nil {
			cfg.Schedule.Workload, _ = sessions(9)
		}
		cfg.Schedule.Seed, cfg.Schedule.Phase = 3, 99
		cfg.Connect, cfg.Prompts, cfg.Agents = d.connect, LeastPrompts, max(1, cfg.Agents)
		fail := d.fail
		d.fail = nil
		replayer := trajectory.NewReplayer(func() trajectory.Sender { return d.connect(0) }, trajectory.Policy{ToolDelay: trajectory.ToolDelayNone}, nil)
		n := 0
		for p := range (trajectory.Schedule{Workload: cfg.Schedule.Workload, Seed: 3}).Plays(0) {
			for range replayer.Play(t.Context(), p) {
			}
			if n++; n == len(cfg.Schedule.Workload.Trajectories) {
				break
			}
		}
		d.fail, d.requests = fail, 0
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		cost = a.Cost()
		r = a.Judge(t.Context(), a.Ask(t.Context()))
	})
	return r, cost
}

func honest() *double {
	return &double{perToken: 10 * time.Millisecond, prefill: 200 * time.Microsecond}
}

func but(change func(*double)) *double {
	d := honest()
	change(d)
	return d
}

// Each trick is found by the check that is for it, and by no other; systems without tricks
// have none, however they send.
func TestTricks(t *testing.T) {
	_, users := sessions(9)
	for name, tt := range map[string]struct {
		d    *double
		want string // the codes found
		pass string // codes that must have passed
	}{
		"honest":                         {honest(), "", "answer_cache prefix_ignored length_not_forced tokens_padded canned_answers repetition"},
		"slow and honest":                {but(func(d *double) { d.perToken, d.prefill = 200*time.Millisecond, 5*time.Millisecond }), "", "answer_cache prefix_ignored"},
		"speculative decoding":           {but(func(d *double) { d.each = func(r *rand.Rand) int { return 1 + r.IntN(8) } }), "", "answer_cache prefix_ignored length_not_forced tokens_padded"},
		"stream interval 20":             {but(func(d *double) { d.each = func(*rand.Rand) int { return 20 } }), "", "answer_cache prefix_ignored tokens_padded"},
		"states no cached tokens":        {but(func(d *double) { d.unstated = true }), "", "answer_cache prefix_ignored"},
		"states no usage":                {but(func(d *double) { d.noUsage = true }), "", "answer_cache"},
		"one token that shows nothing":   {but(func(d *double) { d.emptyOne = true }), "", "answer_cache prefix_ignored length_not_forced tokens_padded"},
		"answers kept":                   {but(func(d *double) { d.keepAnswers = true }), CodeAnswerCache, "prefix_ignored"},
		"prefixes taken out":             {but(func(d *double) { d.strip = users }), CodePrefixIgnored, "answer_cache"},
		"prefixes taken out in silence":  {but(func(d *double) { d.strip, d.unstated = users, true }), CodePrefixIgnored, "answer_cache"},
		"most of the prefixes taken out": {but(func(d *double) { d.strip, d.mostStrip, d.unstated = users, true, true }), CodePrefixIgnored, "answer_cache"},
		"forced answers first":           {but(func(d *double) { d.forcedFirst = true }), CodeForcedFaster, "answer_cache"},
		"both":                           {but(func(d *double) { d.strip, d.keepAnswers = users, true }), CodeAnswerCache + " " + CodePrefixIgnored, ""},
		"ignores ignore_eos":             {but(func(d *double) { d.short = true }), CodeNotForced, "tokens_padded"},
		"short and padded":               {but(func(d *double) { d.short, d.padForced = true, 2 }), CodeNotForced + " " + CodePadded, ""},
		"short and claims all":           {but(func(d *double) { d.short, d.claimAll = true, true }), CodePadded, "length_not_forced"},
		"free answers padded":            {but(func(d *double) { d.padFree = 3 }), CodePadded, "length_not_forced"},
		"one text for everyone":          {but(func(d *double) { d.onlyText = true }), CodeCanned, "repetition"},
		"a loop":                         {but(func(d *double) { d.loop = true }), CodeCanned + " " + CodeRepetition, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, cost := audited(t, tt.d, Config{Agents: 2})
			got := make(map[Outcome][]string)
			for _, c := range r.Checks {
				got[c.Outcome] = append(got[c.Outcome], c.Code)
				t.Logf("%s: %s: %s", c.Code, c.Outcome, c.Text)
			}
			if s := strings.Join(got[Found], " "); s != tt.want {
				t.Errorf("found %q, want %q", s, tt.want)
			}
			for code := range strings.FieldsSeq(tt.pass) {
				if !strings.Contains(strings.Join(got[Passed], " ")+" ", code+" ") {
					t.Errorf("%s did not pass: %v", code, got)
				}
			}
			if r.Cost.Requests != cost.Requests || r.Failed != 0 {
				t.Errorf("%+v, %d failed; %+v was said", r.Cost, r.Failed, cost)
			}
			if !tt.d.noUsage && (r.Cost.InputTokens > cost.InputTokens*12/10 || r.Cost.OutputTokens > max(1, int64(tt.d.padFree), int64(tt.d.padForced))*cost.OutputTokens) {
				t.Errorf("%+v, and %+v was said", r.Cost, cost)
			}
		})
	}
}

// Nobody can count tokens that are not shown, and nobody says that they were counted.
func TestHiddenReasoningIsNotCounted(t *testing.T) {
	r, _ := audited(t, but(func(d *double) { d.hide = true }), Config{})
	for _, c := range r.Checks {
		if c.Code == CodePadded && (c.Outcome != Skipped || !strings.HasPrefix(c.Text, "90 % of the tokens, in the median, are said to be reasoning")) {
			t.Errorf("%+v", c)
		}
	}
}

// An audit in which requests fail passes nothing that it did not see.
func TestFailuresAreNoPass(t *testing.T) {
	r, _ := audited(t, but(func(d *double) { d.fail = func(n int) bool { return n%2 == 1 } }), Config{})
	if r.Failed == 0 || r.Failure == nil {
		t.Errorf("%+v", r)
	}
	for _, c := range r.Checks {
		if c.Outcome == Passed && c.Code != CodeNotForced || c.Outcome == Found { // of which some were seen
			t.Errorf("%+v", c)
		}
	}
	r, _ = audited(t, but(func(d *double) { d.fail = func(n int) bool { return n == 5 } }), Config{})
	for _, c := range r.Checks[:7] {
		if c.Outcome != Passed || r.Failed != 1 {
			t.Errorf("one of 64 failed: %+v", c)
		}
	}
}

// The checker is given the answers of free length, whole, with their requests.
func TestChecker(t *testing.T) {
	calls := 0
	cfg := Config{Check: func(_ context.Context, request []byte, answer string) error {
		if calls++; !strings.HasPrefix(string(request), `{"model":`) || len(strings.Fields(answer)) < 150 {
			t.Errorf("%.80s: %.80s", request, answer)
		}
		if calls%2 == 0 {
			return errors.New("no such file\nmore")
		}
		return nil
	}}
	r, cost := audited(t, honest(), cfg)
	last := r.Checks[len(r.Checks)-1]
	if calls != LeastPrompts || r.Checked != LeastPrompts || r.Wrong != LeastPrompts/2 || last.Outcome != Found || last.Text != "4 of 8 answers are wrong: no such file" {
		t.Errorf("%d calls, %+v", calls, r)
	}
	if cost.OutputTokens < LeastPrompts*trajectory.DefaultMaxTokens {
		t.Errorf("%+v does not reckon with whole answers", cost)
	}
}

// Without text there is no audit, and one that is interrupted ends at once.
func TestNoAudit(t *testing.T) {
	w, _ := sessions(2)
	cfg := Config{Schedule: trajectory.Schedule{Workload: w}, Prompts: LeastPrompts, Agents: 1, Connect: func(int) trajectory.Sender { return trajectory.SenderFunc(nil) }}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ask(t.Context()); !errors.Is(err, ErrNoText) || len(a.Judge(t.Context(), err).Checks) != 0 {
		t.Error(err)
	}
	tight := cfg
	tight.Policy.Window = 1000
	if _, err := New(tight); err == nil || err.Error() != "no prompt leaves room for 512 tokens in a context of 1000" {
		t.Error(err)
	}
	tight.Policy.Window = 2000
	if a, err := New(tight); err != nil || a.prompts[0].turn.PromptTokens > 1352 {
		t.Errorf("%v: %+v", err, a)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	cfg.Connect = honest().connect
	if a, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if err := a.Ask(ctx); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// A machine that is busy at times doubles the time of some answers. That is no finding, and
// does not hide one.
func TestBusyMachine(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	wrong, missed := 0, 0
	const tries = 2000
	for range tries {
		items := func(factor float64) (all []item) {
			for range LeastPrompts {
				var it item
				for k := range it.got {
					perToken := 4 * time.Millisecond
					if rng.IntN(3) == 0 {
						perToken = 10 * time.Millisecond
					}
					if kind(k) == repeat {
						perToken = time.Duration(float64(perToken) / factor)
					}
					perToken = time.Duration(float64(perToken) * math.Exp(0.3*rng.NormFloat64()))
					it.got[k] = answer{sent: true, timing: metrics.Timing{Tokens: 20, E2E: 20 * perToken}}
				}
				all = append(all, it)
			}
			return all
		}
		if answerCache(items(1)).Outcome == Found {
			wrong++
		}
		if answerCache(items(20)).Outcome != Found {
			missed++
		}
	}
	t.Logf("%d of %d wrong, %d missed", wrong, tries, missed)
	if wrong > tries/200 || missed > tries/200 {
		t.Errorf("%d of %d are findings where there is nothing, and %d are none where answers are kept", wrong, tries, missed)
	}
}

// A prompt unlike those of plays is as long as they are: of synthetic text it has as many
// words as their requests.
func TestUnlikeIsAsLong(t *testing.T) {
	var store trajectory.Store
	h, err := store.Append(nil, []byte(`{"role":"system","content":"be brief"}`))
	if err == nil {
		h, err = store.AppendSynthetic(h, []byte(`{"role":"user","content":""}`), []trajectory.Block{{Seed: 1, Tokens: 100}})
	}
	if err == nil {
		h, err = store.Append(h, []byte(`{"role":"user","content":"as it was recorded"}`))
	}
	if err != nil {
		t.Fatal(err)
	}
	for factor, want := range map[float64]int{1: 104, 0.75: 79, 2.5: 254} {
		other, err := unlike(h, factor, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		var message any
		if err := json.Unmarshal(other.Last().JSON(), &message); err != nil {
			t.Fatal(err)
		}
		words := wordsOf("", message)
		if len(words) != want || other.Len() != 2 {
			t.Errorf("factor %v: %d words in %d messages, want %d in 2", factor, len(words), other.Len(), want)
		}
	}
}
