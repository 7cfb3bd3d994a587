package agentperftest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// TestLoad tests an implementation of [agentperf.Load] against what that promises, and returns
// an error for each promise that it saw broken, joined. newLoad is called once and returns the
// Load, whatever that needs to reach the target; it is the caller's to close.
//
// The Load is given some dozen plans of four agents, which take half a minute in all, and no time
// in virtual time (testing/synctest). The requests that reach the target are held against the
// plan, and what the Load says of them, at looks too, against what the target saw and sent, with a
// quarter of a second for a busy machine where instants are compared. What only shows with many
// agents or over hours is not seen. Run it with -race as well.
//
// Once ctx is done, the Load may take 5 s, and otherwise a minute longer than the plan, after
// which nothing else is tested. One that never returns is an error, and its goroutine is left
// behind, for which synctest.Test panics.
func TestLoad(newLoad func(LoadTarget) (agentperf.Load, error)) error {
	t, err := newLoadTest(newLoad)
	if err != nil {
		return err
	}
	var errs []error
	for i, rule := range loadRules {
		if err := rule.run(t); err != nil {
			errs = append(errs, err)
			if endsLoads(i, err) {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// RunLoad is [TestLoad] with a subtest for each promise. Tests in virtual time, which may have
// no subtests, call TestLoad.
func RunLoad(t *testing.T, newLoad func(LoadTarget) (agentperf.Load, error)) {
	test, err := newLoadTest(newLoad)
	if err != nil {
		t.Fatal(err)
	}
	for i, rule := range loadRules {
		var err error
		t.Run(rule.name, func(t *testing.T) {
			if err = rule.run(test); err != nil {
				t.Error(err)
			}
		})
		if endsLoads(i, err) {
			return
		}
	}
}

// endsLoads reports whether the error of rule i leaves nothing to look at.
func endsLoads(i int, err error) bool { return err != nil && i == 0 || errors.Is(err, errLoadStuck) }

// A loadRule is one promise of a Load, and what tests it.
type loadRule struct {
	name    string
	promise string // in words, for an error
	test    func(*loadTest) error
}

// loadRules are in order: the first runs the phase that those up to "told" look at.
var loadRules = []loadRule{
	{"phase", "Phase returns a phase and nil when its window has ended", (*loadTest).phase},
	{"requests", "each agent sends what trajectory.Schedule says, byte by byte, nothing left out and nothing twice", (*loadTest).requests},
	{"rows", "each request that was begun has one row, with whose it is, what was asked for, when the target sent what, by its counts, and how it ended; Owners are clients", (*loadTest).rows},
	{"spawning", "agents start in order at Shape.SpawnRate", (*loadTest).spawning},
	{"window", "the window begins Settle after the last start, or up to FirstTokens later when all have a token, and is Measure long or longer; measured requests are waited for", (*loadTest).window},
	{"told", "Watch.Progress is told twice a second, and Watch.Ended each row as it ends, with what that refers to; neither concurrently with itself nor after Phase returned", (*loadTest).told},
	{"minima", "the window ends once MinTotal and MinPerAgent trajectories were completed in it, which Header counts", (*loadTest).minima},
	{"fixed", "a Fixed window is exactly Measure long, and requests that are open Drain later are cut", (*loadTest).fixed},
	{"timeout", "the window waits for first tokens no longer than FirstTokens, at Timeout it ends, and requests that are open Patience later are cut", (*loadTest).timeout},
	{"giving up", "a phase ends once each agent has failed GiveUp times, and failures have rows with outcome and message", (*loadTest).givingUp},
	{"look", "Watch.Look is asked in the window each LookEvery, with what is known, and the window ends when it returns true", (*loadTest).look},
	{"canceled", "when ctx is done, Phase returns soon with what was seen, and an error that wraps ctx.Err() or its cause", (*loadTest).canceled},
	{"draws", "Index, Draw, Steady, Pace and Assigned decide what agents play: with the same draw the same in two phases", (*loadTest).draws},
	{"workload", "a plan for another workload is an error, before anything is sent", (*loadTest).anotherWorkload},
}

func (r *loadRule) run(t *loadTest) error {
	if err := r.test(t); err != nil {
		return fmt.Errorf("%s: %w (expected: %s)", r.name, err, r.promise)
	}
	return nil
}
