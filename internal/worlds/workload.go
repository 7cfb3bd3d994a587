package worlds

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// AALike returns the sessions of the preset of that name with the text left out: the numbers
// are what the worlds live by, and requests of 100 KB would cost most of the time.
var AALike = sync.OnceValue(func() *trajectory.Workload {
	b := builder{w: &trajectory.Workload{Name: "aa-like without text"}}
	for t := range generate.Preset(generate.AALike).All() {
		b.begin()
		for i := range t.Turns {
			b.turn(t.Turns[i].PromptTokens, t.Turns[i].OutputTokens, t.Turns[i].ToolDelay)
		}
	}
	return b.w
})

// Long returns 20 sessions of 200 turns with answers of about 300 tokens.
var Long = sync.OnceValue(func() *trajectory.Workload {
	b, rng := builder{w: &trajectory.Workload{Name: "sessions of 200 turns"}}, rand.New(rand.NewPCG(1, 0))
	for range 20 {
		b.begin()
		for i := range 200 {
			b.turn(5000+300*i, int(300*math.Exp(0.5*rng.NormFloat64()))+2, time.Duration(float64(time.Second)*rng.ExpFloat64()))
		}
	}
	return b.w
})

// Short returns 20 sessions of 30 turns with answers of 200 tokens and no pauses.
var Short = sync.OnceValue(func() *trajectory.Workload {
	b := builder{w: &trajectory.Workload{Name: "answers of 200 tokens"}}
	for range 20 {
		b.begin()
		for i := range 30 {
			b.turn(1000+300*i, 200, 0)
		}
	}
	return b.w
})

// builder makes a workload of numbers: the history of a turn is one message of a few bytes.
type builder struct {
	w     *trajectory.Workload
	store trajectory.Store
}

func (b *builder) begin() {
	b.w.Trajectories = append(b.w.Trajectories, &trajectory.Trajectory{ID: fmt.Sprintf("t%03d", len(b.w.Trajectories))})
}

func (b *builder) turn(prompt, output int, delay time.Duration) {
	t := b.w.Trajectories[len(b.w.Trajectories)-1]
	h, err := b.store.Append(nil, fmt.Appendf(nil, `{"role":"user","content":"%s"}`, turnText(t.ID, len(t.Turns))))
	if err != nil {
		panic(err) // the message is right by construction
	}
	t.ContextTokens = max(t.ContextTokens, prompt+output)
	t.Turns = append(t.Turns, trajectory.Turn{History: h, PromptTokens: prompt, OutputTokens: output, ToolDelay: delay, ToolDelayKnown: true})
}
