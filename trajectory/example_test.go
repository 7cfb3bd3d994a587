package trajectory_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// printer is a Sender that shows requests and answers nothing.
type printer struct{}

func (printer) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	fmt.Printf("%s\n", bytes.Join(r.Body, nil))
	clock.Sent(time.Now())
	clock.Done(time.Now())
	return nil
}

// An engine in the same process: it decodes the messages and streams a word at a time.
func ExampleSenderFunc() {
	engine := trajectory.SenderFunc(func(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
		clock.Sent(time.Now())
		defer func() { clock.Done(time.Now()) }()
		chat, err := r.Chat()
		if err != nil {
			return err
		}
		fmt.Printf("%s is asked %q\n", chat.Model, chat.Messages[len(chat.Messages)-1].Content)
		for range r.ForcedTokens {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			clock.Arrived(time.Now(), len("word "), 1) // in earnest: a step of the model
		}
		clock.Usage(metrics.Usage{Completion: r.ForcedTokens})
		return nil
	})
	var store trajectory.Store
	history, err := store.Append(nil, []byte(`{"role":"user","content":"List the files."}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	t := &trajectory.Trajectory{ID: "t", Turns: []trajectory.Turn{{History: history, OutputTokens: 5}}}
	r := trajectory.NewReplayer(func() trajectory.Sender { return engine }, trajectory.Policy{Model: "m"}, nil)
	for res := range r.Play(context.Background(), trajectory.Play{Trajectory: t}) {
		fmt.Println(res.Timing.Tokens, "tokens", res.Err)
	}
	// Output:
	// m is asked "List the files."
	// 5 tokens <nil>
}

// Any Sender can be replayed to, one that runs in the same process too.
func ExampleReplayer_Play() {
	var store trajectory.Store
	var turns []trajectory.Turn
	var c *trajectory.History
	for _, message := range []string{
		`{"role":"user","content":"List the files."}`,
		`{"role":"assistant","content":"README.md"}`,
		`{"role":"user","content":"Thanks."}`,
	} {
		var err error
		if c, err = store.Append(c, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
		if c.Last().Role() == "user" { // the model is called after these
			turns = append(turns, trajectory.Turn{History: c, OutputTokens: 5})
		}
	}
	r := trajectory.NewReplayer(func() trajectory.Sender { return printer{} }, trajectory.Policy{Model: "m", Output: trajectory.OutputCap}, nil)
	for res := range r.Play(context.Background(), trajectory.Play{Trajectory: &trajectory.Trajectory{ID: "t", Turns: turns}}) {
		fmt.Println("turn", res.Turn, res.Err)
	}
	// Output:
	// {"model":"m","messages":[{"role":"user","content":"List the files."}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":5}
	// turn 0 <nil>
	// {"model":"m","messages":[{"role":"user","content":"List the files."},{"role":"assistant","content":"README.md"},{"role":"user","content":"Thanks."}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":5}
	// turn 1 <nil>
}
