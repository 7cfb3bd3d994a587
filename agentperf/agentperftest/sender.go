package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// TestSender tests an implementation of [trajectory.Sender] against what that promises, and
// returns an error for each promise that it saw broken, joined. connect is what would be
// agentperf.Config.Connect: it returns a new Sender for an agent. policy is
// Config.Policy: it names the model, if the system wants to know, and the zero value asks for
// answers of an exact length.
//
// It sends some forty requests of a few words to the system, for answers of up to 33 tokens,
// and some more that are canceled, one of them after the first of 400 tokens. It
// sees what these show: an engine that breaks off one answer in a thousand passes, and so
// does a Sender that is wrong in a way that no clock tells, such as one that invents token
// counts. Run it with -race as well, which sees a clock that is used after Send has returned, and
// senders that share what they must not.
//
// Once ctx is done, a call of Send or Close may take 5 s, and otherwise 5 minutes, after which
// nothing else is tested. One that never returns is an error, and its goroutine is left behind,
// for which synctest.Test panics.
func TestSender(connect func(agent int) trajectory.Sender, policy trajectory.Policy) error {
	var errs []error
	for i, rule := range senderRules {
		if err := rule.run(connect, policy); err != nil {
			errs = append(errs, err)
			if ends(i, err) {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// RunSender is [TestSender] with a subtest for each promise. Tests in virtual time, which
// may have no subtests, call TestSender.
func RunSender(t *testing.T, connect func(agent int) trajectory.Sender, policy trajectory.Policy) {
	for i, rule := range senderRules {
		var err error
		t.Run(rule.name, func(t *testing.T) {
			if err = rule.run(connect, policy); err != nil {
				t.Error(err)
			}
		})
		if ends(i, err) {
			return
		}
	}
}

// ends reports whether the error of rule i leaves nothing to look at: there are no answers, or
// none any more.
func ends(i int, err error) bool { return err != nil && i == 0 || errors.Is(err, errStuck) }

// A senderRule is one promise of a Sender, and what tests it.
type senderRule struct {
	name    string
	promise string // in words, for an error
	test    func(*senderTest) error
}

// senderRules are in order: the others need the first.
var senderRules = []senderRule{
	{"answers", "Send returns nil when the response has ended well", (*senderTest).answers},
	{"sent", "Clock.Sent is told when Send is called, before it connects and writes, by a monotonic clock", (*senderTest).sentStamp},
	{"stamps", "Clock.Arrived is told each arrival in order, between Sent and the end", (*senderTest).stamps},
	{"done", "Clock.Done is told the end of the response, when Send is about to return", (*senderTest).done},
	{"totals", "Clock.Usage, or the tokens of Arrived since the event before, are the tokens of the answer, as many as were forced", (*senderTest).totals},
	{"sessions", "plays take turns, and each request gets its own answer", (*senderTest).sessions},
	{"request", "a request is neither changed nor kept", (*senderTest).request},
	{"canceled", "when ctx is done before Send, that returns soon, with an error that wraps ctx.Err() or its cause, and leaves the clock alone", (*senderTest).canceled},
	{"broken off", "when ctx is done in the middle of a response, Send returns soon, with an error that wraps ctx.Err() or its cause", (*senderTest).brokenOff},
	{"concurrent", "senders of several agents, and several of one agent, send at the same time", (*senderTest).concurrent},
	{"close", "Close ends a Sender, and no other", (*senderTest).closes},
}

// run tests the rule on senders of its own.
func (r *senderRule) run(connect func(agent int) trajectory.Sender, policy trajectory.Policy) error {
	t := &senderTest{ctx: context.Background(), connect: connect, policy: policy}
	err := r.test(t)
	t.closeAll()
	if err != nil {
		return fmt.Errorf("%s: %w (expected: %s)", r.name, err, r.promise)
	}
	return nil
}
