package worlds

import "time"

// A Model is a system in numbers. A stream makes its first token when its prefill ends and
// the others at a speed that may change at any instant. Zero fields do nothing. "Active" are
// the streams between their first and their last token.
type Model struct {
	// Speed is the most tokens per second of a stream. Capacity is what active streams
	// share evenly, on each of the Replicas a part; 0 replicas are 1. A session stays on
	// the replica that its name hashes to.
	Speed, Capacity float64
	Replicas        int
	// Held slows everybody by min(1, Held / sum of the latest prompts of all agents, also
	// of those that rest), in tokens.
	Held float64
	// Context slows a stream by 1/(1 + own prompt/Context), Crowd all by
	// 1/(1 + Crowd x (active-1)).
	Context, Crowd float64
	// Spread is the standard deviation of the logarithm of a factor on the speed of each
	// answer, drawn for it alone.
	Spread float64
	// Heat slows all by 1/(1 + heat). Heat follows Heat x active with a lag of first order
	// and the time constant HeatLag, from 0.
	Heat    float64
	HeatLag time.Duration
	// Wander is the standard deviation of the logarithm of a factor on all speeds, an
	// Ornstein-Uhlenbeck process with time constant WanderLag.
	Wander    float64
	WanderLag time.Duration
	// Drift is the share of speed that is lost per hour.
	Drift float64
	// Turns from SlowTurn on run at SlowTurnSpeed times the speed.
	SlowTurn      int
	SlowTurnSpeed float64
	// Between GapFrom and GapTo agents all run at GapSpeed times the speed.
	GapFrom, GapTo int
	GapSpeed       float64
	// An answer is slow, fixed at SlowSpeed tokens per second when it begins, with the
	// probability SlowShare. If SlowHalf is set the probability rises with the number of
	// agents n instead: odds 1/3 x (n/SlowHalf)^SlowPower, which is a quarter at SlowHalf.
	// SlowCommon is the part of it that falls on slots of SlowSpell in which every answer
	// that begins is slow.
	SlowSpeed, SlowShare, SlowHalf, SlowPower, SlowCommon float64
	SlowSpell                                             time.Duration
	// TTFT is the time to first token beside the prefill, which is Prefill tokens per second
	// for one prompt after the other, less what the session's last request left in the cache.
	TTFT    time.Duration
	Prefill float64
	// Every LateEvery, for LateFor, from a random instant on, first tokens come Late later,
	// each with the probability LateShare. With LateRandom the time from one spell to the
	// next is exponential, with the same mean.
	LateEvery, LateFor, Late time.Duration
	LateShare                float64
	LateRandom               bool
	// HoldBack is the time from the last token to the end of the response.
	HoldBack time.Duration
}
