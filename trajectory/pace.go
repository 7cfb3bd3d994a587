package trajectory

import (
	"math"
	"time"
)

// A Pace says how long requests take: a turn with a prompt of P tokens and an answer of O
// tokens takes First + O*(Token + Context*P) seconds. It decides where agents stand in the
// steady state of a workload ([Steady]). Negative, infinite and undefined values count as
// 0; at the zero pace all requests take equally long, and next to nothing.
type Pace struct {
	// First is the time to first token, in seconds.
	First float64 `json:"first_seconds"`
	// Token is the time that each output token takes at an empty context, in seconds.
	Token float64 `json:"token_seconds"`
	// Context is what each token of the prompt adds to Token, in seconds.
	Context float64 `json:"context_seconds"`
}

func (p Pace) resolve() Pace {
	for _, v := range []*float64{&p.First, &p.Token, &p.Context} {
		if !(*v > 0) || math.IsInf(*v, 0) {
			*v = 0
		}
	}
	return p
}

// A timer says how long the parts of a play take.
type timer struct {
	policy  Policy // resolved
	pace    Pace   // resolved
	sampled time.Duration
}

func newTimer(policy Policy, pace Pace) timer {
	policy = policy.Resolve()
	return timer{policy, pace.resolve(), policy.meanSampledDelay()}
}

// openAnswer is the length, in tokens, of an answer of which nothing is recorded and whose
// limit is higher: the mean of the coding sessions of package generate, 380 and 400,
// rounded up.
const openAnswer = 500

// answer returns how long the answer to a turn is assumed to be, in tokens, and whether
// the policy makes it so: then it can be asked for in part.
func (m *timer) answer(t *Turn) (tokens int, known bool) {
	limit, _ := m.policy.Limit(t)
	if t.OutputTokens == 0 {
		return min(limit, openAnswer), false
	}
	return min(limit, t.OutputTokens), m.policy.Output != OutputFree
}

// leastRequest is what a request takes at least, in seconds, so that where nothing takes
// any time agents still stand somewhere.
const leastRequest = 1e-9

// request returns how many seconds a turn's first token and its whole request take.
func (m *timer) request(t *Turn) (first, whole float64) {
	output, _ := m.answer(t)
	each := m.pace.Token + m.pace.Context*float64(t.PromptEstimate())
	return m.pace.First, max(m.pace.First+float64(output)*each, leastRequest)
}

// delay returns the mean delay after a turn, in seconds.
func (m *timer) delay(t *Trajectory, i int) float64 {
	if i == len(t.Turns)-1 {
		return 0
	}
	return m.policy.delayOf(t, i, m.sampled).Seconds()
}
