package maxusers

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/screen"
)

func TestProgressInWords(t *testing.T) {
	bounds := agentperf.TierProgress{Tier: "100@5s", Holds: 9, Fails: 13, Limit: 10.93}
	result := &agentperf.PhaseResult{Figures: &agentperf.Figures{Requests: 385, OutputTokensPerSecond: 3880.4, P25Speed: new(310.25), P95TTFT: new(0.179)}}
	done := agentperf.Event{Phase: 12, Agents: 13, Stage: "done", Elapsed: 40 * time.Second, Result: result, Tiers: []agentperf.TierProgress{bounds}, Remaining: 25 * time.Minute}
	with := func(e agentperf.Event, change func(*agentperf.Event)) agentperf.Event {
		change(&e)
		return e
	}
	for _, tt := range []struct {
		e     agentperf.Event
		check bool
		want  string
	}{
		{done, false, "phase 12: agents 13, 40s: 385 requests measured, 0 failed, 3880 tokens/s, P25 310.2 tokens/s, P95 TTFT 0.179 s; 9 hold, 13 do not, about 10.9; about 25 min left\n"},
		{with(done, func(e *agentperf.Event) { e.Remaining = 0 }), false, "phase 12: agents 13, 40s: 385 requests measured, 0 failed, 3880 tokens/s, P25 310.2 tokens/s, P95 TTFT 0.179 s; 9 hold, 13 do not, about 10.9; done\n"},
		{done, true, "phase 12: agents 13, 40s: 385 requests measured, 0 failed, 3880 tokens/s, P25 310.2 tokens/s, P95 TTFT 0.179 s; about 25 min left\n"},
		{with(done, func(e *agentperf.Event) {
			e.Tiers = []agentperf.TierProgress{bounds, {Tier: "250@3s", Seems: 4, Limit: 5}, {Tier: "2000@1s", Fails: 1}, {Tier: "x", Holds: 3, Fails: 4, Limit: 3.5}, {Tier: "y", Holds: 3, Seems: 8}, {Tier: "z", Seems: 8}, {Tier: "w"}}
		}), false, "phase 12: agents 13, 40s: 385 requests measured, 0 failed, 3880 tokens/s, P25 310.2 tokens/s, P95 TTFT 0.179 s; 100@5s 9..13 ~10.9; 250@3s ~5.0; 2000@1s 0..1; x 3..4; y 3..? >=8?; z >=8?; w ?..?; about 25 min left\nanswer: 2000@1s: not even 1 agent holds\nanswer: x: 3 agents, 4 fails\n"},
		{with(done, func(e *agentperf.Event) { e.Result = &agentperf.PhaseResult{Invalid: "the client was late"} }), false, "phase 12: agents 13, 40s: invalid: the client was late; 9 hold, 13 do not, about 10.9; about 25 min left\n"},
		// Before the first phase.
		{agentperf.Event{Stage: "starting", Remaining: 20 * time.Minute, RemainingMost: time.Hour}, true, "This check takes about 20 to 60 min of the system's time, the longer the nearer to a limit; interrupt it for what is known by then.\n"},
		{agentperf.Event{Stage: "starting", Remaining: 40 * time.Second, RemainingMost: 6 * time.Hour}, false, "This search takes about 40 s to 6.0 h of the system's time, the longer the nearer to a limit; interrupt it for what is known by then.\n"},
		{agentperf.Event{Stage: "starting", Remaining: time.Hour, RemainingMost: time.Hour}, true, "This check takes up to 60 min of the system's time; interrupt it for what is known by then.\n"},
		{agentperf.Event{Stage: "starting", Remaining: 11 * time.Minute}, true, "This check takes about 11 min of the system's time.\n"},
		{agentperf.Event{Stage: "starting"}, false, ""}, // the journal had it all
	} {
		var out bytes.Buffer
		p := progress{screen: screen.New(&out, false, func(string) string { return "" })}
		if tt.check {
			p.history.check = 13
		}
		p.show(tt.e)
		if out.String() != tt.want {
			t.Errorf("%q, want %q", out.String(), tt.want)
		}
	}
}

// What is done has its name: a list of numbers is no search.
func TestPriceNamesWhatIsDone(t *testing.T) {
	for numbers, want := range map[string]string{"": "This search takes", "4": "This check takes", "1,2,4": "This measurement takes"} {
		var out, errs bytes.Buffer
		o, err := parse(cli.New("maxusers", &out, &errs), Program{Args: []string{"-agents", numbers}[:2*min(1, len(numbers))]})
		if err != nil {
			t.Fatal(err, errs.String())
		}
		p := progress{screen: screen.New(&out, false, func(string) string { return "" }), history: o.history()}
		p.show(agentperf.Event{Stage: "starting", Remaining: time.Minute})
		if got := out.String(); got != want+" about 60 s of the system's time.\n" {
			t.Errorf("-agents %s: %q", numbers, got)
		}
	}
}

// An answer has a line of its own, once.
func TestAnswersInLines(t *testing.T) {
	var out bytes.Buffer
	p := progress{screen: screen.New(&out, false, func(string) string { return "" })}
	for phase, fails := range []int{0, 16, 9, 9} {
		p.show(agentperf.Event{Phase: phase, Agents: 8, Stage: "done", Result: &agentperf.PhaseResult{Invalid: "late"}, Tiers: []agentperf.TierProgress{{Tier: "500@2s", Holds: 8, Fails: fails}}})
	}
	if got := strings.Count(out.String(), "answer: "); got != 1 || !strings.Contains(out.String(), "phase 2: agents 8, 0s: invalid: late; 8 hold, 9 do not; done\nanswer: 500@2s: 8 agents, 9 fails\nphase 3") {
		t.Errorf("%d answers in\n%s", got, out.String())
	}
}

// A phase has a line when it has ended, and one each 30 s until then.
func TestLinesWithinPhases(t *testing.T) {
	var out bytes.Buffer
	p := progress{screen: screen.New(&out, false, func(string) string { return "" })}
	tiers := []agentperf.TierProgress{{Tier: "100@5s", Holds: 9, Fails: 13, Limit: 10.93}}
	for phase, seconds := range []int{70, 5, 31} {
		for s := range seconds * 2 {
			now := time.Duration(s) * time.Second / 2
			e := agentperf.Event{Phase: phase, Agents: 13, Stage: "measuring", Elapsed: now, Estimate: 72 * time.Second, Requests: s, Failed: s / 100, Tiers: tiers, Remaining: 25 * time.Minute}
			if phase == 0 {
				e.Pending = []string{"25s to measure"}
			}
			p.show(e)
		}
	}
	want := "phase 0: agents 13, 30 s of about 72 s, 60 requests, 0 failed; 25s to measure; 9 hold, 13 do not, about 10.9; about 25 min left\n" +
		"phase 0: agents 13, 60 s of about 72 s, 120 requests, 1 failed; 25s to measure; 9 hold, 13 do not, about 10.9; about 25 min left\n" +
		"phase 2: agents 13, 30 s of about 72 s, 60 requests, 0 failed; measuring; 9 hold, 13 do not, about 10.9; about 25 min left\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestGoOn(t *testing.T) {
	for folder, want := range map[string]string{
		"":    "with -journal FOLDER the same command goes on where it was\n",
		"run": "3 phases are kept in run; the same command goes on from there\n",
	} {
		var out strings.Builder
		goOn(cli.New("maxusers", io.Discard, &out), folder, 3)
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

// What the flags say reaches the rule, and what they do not say is its default.
func TestRuleFlags(t *testing.T) {
	parsed := func(args ...string) agentperf.Rule {
		t.Helper()
		var errs strings.Builder
		o, err := parse(cli.New("maxusers", io.Discard, &errs), Program{Args: append([]string{"-endpoint", "http://host:8000"}, args...)})
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, errs.String())
		}
		return o.cfg.Rule
	}
	for _, flag := range []string{"-scan", "-budget=1h", "-block=1s", "-error-rate=0.1"} { // a demonstration is of the other rule
		o, err := parse(cli.New("maxusers", io.Discard, io.Discard), Program{Args: []string{flag}})
		if err != nil {
			t.Error(err)
		} else if _, ok := o.cfg.Rule.(agentperf.Controlled); !ok {
			t.Errorf("%s alone: %+v", flag, o.cfg.Rule)
		}
	}
	if got := parsed(); got != (agentperf.Controlled{}) {
		t.Errorf("without flags: %+v", got)
	}
	want := agentperf.Controlled{Budget: time.Hour, Block: 36 * time.Second, MaxMeasure: 2 * time.Hour, Scan: true}
	if got := parsed("-budget", "1h", "-block", "36s", "-max-measure", "2h", "-scan"); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := parsed("-agents", "8", "-companion"); got != (agentperf.Controlled{Companion: true}) {
		t.Errorf("%+v", got)
	}
}
