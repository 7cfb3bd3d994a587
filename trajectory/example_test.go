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
