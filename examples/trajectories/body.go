package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// api registers the flag for the API of requests.
func (c *call) api() *string {
	return c.flags.String("api", "", "`API` of requests: chat, messages (Anthropic's) or responses (OpenAI's) (default chat)")
}

// body prints the request of one turn, without the text that keeps plays apart.
func body(c *call) (int, error) {
	c.reading()
	api := c.api()
	session := c.flags.String("session", "", "`ID` of the session or subagent (default: the first)")
	turn := c.flags.Int("turn", 0, "`number` of the turn, from 0")
	p := trajectory.Policy{Prefix: trajectory.PrefixNone}
	c.flags.StringVar(&p.Model, "model", "", "`name` of the model")
	c.flags.BoolVar(&p.BillingLine, "billing-line", false, "send the line that Claude Code puts before its system prompt, with -api messages")
	if err := c.parse(1); err != nil {
		return 0, err
	}
	p.API = trajectory.API(*api)
	if err := c.flags.Check(p.Validate()); err != nil {
		return 0, err
	}
	w, err := c.open(c.args[0])
	if err != nil {
		return 0, err
	}
	for t := range w.Threads() {
		if *session != "" && t.ID != *session {
			continue
		}
		if *turn < 0 || *turn >= len(t.Turns) {
			return 0, fmt.Errorf("-turn is %d, expected 0 to %d: the turns of %s", *turn, len(t.Turns)-1, t.ID)
		}
		alone := &trajectory.Trajectory{ID: t.ID, Turns: t.Turns[*turn : *turn+1]}
		replayer := trajectory.NewReplayer(func() trajectory.Sender { return trajectory.SenderFunc(c.show) }, p, nil)
		for res := range replayer.Play(context.Background(), trajectory.Play{Trajectory: alone}) {
			err = res.Err
		}
		return cli.OK, err
	}
	if *session == "" {
		return 0, errors.New("the file has no session")
	}
	return 0, fmt.Errorf("-session: no session %q", *session)
}

// show is a Sender that prints what it is given.
func (c *call) show(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	clock.Sent(time.Now())
	defer func() { clock.Done(time.Now()) }()
	for _, segment := range append(r.Body, []byte("\n")) {
		if _, err := c.stdout.Write(segment); err != nil {
			return err
		}
	}
	return nil
}
