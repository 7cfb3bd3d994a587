package trajectory

import "math"

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

// stream returns how many seconds an answer takes from its first token on.
func (p Pace) stream(prompt, output int) float64 {
	return float64(output) * (p.Token + p.Context*float64(prompt))
}

// leastRequest is what a request takes at least, in seconds, so that where nothing takes
// any time agents still stand somewhere.
const leastRequest = 1e-9

// openAnswer is the length, in tokens, of an answer of which nothing is recorded and whose
// limit is higher: about the mean of a coding agent's turn.
const openAnswer = 500

// answer returns how long the answer to a turn is assumed to be, in tokens, and whether
// the policy makes it so: then it can be asked for in part.
func (p *Policy) answer(t *Turn) (tokens int, known bool) {
	limit, _ := p.Limit(t)
	if t.OutputTokens == 0 {
		return min(limit, openAnswer), false
	}
	return min(limit, t.OutputTokens), p.Output != OutputFree
}
