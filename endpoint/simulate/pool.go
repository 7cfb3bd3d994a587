package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A Pool is a group of accelerators that holds one copy of a model and works
// on one step at a time, all of them together, or several such groups. The
// figures are those that the group reaches, not those on its data sheets; a
// [Group] works them out from hardware and model. The zero value takes 10 ms
// for a step, whatever is in it, and has room for everything.
//
// # How long a step takes
//
// A step takes n_i tokens of each sequence i that takes part: a chunk of its
// prompt, or the one token that decoding goes on from and DraftTokens guesses
// at its successors. c_i tokens of the sequence came before. With T = sum n_i,
//
//	step    = StepOverhead + max(memory, compute)
//	memory  = (WeightBytes + ExpertBytes × (1 - (1-ExpertShare)^T) + KVBytesPerToken × sum c_i) / BandwidthBytesPerSecond
//	compute = (FLOPsPerToken × T + AttentionFLOPs × sum (n_i c_i + n_i (n_i+1)/2)) / FLOPS
//
// rounded to the nanosecond: the roofline model (Williams, Waterman and
// Patterson, 2009) of a transformer's forward pass, as in Pope et al.,
// "Efficiently Scaling Transformer Inference" (2022), with reading and
// computing overlapped within a step. The share of the experts that is read is
// what tokens touch that choose theirs independently and evenly; real routing
// is less even and touches fewer.
type Pool struct {
	// Replicas is the number of such groups, each with its own batch and its
	// own KV cache; 0 means 1. A request goes to the one where the fewest
	// tokens are to be computed before its first, its own that are not cached
	// there included: near its cached prefix, unless that one is busy. Where
	// prompts come computed from another pool, it goes to the one that has the
	// fewest requests.
	Replicas int

	// StepOverhead is the part of a step that depends on nothing in it:
	// scheduling, kernel launches, the latency of collective operations,
	// sampling, the draft model.
	StepOverhead time.Duration
	// BandwidthBytesPerSecond is the rate at which the group reads its memory;
	// 0 means that reading takes no time.
	BandwidthBytesPerSecond float64
	// FLOPS is the rate at which the group computes, in floating-point
	// operations per second; 0 means that computing takes no time.
	FLOPS float64

	// WeightBytes is read in every step: attention, shared experts, the output
	// layer; of a dense model everything.
	WeightBytes float64
	// ExpertBytes is the size of all routed experts of a mixture of experts;
	// 0 for a dense model.
	ExpertBytes float64
	// ExpertShare is the part of the routed experts that one token goes
	// through, between 0 and 1.
	ExpertShare float64
	// KVBytesPerToken is the size of the keys and values of one token in all
	// layers: what a step reads for every token of context.
	KVBytesPerToken float64
	// FLOPsPerToken is the work that one token makes apart from attention, in
	// floating-point operations: 2 for each active parameter.
	FLOPsPerToken float64
	// AttentionFLOPs is the work that one token makes with each token before
	// it, in floating-point operations: 4 × query heads × head size × layers
	// with full attention. 0 leaves it out, and a prompt then takes the same
	// time for each of its tokens.
	AttentionFLOPs float64

	// Slots is the largest number of sequences in a step of one replica,
	// those included whose prompt is being computed; 0 means 256. All others
	// queue.
	Slots int
	// ChunkTokens is the most tokens of prompts, of all sequences together,
	// that one step takes beside decoding; 0 means 2,048. Large chunks bring
	// the first token sooner and hold up those who are decoding for longer.
	ChunkTokens int
	// KVTokens is the room of one replica's KV cache, in tokens, rounded down
	// to whole blocks; 0 for no limit.
	KVTokens int
}

// part is what a step does for one sequence.
type part struct {
	*sequence
	tokens int  // computed
	decode bool // or a chunk of the prompt
	before int  // tokens of the sequence that came before
	emit   int  // tokens put out when the step is done
}

// duration returns the time of a step.
func (p *Pool) duration(parts []part) time.Duration {
	var tokens, context, pairs float64
	for _, s := range parts {
		n, c := float64(s.tokens), float64(s.before)
		tokens += n
		context += c
		pairs += n*c + n*(n+1)/2
	}
	var memory, compute float64 // seconds
	if p.BandwidthBytesPerSecond > 0 {
		touched := 1 - math.Pow(1-p.ExpertShare, tokens)
		memory = (p.WeightBytes + p.ExpertBytes*touched + p.KVBytesPerToken*context) / p.BandwidthBytesPerSecond
	}
	if p.FLOPS > 0 {
		compute = (p.FLOPsPerToken*tokens + p.AttentionFLOPs*pairs) / p.FLOPS
	}
	// A step that took no time would be one of infinitely many.
	return max(1, p.StepOverhead+seconds(max(memory, compute)))
}

// resolved returns the pool with its defaults.
func (p Pool) resolved() Pool {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&p.Replicas, 1)
	set(&p.Slots, 256)
	set(&p.ChunkTokens, 2048)
	if p.StepOverhead == 0 && p.BandwidthBytesPerSecond == 0 && p.FLOPS == 0 {
		p.StepOverhead = 10 * time.Millisecond
	}
	return p
}

// Validate returns all mistakes in the figures.
func (p *Pool) Validate() error {
	var errs []error
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"Replicas", float64(p.Replicas)}, {"StepOverhead", float64(p.StepOverhead)},
		{"BandwidthBytesPerSecond", p.BandwidthBytesPerSecond}, {"FLOPS", p.FLOPS},
		{"WeightBytes", p.WeightBytes}, {"ExpertBytes", p.ExpertBytes}, {"ExpertShare", p.ExpertShare},
		{"KVBytesPerToken", p.KVBytesPerToken}, {"FLOPsPerToken", p.FLOPsPerToken}, {"AttentionFLOPs", p.AttentionFLOPs},
		{"Slots", float64(p.Slots)}, {"ChunkTokens", float64(p.ChunkTokens)}, {"KVTokens", float64(p.KVTokens)},
	} {
		if !(f.value >= 0) || math.IsInf(f.value, 1) { // not even NaN
			errs = append(errs, fmt.Errorf("simulate: Pool.%s is %v, expected 0 or more", f.name, f.value))
		}
	}
	if p.ExpertShare > 1 {
		errs = append(errs, fmt.Errorf("simulate: Pool.ExpertShare is %v, expected at most 1", p.ExpertShare))
	}
	return errors.Join(errs...)
}

// seconds rounds to the nanosecond.
func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
